"""Pixels from outside: a nested list, or a PNG or JPEG file, checked before it costs anything."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidInput
from ._columns import as_number

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 4_194_304
"""Pixels (width x height) of an image file at most."""
MAX_IMAGE_BYTES = 16_000_000
_NUMBERS = {int, float}
_GREY, _COLOUR = ("1", "L", "LA"), ("RGB", "RGBA", "P", "PA", "CMYK", "YCbCr")


def pixels(content: Any, size: tuple[int, ...], high: float, resize: bool) -> NDArray[np.float32]:
    """`content` as (prod(size),) float32 in [0, 1]; size (H, W) or (H, W, 3), values 0..high.

    `{"png": base64}` holds a PNG of that size, or of any size if `resize`.
    """
    if isinstance(content, Mapping):
        return _from_file(content, size, resize)
    if not isinstance(content, np.ndarray):
        _check_nested(content, size, "content")
        content = _as_array(content)
    if content.shape != size or content.dtype.kind not in "uif":
        raise InvalidInput(f"image must be {_times(size)} numbers, not {_times(content.shape)} of "
                           f"{content.dtype}", field="content")
    values = content.astype(np.float64).ravel()
    low, top = values.min(), values.max()
    if not (low >= 0 and top <= high):
        at = np.unravel_index(int(np.argmax(~((values >= 0) & (values <= high)))), size)
        name = "content" + "".join(f"[{i}]" for i in at)
        raise InvalidInput(f"{name} must be 0 to {high:g}, not {content[at]}", field=name)
    return np.asarray(values / high, dtype=np.float32)


def open_image(data: bytes, formats: tuple[str, ...] = ("PNG", "JPEG")) -> Image:
    """The decoded image: one frame, at most `MAX_PIXELS`, mode L or RGB.

    Raises `InvalidInput` on another format, a truncated, animated, 16-bit or oversized one.
    """
    from PIL import Image as pillow

    if not 0 < len(data) <= MAX_IMAGE_BYTES:
        raise InvalidInput(f"an image file must have 1 to {MAX_IMAGE_BYTES} bytes, not "
                           f"{len(data)}", field="content")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pillow.DecompressionBombWarning)
            found = pillow.open(io.BytesIO(data), formats=formats)
            _check_header(found)
            found.load()
    except (OSError, SyntaxError, ValueError, pillow.DecompressionBombError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"not a readable {' or '.join(formats)} image: {error}",
                           field="content") from None
    return found.convert("L" if found.mode in _GREY else "RGB")


def image_of(content: Mapping[str, Any]) -> Image:
    """The decoded image of `{"png": base64}`; raises `InvalidInput`."""
    if set(content) != {"png"}:
        raise InvalidInput('an image is a nested list, or {"png": base64}', field="content")
    return open_image(_bytes(content["png"]), ("PNG",))


def _from_file(
    content: Mapping[str, Any], size: tuple[int, ...], resize: bool
) -> NDArray[np.float32]:
    image = image_of(content).convert("L" if len(size) == 2 else "RGB")
    if image.size != (size[1], size[0]):
        if not resize:
            raise InvalidInput(f"image must be {size[1]} x {size[0]} pixels, not "
                               f"{image.size[0]} x {image.size[1]}", field="content")
        image = image.resize((size[1], size[0]), resample=4)
    return (np.asarray(image, dtype=np.float32) / 255.0).ravel()


def _bytes(text: Any) -> bytes:
    if not isinstance(text, str) or len(text) > MAX_IMAGE_BYTES * 4 // 3 + 4:
        raise InvalidInput(f'"png" must be base64 text of at most {MAX_IMAGE_BYTES} bytes',
                           field="content.png")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f'"png" is not base64: {error}', field="content.png") from None


def _check_header(image: Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise InvalidInput(f"image has {width} x {height} pixels; at most {MAX_PIXELS} in all",
                           field="content")
    if getattr(image, "n_frames", 1) != 1:
        raise InvalidInput("image is animated; one frame is wanted", field="content")
    if image.mode not in _GREY + _COLOUR:
        raise InvalidInput(f"image mode {image.mode} is not among 8-bit grey and colour",
                           field="content")


def _check_nested(content: Any, size: tuple[int, ...], name: str) -> None:
    """Right lengths at every level, plain numbers at the bottom; names the first place that is
    not."""
    if not isinstance(content, list | tuple):
        raise InvalidInput(f"{name} must be a list of {size[0]}, not {type(content).__name__}",
                           field=name)
    if len(content) != size[0]:
        raise InvalidInput(f"{name} must have {size[0]} entries, not {len(content)}", field=name)
    if len(size) > 1:
        for at, row in enumerate(content):
            _check_nested(row, size[1:], f"{name}[{at}]")
    elif not set(map(type, content)) <= _NUMBERS:
        for at, value in enumerate(content):
            if isinstance(value, str):
                raise InvalidInput(f"{name}[{at}] must be a number, not str", field=f"{name}[{at}]")
            as_number(value, f"{name}[{at}]")


def _as_array(content: Any) -> NDArray[np.float64]:
    try:
        return np.asarray(content, dtype=np.float64)
    except (OverflowError, ValueError, TypeError):
        raise InvalidInput("content holds a number that is too large", field="content") from None


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a single number"
