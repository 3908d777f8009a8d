"""Work in several processes: each takes its share, the parent collects what they find."""

from __future__ import annotations

import multiprocessing
import queue
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

import torch

Share = TypeVar("Share")
Found = TypeVar("Found")
Key = TypeVar("Key")
Told = Callable[[str, int], None]
"""Called with what is running and the steps just done."""

Work = Callable[[Share, Told], Iterator[Found]]

PATIENCE = 1.0
"""Seconds without a word after which it is checked that all still live."""


def dealt(keys: Iterable[Key], jobs: int, repeat: Callable[[Key], int]) -> list[list[Key]]:
    """Keys dealt to at most `jobs` processes, whole repeats to each; none for none."""
    keys = list(keys)
    repeats = sorted({repeat(key) for key in keys})
    return [[key for key in keys if repeat(key) in repeats[at::jobs]]
            for at in range(min(jobs, len(repeats)))]


def spread(
    work: Work[Share, Found], shares: Sequence[Share], told: Told
) -> Iterator[Found]:
    """`work(share, told)` for each share in a process of its own, on one thread; yields what they
    find as it comes. What one raises is raised here. `work` and all that moves must pickle."""
    context = multiprocessing.get_context("spawn")
    said: multiprocessing.Queue[Any] = context.Queue()
    running: list[BaseProcess] = [
        context.Process(target=_child, args=(work, share, said), daemon=True) for share in shares]
    try:
        for process in running:
            process.start()
        left = len(running)
        while left:
            kind, value = _next(said, running)
            if kind == "told":
                told(*value)
            elif kind == "found":
                yield value
            elif kind == "failed":
                raise _error(*value)
            else:
                left -= 1
    finally:
        for process in running:
            if process.pid is not None:
                process.terminate()
                process.join()


def _next(said: multiprocessing.Queue[Any], running: list[BaseProcess]) -> tuple[str, Any]:
    while True:
        lost = [p.exitcode for p in running if p.exitcode]
        try:
            found: tuple[str, Any] = said.get(timeout=PATIENCE)
            return found
        except queue.Empty:
            if lost:
                raise RuntimeError(f"a process of the study ended with {lost[0]}") from None


def _child(work: Work[Share, Found], share: Share, said: multiprocessing.Queue[Any]) -> None:
    torch.set_num_threads(1)
    try:
        for found in work(share, lambda what, steps: said.put(("told", (what, steps)))):
            said.put(("found", found))
        said.put(("done", None))
    except Exception as error:
        said.put(("failed", (type(error), error.args, vars(error))))


def _error(kind: type[Exception], words: tuple[Any, ...], fields: dict[str, Any]) -> Exception:
    """The error as it was, without asking its class to make it again."""
    found = kind.__new__(kind)
    found.args = words
    vars(found).update(fields)
    return found
