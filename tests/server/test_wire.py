"""The fixtures of `tests/fixtures/wire` and the browser's types fit the models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from cincer.server.wire import EVENTS, PUSHES, ErrorAnswer, Message, http
from cincer.server.wire.typescript import typescript

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "wire"


def _slug(namespace: str, event: str) -> str:
    return f"{namespace.strip('/')}.{event.replace(':', '-')}"


def _kebab(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def expected() -> dict[str, type[Message]]:
    """File name of every message, without `.json`."""
    table: dict[str, type[Message]] = {"error": ErrorAnswer}
    for namespace, events in EVENTS.items():
        for event, (sent, ack) in events.items():
            table[f"{_slug(namespace, event)}.in"] = sent
            table[f"{_slug(namespace, event)}.ack"] = ack
    for namespace, pushes in PUSHES.items():
        table |= {f"{_slug(namespace, e)}.push": model for e, model in pushes.items()}
    table |= {f"http.{_kebab(m.__name__)}": m for m in (*http.INCOMING, *http.OUTGOING)}
    return table


@pytest.mark.parametrize(("name", "model"), expected().items(), ids=list(expected()))
def test_fixture_is_a_valid_and_complete_message(name: str, model: type[Message]) -> None:
    text = (FIXTURES / f"{name}.json").read_text(encoding="utf-8")
    message = model.model_validate_json(text)
    assert json.loads(text) == json.loads(message.model_dump_json())


@pytest.mark.parametrize(("name", "model"), expected().items(), ids=list(expected()))
def test_no_message_takes_an_unknown_field(name: str, model: type[Message]) -> None:
    plain = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    with pytest.raises(ValidationError):
        model.model_validate(plain | {"forged": "admin"})


@pytest.mark.parametrize("name", [
    "annotate.query-reply.in", "annotate.query-reply.ack", "annotate.query-push.push",
    "annotate.query-lease.ack", "annotate.stats-updated.push", "http.held-queries"])
def test_what_came_later_may_be_missing(name: str) -> None:
    """Follow-ups and further counter-examples: who does not know of them is understood."""
    later = {"others", "follow_up", "follow_ups", "follow_ups_answered"}

    def without(value: object) -> object:
        if isinstance(value, list):
            return [without(each) for each in value]
        if isinstance(value, dict):
            return {key: without(each) for key, each in value.items() if key not in later}
        return value

    plain = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    assert without(plain) != plain
    expected()[name].model_validate(without(plain))


def test_every_fixture_belongs_to_a_message() -> None:
    assert {p.stem for p in FIXTURES.glob("*.json")} == set(expected())


def test_the_browsers_types_are_current() -> None:
    committed = (ROOT / "webui" / "src" / "wire.ts").read_text(encoding="utf-8")
    assert committed == typescript(), (
        "run: python -m cincer.server.wire.typescript webui/src/wire.ts")
