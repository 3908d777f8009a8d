"""The whole study: plant errors, serve, let the curator work, measure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cincer.errors import UnknownName
from cincer.rng import generator
from cincer.types import ExampleId, Label
from cincer_streams.dataset import DataSet, Part
from cincer_streams.datasets import load
from cincer_streams.oracle import Oracle
from cincer_streams.truth import SealedTruth

from .bot import Curator, Habits
from .eyes import REQUEST, Eyes
from .place import Server, serving
from .recipe import RECIPES, Planted, Recipe, plant

PUBLISHED = {"errors": 3330, "fixed_share": 0.8565, "looked_at_share": 0.0563,
             "accuracy_before": 0.9437, "accuracy_after": 0.9905}
"""The paper's ten people, a quarter of an hour each (the arithmetic of its text gives .856)."""

TARGETS = {"fixed_share": 0.97, "looked_at_share": 0.0563, "actions": 400}


@dataclass(frozen=True, slots=True)
class Item:
    """One example as it is pushed. `part` and `row` say where its content is."""

    id: ExampleId
    part: Part
    row: int
    given: Label
    split: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What the server is given, and what only oracle and metrics may open."""

    data: DataSet
    items: tuple[Item, ...]
    truth: SealedTruth
    recipe: Recipe
    wrong: frozenset[ExampleId]
    copies: frozenset[tuple[ExampleId, ExampleId]]

    def rows(self) -> Iterator[dict[str, Any]]:
        """The examples as `POST /examples` takes them."""
        names = self.data.schema.classes
        for item in self.items:
            yield {"id": item.id, "content": item.part.contents[item.row],
                   "label": names[item.given], "meta": {"split": item.split}}


def scene(name: str, seed: int) -> Scene:
    """Both parts of the data set, errors planted in them, copies in the other split than their
    originals, in an order drawn from `seed`."""
    if name not in RECIPES:
        raise UnknownName("data set with a recipe", name, RECIPES)
    data, recipe = load(name), RECIPES[name]
    labels = np.concatenate([data.train.labels, data.test.labels])
    draw = generator(seed, "error matrix")
    planted = plant(labels, recipe, len(data.schema.classes), draw)
    items = _items(data, planted)
    true = [*labels.tolist(), *labels[planted.copies].tolist()]
    copies = [(items[at].id, items[len(labels) + n].id)
              for n, at in enumerate(planted.copies.tolist())]
    wrong = [items[at].id for at in np.flatnonzero(planted.wrong).tolist()]
    order = draw.permutation(len(items)).tolist()
    return Scene(data, tuple(items[at] for at in order),
                 SealedTruth([item.id for item in items], np.array(true, dtype=np.int64)), recipe,
                 frozenset(wrong), frozenset(copies))


def _items(data: DataSet, planted: Planted) -> list[Item]:
    """All items in order, the copies last."""
    places = [(data.train, row, "train", "test") for row in range(len(data.train))]
    places += [(data.test, row, "test", "train") for row in range(len(data.test))]
    found = [Item(ExampleId(f"{split}-{part.ids[row]}"), part, row, int(planted.given[at]), split)
             for at, (part, row, split, _) in enumerate(places)]
    for at in planted.copies.tolist():
        part, row, _, other = places[at]
        found.append(Item(ExampleId(f"{other}-again-{part.ids[row]}"), part, row,
                          int(planted.given[at]), other))
    return found


def run(
    name: str, seed: int, habits: Habits, told: Callable[[str], None],
    settings: tuple[str, ...] = (),
) -> dict[str, Any]:
    """One study on a server of its own. `settings`: further flags of `cincer serve`."""
    found = scene(name, seed)
    everything = ("--bootstrap", str(len(found.items) + 1), *settings)
    with serving(found.data.schema, everything) as server:
        told(f"sending {len(found.items):,} examples")
        server.push(found.rows(), lambda sent: told(f"  {sent:,} sent"))
        eyes = Eyes(server, Oracle(found.truth), found.data.schema.classes)
        curator = Curator(server, eyes, habits, told)
        curator.work()
        return measured(found, server, eyes, curator) | {
            "data": name, "seed": seed, "habits": asdict(habits), "settings": list(settings),
            "published": PUBLISHED, "targets": TARGETS}


def measured(found: Scene, server: Server, eyes: Eyes, curator: Curator) -> dict[str, Any]:
    """The figures, from the labels that the server gives out at the end."""
    true, names = found.truth.open("metrics"), found.data.schema.classes
    labels = _labels(server)
    fixed = sum(labels.get(item) == names[true[item]] for item in found.wrong)
    left = sum(label != names[true[ExampleId(item)]] for item, label in labels.items())
    return {
        "items": len(found.items), "errors": len(found.wrong),
        "fixed_share": fixed / len(found.wrong), "errors_left": left,
        "spoilt": left - (len(found.wrong) - fixed),
        "looked_at_share": len(eyes.looked) / len(found.items), "actions": eyes.total,
        "actions_by_kind": dict(eyes.actions),
        "duplicates_found": _found(found, curator), "duplicates": len(found.copies),
        "top_cells": _top(curator.first), "top_cells_planted": _planted_on_top(found, curator),
        "accuracy_before": agreement(curator.first, []),
        "accuracy_after": agreement(server.get("/curate/matrix"), _shown(server, curator)),
        "bound_before": curator.first["totals"]["bound"],
        "bound_after": server.get("/curate/matrix")["totals"]["bound"],
        "rounds": [asdict(each) for each in curator.rounds]}


def agreement(matrix: Mapping[str, Any], resolved: Sequence[Mapping[str, Any]]) -> float:
    """Share of the labels, as they stand, that the model predicts: of the open items by the matrix,
    of the `resolved` ones each by its own."""
    right = sum(row["correct"] for row in matrix["rows"])
    wrong = sum(row["open"] for row in matrix["rows"])
    hits = sum(item["label"] == item["predicted_label"] for item in resolved)
    return float((right + hits) / (right + wrong + len(resolved)))


def _shown(server: Server, curator: Curator) -> list[dict[str, Any]]:
    """The resolved items as they are now."""
    ids, found = sorted(curator.resolved), []
    for start in range(0, len(ids), REQUEST):
        found += server.post("/curate/items", {"ids": ids[start:start + REQUEST]})["items"]
    return [item for item in found if item["status"] != "removed"]


def _found(found: Scene, curator: Curator) -> int:
    pairs = {frozenset(pair) for pair in found.copies}
    return len(pairs & {frozenset(map(ExampleId, pair)) for pair in curator.duplicates})


def _top(matrix: Mapping[str, Any], count: int = 5) -> list[list[Any]]:
    cells = [[row["label"], cell["predicted_label"], cell["count"]]
             for row in matrix["rows"] for cell in row["cells"]]
    return sorted(cells, key=lambda cell: -cell[2])[:count]


def _planted_on_top(found: Scene, curator: Curator) -> bool:
    names = found.data.schema.classes
    planted = {(names[given], names[true]) for given, true in found.recipe.cells}
    return {(given, predicted) for given, predicted, _ in
            _top(curator.first, len(planted))} == planted


def _labels(server: Server) -> dict[str, str]:
    """Effective label of each example that is still in the data set."""
    table = csv.DictReader(io.StringIO(server.text("/export?format=labels")))
    return {row["id"]: row["label"] for row in table if row["label"]}
