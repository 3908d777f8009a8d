"""What all messages share: strictness, the ack, the error shape, keys.

The models in this package are the one source of the HTTP and Socket.IO schemas, of the OpenAPI
document and of the browser's types. Class names, never indices, travel on the wire.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Message(BaseModel):
    """Base of every message: unknown fields are refused, nothing is coerced."""

    model_config = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False,
        json_schema_serialization_defaults_required=True)


Key = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_.:-]+$")]
"""Idempotency key, made by the client: the same key never has two effects."""

ExampleName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
QueryName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^q-[0-9]+$")]
PersonName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
ClassName = Annotated[str, Field(min_length=1, max_length=200)]
Comment = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class ErrorAnswer(Message):
    """The one error shape. `code` is stable; `error` says what was wrong and what is right."""

    ok: Literal[False] = False
    error: str
    code: str
    status: int
    retry_after: float | None = None


class Ack(Message):
    """Received, committed and synced. `seq` is the ledger's sequence number after it."""

    ok: Literal[True] = True
    seq: int
