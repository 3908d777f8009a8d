"""`GET /openapi.json`: OpenAPI 3.1, made from the table of routes and the wire's models."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from flask import Response
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ... import __version__
from ..wire import ErrorAnswer, Message
from .route import PREFIX, Call, Route

_REF = "#/components/schemas/{model}"


def openapi(call: Call) -> Response:
    response = Response(document(), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


@cache
def document() -> str:
    """The whole document as JSON."""
    from . import ROUTES as routes

    names, components = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = PREFIX + re.sub(r"<(?:path:)?(\w+)>", r"{\1}", route.rule)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, names)
    return json.dumps({
        "openapi": "3.1.0",
        "info": {"title": "cincer", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": components["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }, sort_keys=True)


Names = dict[Any, dict[str, Any]]


def _schemas(routes: tuple[Route, ...]) -> tuple[Names, dict[str, Any]]:
    models: list[tuple[type[Message], JsonSchemaMode]] = [(ErrorAnswer, "serialization")]
    models += [(route.sent, "validation") for route in routes if route.sent]
    models += [(route.answer, "serialization") for route in routes if route.answer]
    return models_json_schema(list(dict.fromkeys(models)), ref_template=_REF)


def _operation(route: Route, names: Names) -> dict[str, Any]:
    done = {"description": "done"}
    if route.answer:
        done |= _content(names[route.answer, "serialization"])
    wrong = {"description": "refused"} | _content(names[ErrorAnswer, "serialization"])
    operation: dict[str, Any] = {
        "summary": route.what, "operationId": route.handle.__name__,
        "x-cincer-action": route.action, "parameters": _parameters(route),
        "responses": {"2XX": done, "4XX": wrong, "5XX": wrong}}
    if route.sent:
        operation["requestBody"] = {"required": True} | _content(names[route.sent, "validation"])
    return operation


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _parameters(route: Route) -> list[dict[str, Any]]:
    inside = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
              for name in re.findall(r"<(?:path:)?(\w+)>", route.rule)]
    return inside + [{"name": q.name, "in": "query", "description": q.what,
                      "schema": {"type": q.kind}} for q in route.query]


ROUTES = (
    Route("GET", "/openapi.json", "api.read", openapi, "This document."),
)
