"""A file as a data set whose labels are the truth: one part to stream, one held out as gold."""

from __future__ import annotations

import numpy as np

from cincer.errors import InvalidInput
from cincer.rng import generator
from cincer.types import ExampleId

from .dataset import DataSet, Part, Rows
from .source import Source

SHARE = 0.2
"""Share of the examples that is held out."""

LIMIT = 200_000
"""Examples at most: they are held in memory."""


def split_source(source: Source, seed: int) -> DataSet:
    """The labelled examples of `source`, split by a draw from `seed`."""
    found = [a for a in source if a.label is not None]
    if not 10 <= len(found) <= LIMIT:
        raise InvalidInput(f"{source.stem} has {len(found)} labelled examples that can be read; "
                           f"10 to {LIMIT:,} are needed")
    labels = np.array([source.schema.label_index(a.label) for a in found], dtype=np.int64)
    contents = [a.content for a in found]
    order = generator(seed, "held-out", source.stem).permutation(len(found)).tolist()
    held = round(SHARE * len(found))

    def part(rows: list[int]) -> Part:
        ids = tuple(ExampleId(found[row].id) for row in rows)
        return Part(ids, Rows(contents.__getitem__, rows), labels[rows])

    return DataSet(source.stem, source.schema, part(sorted(order[held:])),
                   part(sorted(order[:held])))
