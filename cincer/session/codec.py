"""Events, states and queries as JSON values, exactly and in a stable form.

Encoders and decoders are compiled once from the dataclasses' annotations. A dataclass becomes an
object in field order, an enumeration its value, a tuple a list, a mapping a list of [key, value]
pairs (so that order and integer keys survive). Numbers are left to `json`, which writes floats
so that they come back bit for bit. A field that is absent has its default: what older versions
wrote can be read.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from ..errors import InvalidInput, UnknownName
from .events import KINDS, Event
from .state import Query, SessionState

Coder = Callable[[Any], Any]

KIND_OF: dict[type[Event], str] = {cls: kind for kind, cls in KINDS.items()}


def encode_event(event: Event) -> tuple[str, dict[str, Any]]:
    """(kind, body): the event's name on the ledger, and its fields as JSON values."""
    cls: Any = type(event)
    return KIND_OF[cls], _encoder(cls)(event)


def decode_event(kind: str, body: Mapping[str, Any]) -> Event:
    """The event of a kind and a body. `UnknownName` for another kind, `InvalidInput` for a body
    that is not one of it."""
    if kind not in KINDS:
        raise UnknownName("event", kind, KINDS)
    return _decode(KINDS[kind], body)  # type: ignore[no-any-return]


def encode_state(state: SessionState) -> dict[str, Any]:
    return _encoder(SessionState)(state)  # type: ignore[no-any-return]


def decode_state(body: Mapping[str, Any]) -> SessionState:
    """The state of a body; `InvalidInput` for what is not one."""
    return _decode(SessionState, body)  # type: ignore[no-any-return]


def encode_query(query: Query) -> dict[str, Any]:
    return _encoder(Query)(query)  # type: ignore[no-any-return]


def decode_query(body: Mapping[str, Any]) -> Query:
    """The query of a body; `InvalidInput` for what is not one."""
    return _decode(Query, body)  # type: ignore[no-any-return]


def _decode(cls: Any, body: Mapping[str, Any]) -> Any:
    try:
        return _decoder(cls)(body)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InvalidInput(f"this is no {cls.__name__}: {error}") from error


@cache
def _encoder(hint: Any) -> Coder:
    """From a value of this annotation to JSON values."""
    if is_dataclass(hint):
        return _object_encoder(hint)
    inner = _optional(hint)
    if inner is not None:
        return _maybe(_encoder(inner))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: value.value
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _sequence(_items(args, _encoder), list)
    if origin is Mapping:
        key, item = _encoder(args[0]), _encoder(args[1])
        return lambda value: [[key(k), item(v)] for k, v in value.items()]
    return _same


@cache
def _decoder(hint: Any) -> Coder:
    """The inverse of `_encoder`."""
    if is_dataclass(hint):
        return _object_decoder(hint)
    inner = _optional(hint)
    if inner is not None:
        return _maybe(_decoder(inner))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _sequence(_items(args, _decoder), tuple)
    if origin is Mapping:
        key, item = _decoder(args[0]), _decoder(args[1])
        return lambda value: {key(k): item(v) for k, v in value}
    return _same


def _same(value: Any) -> Any:
    return value


def _maybe(coder: Coder) -> Coder:
    if coder is _same:
        return _same
    return lambda value: None if value is None else coder(value)


def _optional(hint: Any) -> Any:
    """X of `X | None`, else None."""
    if get_origin(hint) not in (Union, types.UnionType):
        return None
    inner = [arg for arg in get_args(hint) if arg is not type(None)]
    if len(inner) != 1:
        raise TypeError(f"a field of {hint} cannot be stored: only one type, or none")
    return inner[0]


def _items(args: tuple[Any, ...], coder: Callable[[Any], Coder]) -> tuple[Coder, ...] | Coder:
    """One coder for `tuple[X, ...]`, one for each place of `tuple[X, Y]`."""
    if len(args) == 2 and args[1] is Ellipsis:
        return coder(args[0])
    return tuple(coder(arg) for arg in args)


def _sequence(items: tuple[Coder, ...] | Coder, build: type) -> Coder:
    if not isinstance(items, tuple):
        one = items
        return build if one is _same else lambda value: build([one(item) for item in value])
    places = items
    return lambda value: build([code(item) for code, item in zip(places, value, strict=True)])


def _object_encoder(cls: Any) -> Coder:
    hints = get_type_hints(cls)
    plan = [(spec.name, _encoder(hints[spec.name])) for spec in fields(cls)]
    names = [name for name, _ in plan]
    if all(coder is _same for _, coder in plan):
        return lambda value: {name: getattr(value, name) for name in names}
    return lambda value: {
        name: getattr(value, name) if coder is _same else coder(getattr(value, name))
        for name, coder in plan}


def _object_decoder(cls: Any) -> Coder:
    hints = get_type_hints(cls)
    plan = {spec.name: _decoder(hints[spec.name]) for spec in fields(cls)}
    return lambda body: cls(**{name: plan[name](value) for name, value in body.items()})
