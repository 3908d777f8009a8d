"""A folder of images: one subfolder a class, PNG or JPEG files in it, in order of their names.

If the first images are all of one size and small, images become nested lists, else
`{"png": base64}`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cincer.errors import InvalidInput
from cincer.schema import open_image

from .files import checked, opened
from .rows import BadRow, Row

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_LISTED, LOOKED_AT = 4096, 100
MAX_BYTES = 16_000_000
_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}


class ImageFolder:
    """Links, other formats, and files that are not what their ending says are refused one by one.
    """

    text = False
    columns: tuple[str, ...] | None = None

    def __init__(self, path: Path, label_column: str | None, id_column: str | None) -> None:
        if label_column or id_column:
            raise InvalidInput("a folder has no columns; its subfolders are the classes",
                               field="label_column")
        self._files = [file for folder in sorted(path.iterdir())
                       if folder.is_dir() and not folder.name.startswith(".")
                       for file in sorted(checked(folder).iterdir())
                       if not file.name.startswith(".")]
        if not self._files:
            raise InvalidInput(f"{path} holds no subfolder with images", field="path")
        self.count: int | None = len(self._files)
        found = [_try(file) for file in self._files[:LOOKED_AT]]
        images = [image for image in found if image is not None]
        sizes = {image.size for image in images}
        self._mode = "RGB" if any(image.mode == "RGB" for image in images) else "L"
        self._listed = len(sizes) == 1 and _values(images[0], self._mode) <= MAX_LISTED

    def rows(self) -> Iterator[Row | BadRow]:
        for number, file in enumerate(self._files, 1):
            label, id = file.parent.name, f"{file.parent.name}/{file.name}"
            try:
                yield Row(number, self._content(file), label, id)
            except InvalidInput as error:
                yield BadRow(number, f"{id}: {error}")

    def _content(self, file: Path) -> Any:
        image = read_image(file).convert(self._mode)
        if self._listed:
            return np.asarray(image).tolist()
        return {"png": base64.b64encode(_as_png(image)).decode()}


def read_image(file: Path) -> Image:
    """The decoded image file; raises `InvalidInput`."""
    ending = file.suffix.lower()
    if ending not in _FORMATS:
        raise InvalidInput(f"ends in {ending or 'nothing'}; {', '.join(_FORMATS)} are read")
    with opened(checked(file)) as source:
        data = source.read(MAX_BYTES + 1)
    return open_image(data, (_FORMATS[ending],))


def _try(file: Path) -> Image | None:
    try:
        return read_image(file)
    except InvalidInput:
        return None


def _values(image: Image, mode: str) -> int:
    return image.width * image.height * len(mode)


def _as_png(image: Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
