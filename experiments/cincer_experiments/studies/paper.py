"""Published numbers of CINCER (Teso et al., NeurIPS 2021): `published.csv` and
`published_precision.csv` beside this module.

Source: the paper's figures and the released runs behind them (github.com/abonte/cincer @58264ff):
margin above 0.2, 20 % of the labels wrong, bootstrap 100 (20 newsgroups: 500), 100 arrivals, mean ±
standard error over 5 repeats at the end of the stream. Precision at k: wrong suspicions on clean
examples, the network trained once, a mislabelled first pick set right at once; mean ± standard
error over all queries.

Names are this project's: FC network `mlp`, CNN `cnn`, logistic regression `logreg`; CE removal
`drop_ce`; influence by LiSSA `influence_lissa`; Nearest Fisher by its radius, 0.25
`nearest_fisher`. The released Top Fisher is `as_published`: its sign and its undamped
pseudo-inverse are not those of the paper's Eq. 14, which is `top_fisher`. `clean` is the network of
true labels.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import nan

from ..summary import Mean

NOTES = (
    "Published numbers: Teso et al. (NeurIPS 2021) and the released runs, 5 repeats, ± standard "
    "error. Noise, bootstrap and order of the streams are drawn as there; repeats beyond the fifth "
    "go on drawing from the same generator.",
    "as_published is the released Top Fisher, with its sign and its undamped pseudo-inverse; "
    "top_fisher is Eq. 14. Both stand beside the published row of Top Fisher.",
    "newsgroups20 has other features and another split than the published runs, whose sentence "
    "embeddings are not to be had: not like for like. Nor is Fashion-MNIST at hand; its published "
    "numbers are kept without a row of ours.")

COUNTERPARTS = {"top_fisher": "as_published"}
"""Our selectors that the published row of another name is the nearest thing to."""


@dataclass(frozen=True, slots=True)
class Published:
    """One published row, at the end of the stream; `nothing_wrong` the share of queries."""

    cleaned: Mean
    examples: Mean
    counter_examples: Mean
    queries: Mean
    f1: Mean
    nothing_wrong: float


@dataclass(frozen=True, slots=True)
class Precision:
    """Published precision at 5 and 10 over `queries`; share of them with the first one wrong."""

    at5: Mean
    at10: Mean
    queries: int
    first_wrong: float


@cache
def results() -> dict[tuple[str, str, str], Published]:
    """By data set, model and selector; `clean` has F1 alone, the rest NaN."""
    return {
        _key(row): Published(
            _mean(row, "cleaned"), _mean(row, "examples"), _mean(row, "counter_examples"),
            _mean(row, "queries"), _mean(row, "f1"), float(row["nothing_wrong"] or nan))
        for row in _rows("published.csv")}


@cache
def precisions() -> dict[tuple[str, str, str], Precision]:
    """By data set, model and selector."""
    return {
        _key(row): Precision(_mean(row, "at5", 0), _mean(row, "at10", 0), int(row["queries"]),
                             float(row["first_wrong"]))
        for row in _rows("published_precision.csv")}


def result(data: str, model: str, selector: str) -> Published | None:
    """The published row that `selector` is compared with."""
    return results().get((data, model, COUNTERPARTS.get(selector, selector)))


def precision(data: str, model: str, selector: str) -> Precision | None:
    """The published precision that `selector` is compared with."""
    return precisions().get((data, model, COUNTERPARTS.get(selector, selector)))


def _rows(name: str) -> list[dict[str, str]]:
    text = (files(__package__) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _key(row: dict[str, str]) -> tuple[str, str, str]:
    return row["data"], row["model"], row["selector"]


def _mean(row: dict[str, str], name: str, repeats: int = 5) -> Mean:
    n = repeats or int(row["queries"])
    return Mean(float(row[name] or nan), float(row[f"{name}_error"] or nan), n)
