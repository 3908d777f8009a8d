"""A board with random items, and everything on it counted again by slow, obvious means."""

import numpy as np

from cincer.curate.board import Board, Standing


def probabilities(rows, classes, seed=0):
    """(N, K) float32, rows sum to 1; some of them certain."""
    source = np.random.default_rng(seed)
    found = source.dirichlet(np.full(classes, 0.3), size=rows)
    return found.astype(np.float32)


def board(rows=60, classes=4, *, bins=10, seed=0):
    """All items open, their labels random, every third from split 1."""
    found = Board(classes, bins)
    given = np.random.default_rng(seed + 1).integers(classes, size=rows)
    found.place(np.arange(rows), given, probabilities(rows, classes, seed),
                source=np.arange(rows) % 3 == 0)
    return found


def certain(pairs, classes, doubt=0.1):
    """A board of items (label, predicted), the prediction's probability 1 - doubt."""
    found = Board(classes)
    probs = np.full((len(pairs), classes), doubt / (classes - 1), dtype=np.float32)
    given = np.array([a for a, _ in pairs], dtype=np.int64)
    for row, (_, predicted) in enumerate(pairs):
        probs[row, predicted] = 1 - doubt
    found.place(np.arange(len(pairs)), given, probs)
    return found


def recount(of):
    """What a board must say, item by item in plain Python."""
    shape = of.classes, of.classes
    counts, marks = np.zeros(shape, int), np.zeros(shape, int)
    bars, settled = np.zeros((*shape, of.bins), int), np.zeros(of.classes, int)
    for p in range(len(of)):
        given = int(of.given[p])
        if of.standing[p] == Standing.RESOLVED:
            settled[given] += 1
        if of.standing[p] != Standing.OPEN:
            continue
        probs = of.probs[p].astype(float)
        predicted = given if probs[given] == probs.max() else int(probs.argmax())
        height = float(np.float32(0.5 + 0.5 * np.float32(of.probs[p].max() - of.probs[p][given])))
        counts[given, predicted] += 1
        marks[given, predicted] += bool(of.duplicate[p])
        bars[given, predicted, min(int((height - 0.5) * 2 * of.bins), of.bins - 1)] += 1
    return counts, bars, marks, settled
