"""Networks on disk: a state dict without pickled code, and its SHA-256 in a file beside it.

torch detects few flipped bits, so every load compares the hash first. Files are written beside
their place, synced and renamed. A path should be written once: a crash between the two files of a
rewritten one is found as `Corrupt`, and the older checkpoint is the one to go back to.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from ..durable import place
from ..errors import Corrupt, NotFound
from ..protocols import Network
from .training import as_module


def save(path: Path, network: Network) -> str:
    """Writes the weights to `path` and their SHA-256 to `path` + ".sha256"; returns it (hex)."""
    return write(path, as_module(network).state_dict())


def load(path: Path, network: Network, digest: str | None = None) -> str:
    """Reads weights into `network`; returns the SHA-256. `Corrupt` if the file does not match the
    hash beside it (and `digest`, if given) or does not fit the network; `NotFound` without one."""
    state, found = read(path, digest)
    try:
        as_module(network).load_state_dict(state)
    except RuntimeError as error:
        raise _unfit(path, error) from error
    return found


def write(path: Path, state: Mapping[str, Tensor]) -> str:
    """Writes tensors by name; returns the SHA-256."""
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    _replace(path, buffer.getvalue())
    _replace(digest_path(path), f"{digest}\n".encode())
    return digest


def read(path: Path, digest: str | None = None) -> tuple[dict[str, Tensor], str]:
    """Tensors by name, and the SHA-256. Errors as of `load`."""
    if not path.exists():
        raise NotFound(f"no checkpoint {path}")
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    for wanted in (_recorded(path), digest or found):
        if found != wanted:
            raise Corrupt(f"checkpoint {path} has SHA-256 {found}, not {wanted}", path=str(path))
    try:
        return _parse(data), found
    except (RuntimeError, ValueError, EOFError, pickle.UnpicklingError, AttributeError) as error:
        raise _unfit(path, error) from error


def _unfit(path: Path, error: Exception) -> Corrupt:
    return Corrupt(f"checkpoint {path} does not fit the model: {error}", path=str(path))


def digest_path(path: Path) -> Path:
    """Where the hash of the checkpoint `path` is kept."""
    return path.with_name(path.name + ".sha256")


def _parse(data: bytes) -> dict[str, Tensor]:
    state = torch.load(io.BytesIO(data), weights_only=True)
    if not isinstance(state, dict):
        raise ValueError(f"a state dict was expected, not {type(state).__name__}")
    return state


def _recorded(path: Path) -> str:
    beside = digest_path(path)
    if not beside.exists():
        raise Corrupt(f"checkpoint {path} is incomplete: no {beside.name} beside it",
                      path=str(path))
    return beside.read_text(encoding="ascii", errors="replace").strip()


def _replace(path: Path, data: bytes) -> None:
    """Writes all of `data` or nothing, and does not return before it is on disk."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    beside.write_bytes(data)
    place(beside, path)
