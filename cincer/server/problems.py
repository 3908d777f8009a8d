"""Every failure as the one error shape, for HTTP and for acknowledgements alike."""

from __future__ import annotations

import logging
from concurrent.futures import TimeoutError as FutureTimeout

from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from ..errors import CincerError
from .wire import ErrorAnswer

log = logging.getLogger("cincer.web")
_CODES = {400: "invalid", 404: "not_found", 405: "method_not_allowed", 408: "timeout",
          413: "too_large", 415: "unsupported_type", 429: "busy"}


class TooLarge(CincerError, ValueError):
    """More bytes or items than one message may have."""

    code = "too_large"
    status = 413


class UnsupportedType(CincerError, ValueError):
    """A Content-Type or Content-Encoding that is not taken."""

    code = "unsupported_type"
    status = 415


def answer(error: BaseException) -> ErrorAnswer:
    """The error shape for `error`. What was not foreseen is logged and told without details."""
    if isinstance(error, CincerError):
        wait = error.data.get("retry_after")
        return ErrorAnswer(error=error.message, code=error.code, status=error.status,
                           retry_after=float(wait) if isinstance(wait, int | float) else None)
    if isinstance(error, ValidationError):
        return ErrorAnswer(error=describe(error), code="invalid", status=400)
    if isinstance(error, FutureTimeout):
        return ErrorAnswer(error="no answer in time; send it again with the same key",
                           code="unavailable", status=503, retry_after=1.0)
    if isinstance(error, HTTPException):
        return _from_http(error)
    log.error("a request failed unexpectedly", exc_info=error)
    return ErrorAnswer(error="the server failed; the error is in its log", code="error", status=500)


def describe(error: ValidationError) -> str:
    """What is wrong with a message, by field, without echoing what was sent."""
    parts = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False)[:5]:
        place = ".".join(str(step)[:40] for step in problem["loc"])
        parts.append(f"{place}: {problem['msg']}" if place else problem["msg"])
    more = error.error_count() - len(parts)
    return "; ".join(parts) + (f"; and {more} more" if more > 0 else "")


def _from_http(error: HTTPException) -> ErrorAnswer:
    status = error.code or 500
    text = error.description or "the request was refused"
    return ErrorAnswer(error=text.splitlines()[0][:300], code=_CODES.get(status, "error"),
                       status=status)
