"""Where the files of a data set are looked for: prepared in `CINCER_DATA`, then as published, in
the cache, then at their home."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cincer.errors import InvalidInput

from .download import NotFetched, Progress, Remote, cache_folder, fetch, shown
from .homes import HOMES, WITHOUT
from .npz import read_arrays
from .raw import Arrays, Files


def _data_folder() -> Path | None:
    named = os.environ.get("CINCER_DATA")
    return Path(named) if named else None


@dataclass(frozen=True, slots=True)
class Shelf:
    """`folder` stands for `CINCER_DATA` (None = not set), `cache` for `CINCER_CACHE`; `homes` says
    what may be downloaded."""

    folder: Path | None = field(default_factory=_data_folder)
    cache: Path = field(default_factory=cache_folder)
    homes: Mapping[str, tuple[Remote, ...]] = field(default_factory=lambda: HOMES)
    progress: Progress = shown

    def prepared(self, file: str) -> Path | None:
        """The prepared file, relative to `folder`, if it is there."""
        path = self.folder / file if self.folder is not None else None
        return path if path is not None and path.is_file() else None

    def published(self, name: str, file: str) -> Files:
        """The files of set `name` as its home publishes them. Raises `InvalidInput` that says where
        they were looked for and how to place them, or the prepared `file`, by hand."""
        found, wrong = {}, []
        for remote in self.homes.get(name, ()):
            try:
                found[remote.file] = self._cached(name, remote) or fetch(
                    remote, self.cache / name, self.progress)
            except NotFetched as error:
                wrong.append(error.message)
                break
        if wrong or not found:
            raise InvalidInput(self._missing(name, file, wrong), field="CINCER_DATA")
        return found

    def arrays(
        self, name: str, file: str, wanted: tuple[str, ...], make: Callable[[Files], Arrays] | None
    ) -> dict[str, NDArray[Any]]:
        """The arrays of set `name`: of the prepared `file`, else made of the published files."""
        path = self.prepared(file)
        if path is None:
            files = self.published(name, file)
            assert make is not None
            return make(files)
        found = read_arrays(path)
        absent = [array for array in wanted if array not in found]
        if absent:
            raise InvalidInput(f"{path} lacks {', '.join(absent)}", field="path")
        return found

    def _cached(self, name: str, remote: Remote) -> bytes | None:
        """What is in the cache; something else under its name is as good as nothing."""
        try:
            content = (self.cache / name / remote.file).read_bytes()
        except OSError:
            return None
        return content if remote.right(content) else None

    def _missing(self, name: str, file: str, wrong: list[str]) -> str:
        place = (f"{self.folder / file} is missing" if self.folder is not None
                 else "CINCER_DATA is not set")
        lines = [f"data set {name!r} is not there: {place}"]
        homes = self.homes.get(name, ())
        if homes:
            lines += [f"it is not in the cache {self.cache / name} either, and could not be "
                      f"downloaded: {'; '.join(wrong)}",
                      "by hand: save " + ", ".join(remote.url for remote in homes)
                      + f" into {self.cache / name} (CINCER_CACHE names another folder)"]
        else:
            lines += ["it cannot be downloaded: " + WITHOUT.get(name, "it has no known home")]
        lines += [f"or set CINCER_DATA to a folder that holds {file}"]
        return "\n".join(lines)
