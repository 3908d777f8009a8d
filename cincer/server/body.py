"""Request bodies, read with a cap and a deadline, then parsed strictly.

Used by the routes. JSON comes as application/json, many examples also as application/x-ndjson.
"""

from __future__ import annotations

import time
import uuid
from typing import Any, TypeVar

from flask import Request, request
from werkzeug.exceptions import RequestEntityTooLarge

from ..errors import InvalidInput
from ..strictjson import parse
from .problems import TooLarge, UnsupportedType
from .wire import Message

JSON = "application/json"
NDJSON = "application/x-ndjson"
DEADLINE = 20.0
"""Seconds a client may take to send a body."""
_CHUNK = 64 * 1024

M = TypeVar("M", bound=Message)


def message(model: type[M], **given: Any) -> M:
    """The JSON body as `model`; `given` are fields from the path, which the body may repeat. A
    key may also come in the header `Idempotency-Key`; without one, the request has its own."""
    plain = parse(read((JSON,)))
    if not isinstance(plain, dict):
        raise InvalidInput("the body must be a JSON object")
    for name, value in given.items():
        if plain.setdefault(name, value) != value:
            raise InvalidInput(f"{name} in the body differs from the one in the path")
    if "key" in model.model_fields:
        plain.setdefault("key", request.headers.get("Idempotency-Key") or uuid.uuid4().hex)
    return model.model_validate(plain)


def media_type() -> str:
    """The body's Content-Type without parameters."""
    return request.mimetype


def read(accepted: tuple[str, ...]) -> bytes:
    """The whole body, if its type is one of `accepted`, plain UTF-8 and uncompressed."""
    _check_type(request, accepted)
    try:
        return _drain(request)
    except RequestEntityTooLarge:
        limit = request.max_content_length
        raise TooLarge(f"the body is larger than {limit} bytes; send smaller batches") from None


def _check_type(req: Request, accepted: tuple[str, ...]) -> None:
    if req.mimetype not in accepted:
        given = req.mimetype[:80] or "none"
        raise UnsupportedType(f"Content-Type must be {' or '.join(accepted)}, not {given}")
    charset = req.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise UnsupportedType(f"charset must be utf-8, not {charset[:40]}")
    if req.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedType("send the body without Content-Encoding")


def _drain(req: Request) -> bytes:
    deadline = time.monotonic() + DEADLINE
    parts = []
    while chunk := req.stream.read(_CHUNK):
        parts.append(chunk)
        if time.monotonic() > deadline:
            raise InvalidInput(f"the body took longer than {DEADLINE:.0f} s to arrive")
    whole = b"".join(parts)
    if req.content_length is not None and len(whole) < req.content_length:
        raise InvalidInput("the body is shorter than its Content-Length")
    return whole
