"""Writes the browser's types (`webui/src/wire.ts`) from the pydantic models, always the same text.

`python -m cincer.server.wire.typescript webui/src/wire.ts` writes the file; a test compares it.
Messages that come in may leave out fields with defaults; those that go out have all of theirs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic.json_schema import models_json_schema

from . import EVENTS, PUSHES, ErrorAnswer, Message, http

Mode = Literal["validation", "serialization"]
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean",
          "null": "null"}
_HEAD = """\
// Made by `python -m cincer.server.wire.typescript` from cincer/server/wire. Do not edit.
"""


def messages() -> list[tuple[type[Message], Mode]]:
    """Every message that stands on its own, once, and whether it comes in or goes out."""
    found: dict[type[Message], Mode] = {ErrorAnswer: "serialization"}
    for events in EVENTS.values():
        for incoming, ack in events.values():
            found[incoming] = "validation"
            found[ack] = "serialization"
    for pushes in PUSHES.values():
        found.update(dict.fromkeys(pushes.values(), "serialization"))
    found.update(dict.fromkeys(http.INCOMING, "validation"))
    found.update(dict.fromkeys(http.OUTGOING, "serialization"))
    return list(found.items())


def typescript() -> str:
    """The whole file."""
    _, schema = models_json_schema(messages(), ref_template="{model}")
    parts = [_HEAD, *(_declaration(n, s) for n, s in sorted(schema["$defs"].items()))]
    return "\n".join([*parts, _events(), _pushes()])


def _declaration(name: str, schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    lines = [_comment(schema.get("description")), f"export interface {name} {{"]
    for field, spec in schema.get("properties", {}).items():
        mark = "" if field in required else "?"
        lines.append(f"  {field}{mark}: {_type(spec)};")
    return "\n".join([*(line for line in lines if line), "}", ""])


def _comment(text: str | None) -> str:
    if not text:
        return ""
    return "/** " + " ".join(text.replace("*/", "* /").split()) + " */"


def _type(spec: dict[str, Any]) -> str:
    if "$ref" in spec:
        return str(spec["$ref"])
    if "const" in spec:
        return json.dumps(spec["const"])
    if "enum" in spec:
        return " | ".join(json.dumps(value) for value in spec["enum"])
    if options := spec.get("anyOf") or spec.get("oneOf"):
        return " | ".join(dict.fromkeys(_type(option) for option in options))
    if spec.get("type") == "array":
        return f"Array<{_type(spec.get('items', {}))}>"
    if spec.get("type") == "object":
        return f"Record<string, {_inner(spec.get('additionalProperties'))}>"
    return _PLAIN.get(spec.get("type", ""), "unknown")


def _inner(spec: Any) -> str:
    return _type(spec) if isinstance(spec, dict) else "unknown"


def _events() -> str:
    lines = ["/** Client events by namespace: what is sent and how it is acknowledged. */",
             "export interface ClientEvents {"]
    for namespace, events in EVENTS.items():
        lines.append(f"  {json.dumps(namespace)}: {{")
        lines += [f"    {json.dumps(name)}: {{ in: {sent.__name__}; ack: {ack.__name__} }};"
                  for name, (sent, ack) in events.items()]
        lines.append("  };")
    return "\n".join([*lines, "}", "", *_names("CLIENT_EVENTS", EVENTS), ""])


def _pushes() -> str:
    lines = ["/** Server pushes by namespace. */", "export interface ServerPushes {"]
    for namespace, pushes in PUSHES.items():
        lines.append(f"  {json.dumps(namespace)}: {{")
        lines += [f"    {json.dumps(name)}: {model.__name__};" for name, model in pushes.items()]
        lines.append("  };")
    return "\n".join([*lines, "}", "", *_names("SERVER_PUSHES", PUSHES), ""])


def _names(constant: str, table: dict[str, Any]) -> Iterable[str]:
    body = ",\n".join(f"  {json.dumps(k)}: {json.dumps(list(v))}" for k, v in table.items())
    return [f"export const {constant} = {{\n{body},\n}} as const;"]


def main(arguments: list[str]) -> None:
    """Writes to the path given, or prints."""
    if arguments:
        Path(arguments[0]).write_text(typescript(), encoding="utf-8", newline="\n")
    else:
        print(typescript(), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
