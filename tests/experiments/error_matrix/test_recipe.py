"""What is planted, and the scene it makes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cincer.errors import InvalidInput, UnknownName
from cincer_experiments.error_matrix.recipe import RECIPES, Recipe, plant
from cincer_experiments.error_matrix.study import scene


def test_the_papers_recipe_makes_3330_errors():
    assert RECIPES["mnist"].errors == 3330
    assert RECIPES["mnist"].cells == ((6, 9), (4, 1), (1, 3), (2, 8), (3, 7))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_planted_counts(seed):
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, 10, 1797)
    recipe = RECIPES["digits"]
    found = plant(labels, recipe, 10, draw)
    assert (found.given != labels).sum() == found.wrong.sum() == recipe.errors
    np.testing.assert_array_equal(found.given != labels, found.wrong)
    for true, label, count in recipe.flips:
        assert ((labels == true) & (found.given == label)).sum() == count
    others = {pair for pair in zip(labels[found.wrong], found.given[found.wrong], strict=True)
              if pair not in {(t, g) for t, g, _ in recipe.flips}}
    assert len(others) == recipe.singles
    assert len(set(found.copies)) == recipe.copies
    assert not found.wrong[found.copies].any()


def test_too_small_a_class_is_refused():
    with pytest.raises(InvalidInput, match="7 of class 1"):
        plant(np.zeros(50, dtype=np.int64), Recipe(((1, 0, 7),)), 2, np.random.default_rng(0))


def test_a_scene_of_the_digits():
    found = scene("digits", 3)
    rows = list(found.rows())
    assert len({row["id"] for row in rows}) == len(rows) == 1797 + 5
    content = {row["id"]: row for row in rows}
    for original, copy in found.copies:
        assert content[original]["content"] == content[copy]["content"]
        assert content[original]["label"] == content[copy]["label"]
        assert content[original]["meta"] != content[copy]["meta"]
    true = found.truth.open("metrics")
    wrong = {row["id"] for row in rows
             if row["label"] != found.data.schema.classes[true[row["id"]]]}
    assert wrong == found.wrong
    assert len(wrong) == RECIPES["digits"].errors


def test_same_seed_same_scene():
    one, two, other = (list(scene("digits", seed).rows()) for seed in (1, 1, 2))
    assert one == two != other


def test_sets_without_a_recipe_are_refused():
    with pytest.raises(UnknownName, match="data set with a recipe"):
        scene("breast", 0)
