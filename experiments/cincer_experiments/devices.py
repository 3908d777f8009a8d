"""Where networks are trained: on the processor, or on a graphics card of torch's `cuda`."""

from __future__ import annotations

import torch

from cincer.errors import InvalidInput, UnknownName

DEVICES = ("cpu", "cuda")


def check_device(name: str) -> None:
    """Raises `UnknownName` for no device, `InvalidInput` for one that this machine lacks."""
    if name not in DEVICES:
        raise UnknownName("device", name, DEVICES)
    if name == "cuda" and not torch.cuda.is_available():
        raise InvalidInput("torch finds no graphics card here; leave --device out, or install a "
                           "torch built for the card", field="device")


def card(name: str) -> dict[str, str]:
    """The graphics card's name, for what a run says of itself; nothing of the processor."""
    return {"cuda": torch.cuda.get_device_name()} if name == "cuda" else {}
