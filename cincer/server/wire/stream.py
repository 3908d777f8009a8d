"""Namespace `/stream` and `POST /api/v1/examples`: how examples come in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .base import ClassName, Count, ExampleName, Key, Message


class ExampleIn(Message):
    """One arrival. `content` has the form the project's schema declares: numbers, an image's
    rows of pixels, a mapping of column to value. `label` None = not labelled."""

    id: ExampleName
    content: Any
    label: ClassName | int | None = None
    at: Annotated[float, Field(ge=0, le=4102444800)] | None = None
    meta: dict[str, Any] = Field(default_factory=dict)


class ExamplesIn(Message):
    """`example:push`: a batch; each item is answered on its own."""

    key: Key
    examples: Annotated[list[Any], Field(min_length=1, max_length=10_000)]


class ItemAnswer(Message):
    """What became of one item, in the order sent. `stored` is durable, with its sequence number;
    `duplicate` was stored before with the same content; `rejected` says why."""

    id: str | None
    answer: Literal["stored", "duplicate", "rejected"]
    seq: int | None = None
    error: str | None = None
    code: str | None = None
    decision: str | None = None


class ExamplesAck(Message):
    ok: Literal[True] = True
    stored: Count
    duplicate: Count
    rejected: Count
    items: list[ItemAnswer]


class ExampleDecided(Message):
    """`example:decided`: what was made of an arrival, and its margin (higher = more suspicious)."""

    push: int
    id: str
    decision: Literal["bootstrap", "accepted", "asked", "audited", "unlabelled", "unasked"]
    predicted_label: str | None
    margin: float | None
    model: int
