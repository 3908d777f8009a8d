"""NPZ with `X` and `y` (or `X_train` and `y_train`; the test part is not streamed).

X (N, D): vectors, or table rows where an array `columns` (D) names them; (N, H, W) or
(N, H, W, 3): images. y (N,): whole numbers, looked up in `classes` where that array is there,
or text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cincer.errors import InvalidInput

from .files import stamp_of
from .npz import read_arrays
from .rows import BadRow, Row

_PAIRS = (("X", "y"), ("X_train", "y_train"), ("x", "y"), ("x_train", "y_train"))


class NpzFile:
    """Reads one archive, whole, once."""

    text = False
    columns: tuple[str, ...] | None = None

    def __init__(self, path: Path, label_column: str | None, id_column: str | None) -> None:
        arrays = read_arrays(path, stamp_of(path))
        x, y = ("X", label_column) if label_column else _pair(arrays, path)
        self._x, self._y = _array(arrays, x, path), _array(arrays, y, path)
        self._ids = None if id_column is None else _array(arrays, id_column, path)
        self._classes = _texts(arrays, "classes")
        self._names = _texts(arrays, "columns")
        self._check(path)
        self.count: int | None = len(self._x)

    def rows(self) -> Iterator[Row | BadRow]:
        content = self._content()
        for at in range(len(self._x)):
            id = None if self._ids is None else self._ids[at].item()
            yield Row(at + 1, content(self._x[at]), self._label(self._y[at].item()), id)

    def _content(self) -> Callable[[NDArray[Any]], Any]:
        names = self._names
        if names is None:
            return lambda row: row.tolist()
        return lambda row: dict(zip(names, row.tolist(), strict=True))

    def _label(self, value: Any) -> Any:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if self._classes is None or not whole:
            return value
        return self._classes[value] if 0 <= value < len(self._classes) else f"index {value}"

    def _check(self, path: Path) -> None:
        x, y = self._x, self._y
        for array, name in ((y, "labels"), (self._ids, "ids")):
            if array is not None and array.shape != (len(x) if x.ndim else 0,):
                raise InvalidInput(f"{path.name} has {x.shape} examples and {array.shape} {name}",
                                   field=name)
        if x.ndim not in (2, 3, 4) or x.dtype.kind not in "uif" or 0 in x.shape:
            raise InvalidInput(f"examples must be (N, D), (N, H, W) or (N, H, W, 3) numbers, not "
                               f"{x.shape} of {x.dtype}", field="X")
        if self._names is not None and (x.ndim != 2 or len(self._names) != x.shape[1]):
            raise InvalidInput(f"{len(self._names)} column names for examples of {x.shape[1:]}",
                               field="columns")


def _pair(arrays: dict[str, NDArray[Any]], path: Path) -> tuple[str, str]:
    for x, y in _PAIRS:
        if x in arrays and y in arrays:
            return x, y
    raise InvalidInput(f"{path.name} holds {', '.join(arrays)}; X and y (or X_train and y_train) "
                       "are wanted", field="path")


def _array(arrays: dict[str, NDArray[Any]], name: str, path: Path) -> NDArray[Any]:
    if name not in arrays:
        raise InvalidInput(f"{path.name} holds no array {name!r} (there are: "
                           f"{', '.join(arrays)})", field=name)
    return arrays[name]


def _texts(arrays: dict[str, NDArray[Any]], name: str) -> tuple[str, ...] | None:
    found = arrays.get(name)
    if found is None:
        return None
    if found.ndim != 1 or found.dtype.kind not in "Uiu":
        raise InvalidInput(f"array {name!r} must be a list of names", field=name)
    return tuple(map(str, found.tolist()))


