"""Model settings as a frame carries them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..config import ModelSettings


def as_frame(settings: ModelSettings) -> dict[str, Any]:
    return asdict(settings)


def model_settings(found: dict[str, Any]) -> ModelSettings:
    return ModelSettings(**found)
