"""Arrivals at the edge: each raw item becomes a valid `Item`, or a refusal that says why.

A bad row never sinks its neighbours. Used by `POST /examples` and by `example:push`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from ..errors import CincerError, InvalidInput
from ..schema import Schema, check_name
from ..types import ExampleId, Seconds
from .auth.identity import Identity
from .commands import Item, ItemStored, Receive
from .core import Parts
from .problems import TooLarge, answer
from .wire.stream import ExampleIn, ExamplesAck, ItemAnswer

MAX_META = 16_384
"""Bytes of an example's `meta` as JSON."""
MAX_WAIT: Seconds = 30.0


def receive(
    parts: Parts, identity: Identity, raw: Sequence[Any], wait: Seconds = 0.0
) -> ExamplesAck:
    """Store a batch. `raw` are parsed JSON values, or errors that stand for unreadable ones."""
    if len(raw) > parts.settings.server.max_batch:
        raise TooLarge(f"at most {parts.settings.server.max_batch} examples in one request, "
                       f"not {len(raw)}")
    checked = [_checked(parts, value) for value in raw]
    items = tuple(item for item in checked if isinstance(item, Item))
    stored: Sequence[ItemStored] = ()
    if items:
        future = parts.core.submit(Receive(identity.actor, items, min(wait, MAX_WAIT)))
        stored = future.result(parts.patience + wait)  # type: ignore[assignment]
    told = iter(stored)
    return _ack([_stored(next(told)) if isinstance(c, Item) else c for c in checked])


def _checked(parts: Parts, raw: Any) -> Item | ItemAnswer:
    try:
        if isinstance(raw, CincerError):
            raise raw
        if not isinstance(raw, dict):
            raise InvalidInput("an example must be a JSON object")
        return item(parts.schema, raw)
    except (CincerError, ValidationError) as error:
        refused = answer(error)
        name = raw.get("id") if isinstance(raw, dict) else None
        shown = name[:200] if isinstance(name, str) else None
        return ItemAnswer(id=shown, answer="rejected", error=refused.error, code=refused.code)


def item(schema: Schema, raw: dict[str, Any]) -> Item:
    """One valid arrival; raises `InvalidInput` or `ValidationError` saying what is wrong."""
    example = ExampleIn.model_validate(raw)
    meta = _canonical(example.meta)
    if len(meta) > MAX_META:
        raise InvalidInput(f"meta must be at most {MAX_META} bytes as JSON, not {len(meta)}")
    given = None if example.label is None else schema.label_index(example.label)
    row = schema.encode(example.content)
    return Item(
        id=ExampleId(check_name(example.id, "id")), content=example.content, meta=example.meta,
        given=given, row=row.tobytes(), at=example.at,
        digest=sha256(_canonical([example.content, given])).digest())


def _canonical(value: Any) -> bytes:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _stored(item: ItemStored) -> ItemAnswer:
    return ItemAnswer(id=item.id, answer=item.answer, seq=item.seq,  # type: ignore[arg-type]
                      error=item.error, code=item.code, decision=item.decision)


def _ack(items: list[ItemAnswer]) -> ExamplesAck:
    counts = Counter(entry.answer for entry in items)
    return ExamplesAck(stored=counts["stored"], duplicate=counts["duplicate"],
                       rejected=counts["rejected"], items=items)
