"""Questions to look at: digits-like pictures, rows, texts, series; few and many classes, short and
long labels. Everything is drawn from a seed, so that a screenshot can be taken again."""

from __future__ import annotations

import base64
import io
import math
import random
from typing import Any

from PIL import Image

_FONT = {
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "01110 10001 00001 00110 00001 10001 01110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
}
_COLUMNS = [
    ("mean radius", "mm", 14.1, 3.5, 2), ("mean texture", None, 19.3, 4.3, 2),
    ("mean perimeter", "mm", 92.0, 24.3, 1), ("mean area", "mm²", 654.9, 351.9, 1),
    ("mean smoothness", None, 0.0964, 0.0141, 4), ("mean compactness", None, 0.1043, 0.0528, 4),
    ("mean concavity", None, 0.0888, 0.0797, 4), ("concave points", None, 0.0489, 0.0388, 4),
    ("mean symmetry", None, 0.1812, 0.0274, 4), ("fractal dimension", None, 0.0628, 0.0071, 4),
    ("worst radius", "mm", 16.3, 4.8, 2), ("worst texture", None, 25.7, 6.1, 2),
    ("worst area", "mm²", 880.6, 569.4, 1), ("worst concavity", None, 0.2722, 0.2086, 4),
]
_SENTENCE = ("the delivery came late and the box was open but the lamp itself works very well "
             "and gives a warm light for reading in the evening")
_WORDS = _SENTENCE.split()


def classes(count: int, long: bool = False) -> list[str]:
    """`count` class names: 2, 10 (the digits) or more; `long` ones have 60 characters."""
    if long:
        stem = "a rather long label that somebody wrote out in full, number "
        return [f"{stem}{i:03d}"[-60:] for i in range(count)]
    if count == 2:
        return ["benign", "malignant"]
    if count == 10:
        return [str(i) for i in range(10)]
    return [f"{_SPECIES[i % 10]} {_PLACES[i // 10 % 10]}" for i in range(count)]


_SPECIES = ["warbler", "finch", "sparrow", "gull", "tern", "plover", "wren", "lark", "owl", "kite"]
_PLACES = ["of the marsh", "grey", "black-headed", "little", "great", "northern", "red",
           "crested", "river", "stone"]


def content(kind: str, label: int, draw: random.Random) -> dict[str, Any]:
    """One example's content of a kind, looking somewhat like class `label`."""
    if kind == "image":
        return _image(label, draw)
    if kind == "table":
        return {"kind": "table", "fields": [_field(c, draw) for c in _COLUMNS]}
    if kind == "text":
        words = [w if draw.random() > 0.15 else draw.choice(_WORDS) for w in _WORDS * 2]
        return {"kind": "text", "text": " ".join(words).capitalize() + "."}
    values = [math.sin(i / (4 + label)) + 0.15 * draw.gauss(0, 1) for i in range(80)]
    return {"kind": "series", "values": values}


def separate(left: dict[str, Any], right: dict[str, Any]) -> None:
    """Fill in how far two rows lie apart in each column."""
    spread = {name: s for name, _, _, s, _ in _COLUMNS}
    for a, b in zip(left["fields"], right["fields"], strict=True):
        a["separation"] = b["separation"] = abs(a["number"] - b["number"]) / spread[a["name"]]


def question(
    number: int, kind: str, names: list[str], *, what: str = "suspicious", alone: bool = False,
    known: int = 1,
) -> dict[str, Any]:
    """A `QueryView` as a dict, with `known` counter-examples."""
    draw = random.Random(number)
    given, machine = draw.sample(range(len(names)), 2)
    left = _side(f"digits-{400 + number:04d}", kind, names, given, machine, draw)
    right = _side(f"digits-{draw.randrange(99):04d}", kind, names, machine, machine, draw)
    if kind == "table" and not alone:
        separate(left["content"], right["content"])
    if what == "unlabelled":
        left["given_label"] = None
    return {
        "query": f"q-{number}", "kind": what, "epoch": 1, "deadline": 4e9,
        "margin": 0.6, "example": left, "counter_example": None if alone else right,
        "score": 0.4, "model": 128, **reason(left, alone or what == "unlabelled"),
        "others": [_side(f"digits-{draw.randrange(100, 400):04d}", kind, names, machine, machine,
                         draw) for _ in range(known - 1)], "follow_up": None,
    }


def follow_up(
    number: int, kind: str, names: list[str], *, depth: int = 2, bad: bool = False
) -> dict[str, Any]:
    """A `QueryView` of a follow-up: its left side had the first class and has the second."""
    view = question(number, kind, names, what="follow_up")
    left, right = view["example"], view["counter_example"]
    was = left["given_label"]
    left |= {"given_label": None if bad else right["given_label"]}
    return view | {"margin": None, "given_probability": None, "predicted_change": None,
                   "follow_up": {"depth": depth, "follows": f"q-{number - 1}", "was": was}}


def reason(side: dict[str, Any], without: bool) -> dict[str, Any]:
    """What the machine gives the given label, and by how much that would rise."""
    if without:
        return {"given_probability": None, "predicted_change": None}
    p = next(b["p"] for b in side["beliefs"] if b["label"] == side["given_label"])
    return {"given_probability": p, "predicted_change": 0.2 * (1 - p)}


def explained(view: dict[str, Any], *, group: int = 4, exact: bool = True) -> dict[str, Any]:
    """An `ExplainAck` for a question, as a dict; `group` examples are like its counter-example."""
    others = [f"digits-{900 + i}" for i in range(group)]
    alone = {"examples": [view["counter_example"]["id"]], "predicted_change": 0.1,
             "real_change": 0.12, "exact": exact, "decrement": 1e-21 if exact else 3e-7}
    return {
        "ok": True, "seq": 7, "query": view["query"], "given_label": view["example"]["given_label"],
        "probability": view["given_probability"], "alone": alone, "model": 128,
        "group": {**alone, "examples": alone["examples"] + others, "real_change": 0.31}
        if group else None}


def stats(**changes: Any) -> dict[str, Any]:
    """A `Stats` as a dict, of a stream that has run a while."""
    base = {
        "push": 0, "received": 1240, "known": 1102, "waiting": 37, "undecided": 0,
        "suspicious": 141, "asked": 120, "audits": 14, "replies": 83, "fixed_examples": 61,
        "fixed_counter_examples": 9, "both_right": 11, "unasked": 2, "cleared": 5, "late": 1,
        "model": 128, "model_exact": True, "threshold": 0.2, "arrivals_per_second": 3.1,
        "saved_at": 0.0, "scorer": "up", "trainer": "up", "finished": False,
        "people": [
            {"name": "anna", "replies": 41, "online": True},
            {"name": "simulated-annotator-07", "replies": 32, "online": True},
            {"name": "bo", "replies": 10, "online": False}],
        "curve": [_point(i) for i in range(40)],
    }
    return base | changes


def _point(i: int) -> dict[str, Any]:
    draw = random.Random(i)
    return {
        "at": 1.7e9 + i * 10, "replies": i * 2, "received": 100 + i * 29,
        "mislabelled": 0.2 * math.exp(-i / 25) + 0.003 * draw.random(),
        "never_mislabelled": 0.196 + 0.004 * draw.random(),
        "f1": 0.93 - 0.14 * math.exp(-i / 18) + 0.006 * draw.random(),
        "never_f1": 0.83 - 0.02 * math.exp(-i / 9) + 0.008 * draw.random(),
    }


def _side(
    name: str, kind: str, names: list[str], given: int, machine: int, draw: random.Random
) -> dict[str, Any]:
    top = draw.uniform(0.55, 0.95)
    beliefs = [{"label": names[machine], "p": top}]
    if given != machine:
        beliefs.append({"label": names[given], "p": (1 - top) * 0.6})
    rest = [n for i, n in enumerate(names) if i not in (given, machine)]
    beliefs += [{"label": n, "p": (1 - top) * 0.2} for n in rest[:1]]
    return {
        "id": name, "content": content(kind, machine, draw), "given_label": names[given],
        "predicted_label": names[machine], "beliefs": beliefs,
    }


def _field(
    column: tuple[str, str | None, float, float, int], draw: random.Random
) -> dict[str, Any]:
    name, unit, mean, spread, digits = column
    number = round(abs(draw.gauss(mean, spread)), digits)
    return {"name": name, "value": f"{number:.{digits}f}", "number": number, "unit": unit,
            "separation": None}


def _image(label: int, draw: random.Random) -> dict[str, Any]:
    rows = _FONT[str(label % 10)].split()
    picture = Image.new("L", (8, 8))
    for y, row in enumerate(rows):
        for x, bit in enumerate(row):
            ink = draw.randint(170, 255) if bit == "1" else draw.choice([0, 0, 0, 30, 70])
            picture.putpixel((x + 1, y), ink)
    out = io.BytesIO()
    picture.save(out, "PNG")
    url = "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
    return {"kind": "image", "url": url, "width": 8, "height": 8}
