"""Files for the reader tests: CSV, JSONL, NPZ archives made by hand, images."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cincer_streams.source import Source

CSV = "id,age,job,label\na,30,smith,yes\nb,40,clerk,no\nc,,smith,yes\n"
X, Y = np.arange(12.0).reshape(4, 3), np.array([0, 1, 0, 1])
JSONL = "".join(json.dumps({"x": n, "label": "ab"[n % 2]}) + "\n" for n in range(6))


def save(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def read(source: Source) -> list[tuple[str, Any, str | None]]:
    return [(str(a.id), a.content, a.label) for a in source]


def archive(path: Path, members: dict[str, bytes], pack: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", pack) as out:
        for name, data in members.items():
            out.writestr(name, data)
    return path


def member(array: Any) -> bytes:
    """An .npy file."""
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def header(shape: str, descr: str = "'<f8'", body: bytes = b"") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + body


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def made(path: Path) -> Path:
    path.mkdir()
    return path


def folder(root: Path, **images: Image.Image | bytes) -> Path:
    """Images by "class__file__ending"."""
    for name, image in images.items():
        kind, stem, ending = name.split("__")
        (root / kind).mkdir(parents=True, exist_ok=True)
        path = root / kind / f"{stem}.{ending}"
        if isinstance(image, bytes):
            path.write_bytes(image)
        else:
            image.save(path)
    return root


GREY, RED = Image.new("L", (4, 3), 51), Image.new("RGB", (4, 3), (255, 0, 0))


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png(size: tuple[int, int], value: Any = 255, mode: str = "L", **save: Any) -> dict[str, str]:
    out = io.BytesIO()
    Image.new(mode, size, value).save(out, "PNG", **save)
    return {"png": base64.b64encode(out.getvalue()).decode()}
