"""How an example is shown: an image, the fields of a table row, a text, or a series."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Message, Share


class ImageContent(Message):
    """A picture as a PNG data URL; small ones are scaled by the page, nearest neighbour."""

    kind: Literal["image"] = "image"
    url: Annotated[str, Field(pattern=r"^data:image/png;base64,")]
    width: int
    height: int


class FieldValue(Message):
    """One column of a row. `separation` (of a pair): how far the two sides lie apart in this
    column, in units of its spread; the page shows the largest first. None = not comparable."""

    name: str
    value: str
    number: float | None = None
    unit: str | None = None
    separation: float | None = None


class TableContent(Message):
    kind: Literal["table"] = "table"
    fields: list[FieldValue]


class TextContent(Message):
    kind: Literal["text"] = "text"
    text: str


class SeriesContent(Message):
    """Values at even steps, drawn as a line; both sides of a pair on one scale."""

    kind: Literal["series"] = "series"
    values: list[float]


Content = Annotated[
    ImageContent | TableContent | TextContent | SeriesContent, Field(discriminator="kind")]


class BeliefView(Message):
    """A class and the model's probability for it."""

    label: str
    p: Share
