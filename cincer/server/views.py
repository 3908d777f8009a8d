"""How a query looks: from the session's indices and the stored content to the wire's views.

Images become PNG data URLs at the schema's resolution (kept for the positions seen last), rows
become fields, of a pair those first that tell the two sides apart most.
"""

from __future__ import annotations

import base64
import io
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from ..schema import Schema, separation
from ..session.events import Counter
from ..session.state import Query
from ..types import Belief, Label, Position
from .core import Archive, Payload
from .wire.annotate import FollowUpView, QueryView, SideView
from .wire.content import BeliefView, Content, FieldValue, ImageContent, TableContent, TextContent

BELIEFS = 5
"""Classes shown with their probability."""
_ERASED = TextContent(text="(this example was erased)")


class Views:
    """Renders for one project. Safe to share between threads."""

    def __init__(self, archive: Archive, schema: Schema, keep: int = 4096) -> None:
        self._archive = archive
        self._schema = schema
        self._keep = keep
        self._images: OrderedDict[Position, ImageContent] = OrderedDict()
        self._guard = threading.Lock()

    def query(self, query: Query) -> QueryView:
        """The question as a page shows it."""
        positions = [query.position, *(counter.position for counter in query.counters)]
        own, *contents = self.contents(positions)
        others = [self._side(counter, content)
                  for counter, content in zip(query.counters, contents, strict=True)]
        chain, first = query.chain, query.counter_example
        return QueryView(
            query=query.id, kind=query.kind.value, epoch=query.epoch,
            deadline=query.lease.deadline if query.lease else 0.0, margin=query.margin,
            example=SideView(
                id=query.example, content=own,
                given_label=self.name(chain.settled if chain else query.given),
                predicted_label=self.name(query.predicted), beliefs=self.beliefs(query.beliefs)),
            counter_example=others[0] if others else None, others=others[1:],
            score=first.score if first else None,
            given_probability=first.given_probability if first else None,
            predicted_change=first.predicted_change if first else None, model=query.picked or 0,
            follow_up=FollowUpView(
                depth=chain.depth, follows=chain.follows, was=self.name(query.given),
            ) if chain else None)

    def _side(self, counter: Counter, content: Content) -> SideView:
        return SideView(
            id=counter.example, content=content, given_label=self.name(counter.label),
            predicted_label=self.name(counter.predicted), beliefs=self.beliefs(counter.beliefs))

    def contents(self, positions: Sequence[Position]) -> list[Content]:
        """What these examples look like; more than one are shown beside each other."""
        if self._schema.kind == "image":
            return [self._image(position) for position in positions]
        payloads = self._archive.payloads(positions)
        apart = self._apart(payloads)
        return [self._table(payload, apart) for payload in payloads]

    def name(self, label: Label | None) -> str | None:
        """Name of a class index; None stays None."""
        return None if label is None or label < 0 else self._schema.class_name(label)

    def beliefs(self, beliefs: Sequence[Belief]) -> list[BeliefView]:
        """The largest first, by name."""
        best = sorted(beliefs, key=lambda belief: -belief[1])[:BELIEFS]
        return [BeliefView(label=self._schema.class_name(label), p=min(max(float(p), 0.0), 1.0))
                for label, p in best]

    def _image(self, position: Position) -> Content:
        with self._guard:
            if position in self._images:
                self._images.move_to_end(position)
                return self._images[position]
        payload = self._archive.payloads([position])[0]
        if payload is None:
            return _ERASED
        image = image_content(self._schema, payload.content)
        with self._guard:
            self._images[position] = image
            if len(self._images) > self._keep:
                self._images.popitem(last=False)
        return image

    def _apart(self, payloads: Sequence[Payload | None]) -> dict[str, float]:
        """How far the first two rows lie apart, by column, largest first; empty for a single one.
        """
        present = [payload for payload in payloads[:2] if payload is not None]
        if len(present) != 2:
            return {}
        one, two = (self._schema.encode(payload.content) for payload in present)
        return dict(separation(self._schema, one, two))

    def _table(self, payload: Payload | None, apart: dict[str, float]) -> Content:
        if payload is None:
            return _ERASED
        row = self._row(payload.content)
        names = list(apart) or list(row)
        return TableContent(fields=[_field(n, row.get(n), apart.get(n)) for n in names])

    def _row(self, content: Any) -> dict[str, Any]:
        names = [column.name for column in self._schema.columns]
        if isinstance(content, dict):
            return {name: content.get(name) for name in names}
        return dict(zip(names, content, strict=True))


def image_content(schema: Schema, content: Any) -> ImageContent:
    """An image of any declared size as a PNG data URL, greyscale or RGB."""
    levels = np.rint(schema.encode(content).reshape(schema.size) * 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(levels).save(buffer, "PNG")
    url = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
    return ImageContent(url=url, width=schema.size[1], height=schema.size[0])


def _field(name: str, value: Any, apart: float | None) -> FieldValue:
    number = float(value) if isinstance(value, int | float) and not isinstance(
        value, bool) else None
    return FieldValue(name=name, value=_text(value), number=number, separation=apart)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)
