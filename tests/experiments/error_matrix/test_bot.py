"""The curator at a place that a test made up."""

from __future__ import annotations

import numpy as np
import pytest
from curator_place import FakePlace

from cincer.errors import Forbidden
from cincer.types import ExampleId
from cincer_experiments.error_matrix.bot import Curator, Habits
from cincer_experiments.error_matrix.eyes import Eyes
from cincer_streams.oracle import Oracle
from cincer_streams.truth import SealedTruth

CLASSES = ("a", "b", "c", "d")


class Scene:
    """4,000 items of four classes; 100 `a` are called `b` and 60 `c` are called `d`; the machine
    errs on 40."""

    def __init__(self, seed: int = 0) -> None:
        draw = np.random.default_rng(seed)
        ids = [f"e{n}" for n in range(4000)]
        true = draw.integers(0, 4, 4000)
        given, predicted = true.copy(), true.copy()
        for label, wrong, count in ((0, 1, 100), (2, 3, 60)):
            given[draw.choice(np.flatnonzero(true == label), count, replace=False)] = wrong
        errs = draw.choice(4000, 40, replace=False)
        predicted[errs] = (true[errs] + 1) % 4
        self.wrong = [each for each, a, b in zip(ids, true, given, strict=True) if a != b]
        self.true = {each: CLASSES[k] for each, k in zip(ids, true, strict=True)}
        self.place = FakePlace({e: CLASSES[k] for e, k in zip(ids, given, strict=True)},
                               {e: CLASSES[k] for e, k in zip(ids, predicted, strict=True)},
                               [("e1", "e2"), ("e3", "e4")])
        sealed = SealedTruth([ExampleId(each) for each in ids], true.astype(np.int64))
        self.eyes = Eyes(self.place, Oracle(sealed), CLASSES)

    def work(self, habits: Habits) -> Curator:
        curator = Curator(self.place, self.eyes, habits)
        curator.work()
        return curator


def test_finds_nearly_all_and_looks_at_few():
    scene = Scene()
    curator = scene.work(Habits(bound=0.08))
    fixed = sum(scene.place.labels[each] == scene.true[each] for each in scene.wrong)
    assert fixed >= 0.95 * len(scene.wrong)
    assert len(scene.eyes.looked) <= 0.08 * 4000
    assert curator.duplicates == [("e1", "e2"), ("e3", "e4")]
    assert scene.place.removed == ["e2", "e4"]
    assert scene.eyes.total == sum(scene.eyes.actions.values()) > 0


def test_spoils_nothing():
    """Who sees the truth before deciding leaves no new error."""
    scene = Scene(1)
    scene.work(Habits(bound=0.2))
    wrong = [e for e, label in scene.place.labels.items() if label != scene.true[e]]
    assert set(wrong) <= set(scene.wrong)


@pytest.mark.parametrize("bound", [0.002, 0.01, 0.03])
def test_never_looks_at_more_than_it_may(bound):
    """The pairs come first, and are looked at whatever the bound."""
    scene = Scene()
    scene.work(Habits(bound=bound))
    assert len(scene.eyes.looked) <= max(bound * 4000, 4)


def test_opens_known_bad_cells_first_next_time():
    scene = Scene()
    curator = scene.work(Habits(bound=0.08))
    assert max(curator._seen, key=lambda cell: curator._seen[cell]) in {("b", "a"), ("d", "c")}


def test_nobody_knows_a_class_without_looking():
    scene = Scene()
    with pytest.raises(Forbidden, match="nobody has looked"):
        scene.eyes.true("e9")
    assert scene.eyes.see(["e9"]) == [scene.true["e9"]]
    assert scene.eyes.true("e9") == scene.true["e9"]
    assert scene.eyes.looked == {"e9"}


def test_what_the_server_did_not_show_was_not_seen(monkeypatch):
    scene = Scene()
    monkeypatch.setattr(scene.place, "post", lambda path, body: {"items": []})
    with pytest.raises(Forbidden, match="was not shown"):
        scene.eyes.see(["e9"])
