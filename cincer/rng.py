"""Named seeds and keyed hashes: every random choice has a name and can be drawn again.

One run seed; each use derives its own by name, so that adding a use never shifts another's draws.
"""

from __future__ import annotations

import hashlib

import numpy as np


def derive(seed: int, *names: str | int) -> int:
    """Seed of the use `names` under run seed `seed`: a 63-bit integer, stable across versions."""
    text = "\x1f".join([str(seed), *(str(name) for name in names)])
    digest = hashlib.blake2b(text.encode(), digest_size=8, person=b"cincer-seed").digest()
    return int.from_bytes(digest, "big") >> 1


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A NumPy generator for the use `names` under run seed `seed`."""
    return np.random.default_rng(derive(seed, *names))


def keyed_uniform(key: bytes, *names: str | int) -> float:
    """A number in [0, 1) fixed by `key` and `names` (keyed BLAKE2b): who lacks the key cannot
    predict it, and who has it can always recompute it."""
    text = "\x1f".join(str(name) for name in names)
    digest = hashlib.blake2b(text.encode(), digest_size=8, key=key).digest()
    return (int.from_bytes(digest, "big") >> 11) / float(1 << 53)
