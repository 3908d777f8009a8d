"""Confident learning through cleanlab, an extra."""

import sys

import pytest
import torch
from relabel_scene import scene

from cincer.errors import InvalidInput
from cincer.relabel import Options, Treat, relabeller


def test_without_cleanlab_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cleanlab.filter", None)
    monkeypatch.setitem(sys.modules, "cleanlab", None)
    with pytest.raises(InvalidInput, match=r"pip install 'cincer\[confident\]'"):
        relabeller("confident_learning")


class TestWithCleanlab:
    @pytest.fixture(autouse=True)
    def _needed(self):
        pytest.importorskip("cleanlab", reason="pip install 'cincer[confident]'")

    def test_finds_wrong_labels(self):
        top, known, true, _ = scene(rows=500, noise=0.2)
        found = relabeller("confident_learning")(top, known)
        wrong = top.labels != true
        hits = int(wrong[found.rows].sum())
        assert set(found.actions) == {Treat.DROP}
        assert hits / len(found) > 0.8
        assert hits / int(wrong.sum()) > 0.6

    def test_with_nobody_trusted_the_least_believed_come_first(self):
        top, known, _, _ = scene(rows=300, held=5)
        found = relabeller("confident_learning")(top, known)
        own = top.held_out(found.rows).gather(1, top.labels[found.rows, None])[:, 0]
        assert len(found) > 10
        assert torch.equal(own, own.sort().values)
        assert not found.gain.any()
        assert (found.evidence_rows == -1).all()

    def test_enough_trusted_examples_tell_what_it_brings(self):
        top, known, _, _ = scene(rows=300)
        found = relabeller("confident_learning")(top, known)
        assert found.fall.any()
        assert torch.allclose(found.fall, found.harm, atol=1e-12)
        assert torch.equal(found.fall, found.fall.sort(descending=True).values)
        every = relabeller("confident_learning", Options(least=10_000))(top, known)
        assert set(every.rows.tolist()) == set(found.rows.tolist())
