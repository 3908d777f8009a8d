"""One thread for every numeric library, set before any is imported: the tests' matrices are small,
and threads that wait for each other on a busy machine cost far more than they bring."""

from __future__ import annotations

import os

for _library in ("OMP", "MKL", "OPENBLAS", "NUMEXPR"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
