"""What the server says unasked, over a real server and the usual client library."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import socketio
from server.fakes import Site, example, served

from cincer.server import notices as n
from cincer.server.commands import Gone
from cincer.server.sockets.pushes import KEPT, Mailbox
from cincer.server.wire import PUSHES
from cincer.types import AnnotatorId, ExampleId, QueryId

KEEP = {"action": "keep"}


class Page:
    """A client that writes down every push."""

    def __init__(self, here: Site, who: str, namespace: str = "/annotate") -> None:
        self.namespace = namespace
        self.got: list[tuple[str, Any]] = []
        self.client = socketio.Client(reconnection=False)
        self.client.on("*", lambda event, data: self.got.append((event, data)),
                       namespace=namespace)
        self.client.connect(here.url, transports=["websocket"], namespaces=[namespace],
                            headers={"Authorization": f"Bearer {here.secrets[who]}"})

    def ask(self, event: str, data: Any) -> Any:
        return self.client.call(event, data, namespace=self.namespace, timeout=5)

    def of(self, event: str) -> list[Any]:
        return [data for name, data in list(self.got) if name == event]

    def close(self) -> None:
        self.client.disconnect()


def until(done: Callable[[], Any], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


@contextmanager
def page(here: Site, who: str, namespace: str = "/annotate") -> Iterator[Page]:
    found = Page(here, who, namespace)
    try:
        yield found
    finally:
        found.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path) as found:
        yield found


def push(here: Site, *names: str) -> None:
    here.client("source").post("/api/v1/examples", json=[example(name) for name in names])


def test_the_life_of_a_query(here: Site) -> None:
    push(here, "a", "q1")
    with page(here, "annotator") as anna:
        until(lambda: anna.of("session:hello"))
        hello = anna.of("session:hello")[0]
        assert (hello["annotator"], hello["classes"]) == ("annotator", ["zero", "one", "two"])
        held = anna.ask("query:lease", {"count": 2, "key": "k"})
        assert held["held"] == ["q-1"]
        assert held["queries"][0]["example"]["id"] == "q1"
        until(lambda: anna.of("query:push"))
        assert anna.of("query:push")[0]["query"] == held["queries"][0]
        told = anna.ask("query:reply", {"query": "q-1", "epoch": 1, "key": "r", "example": KEEP})
        assert told["changes"] == [
            {"id": "q1", "before": "one", "after": "one", "action": "keep"}]
        until(lambda: anna.of("model:updated"))
        assert anna.of("query:closed")[0]["outcome"] == "answered"
        assert anna.of("model:updated")[0]["after"] == "q-1"
        numbers = [data["push"] for event, data in anna.got if data["push"]]
        assert numbers == sorted(numbers)


def test_every_push_is_a_valid_message(here: Site) -> None:
    with page(here, "annotator") as anna, page(here, "source", "/stream") as camera:
        push(here, "a", "q1")
        anna.ask("query:lease", {"count": 2, "key": "k"})
        anna.ask("query:reply", {"query": "q-1", "epoch": 1, "key": "r", "example": KEEP})
        until(lambda: len({e for e, _ in anna.got}) == len(PUSHES["/annotate"]))
        until(lambda: len({e for e, _ in camera.got}) == len(PUSHES["/stream"]))
        for client in (anna, camera):
            for event, data in client.got:
                PUSHES[client.namespace][event].model_validate(data)


def test_a_source_hears_what_became_of_its_own(here: Site) -> None:
    here.token("other", "source")
    with page(here, "source", "/stream") as mine, page(here, "other", "/stream") as theirs:
        told = mine.ask("example:push", {"key": "k", "examples": [example("a"), example("b")]})
        assert told["stored"] == 2
        until(lambda: len(mine.of("example:decided")) == 2)
        assert [d["id"] for d in mine.of("example:decided")] == ["a", "b"]
        assert [d["predicted_label"] for d in mine.of("example:decided")] == ["one", "one"]
        assert theirs.of("example:decided") == []


def test_who_comes_back_gets_what_was_missed(here: Site) -> None:
    push(here, "a", "q1", "q2")
    with page(here, "annotator") as anna:
        anna.ask("query:lease", {"count": 1, "key": "k"})
        until(lambda: anna.of("query:push"))
        seen = anna.of("query:push")[0]["push"]
    query = here.service.held(AnnotatorId("annotator"))[0]
    here.service.tell(n.QueryOver(AnnotatorId("annotator"), QueryId("q-9"), "cleared"))
    here.service.tell(n.QueryReady(AnnotatorId("annotator"), query))
    until(lambda: _mail(here).newest == seen + 2)
    with page(here, "annotator") as back:
        back.ask("session:resume", {"push": seen})
        until(lambda: back.of("query:push"))
        numbered = [(e, d["push"]) for e, d in back.got if e.startswith("query")]
        assert numbered == [("query:closed", seen + 1), ("query:push", seen + 2)]
        back.got.clear()
        back.ask("session:resume", {"push": seen + 2})
        assert [e for e, _ in back.got if e.startswith("query")] == []


@pytest.mark.parametrize("seen", [0, 1, 2**52])
def test_a_new_page_or_a_lost_one_gets_all_that_is_held(here: Site, seen: int) -> None:
    push(here, "a", "q1", "q2")
    with page(here, "annotator") as anna:
        anna.ask("query:lease", {"count": 2, "key": "k"})
        until(lambda: len(anna.of("query:push")) == 2)
        anna.got.clear()
        anna.ask("session:resume", {"push": seen})
        until(lambda: len(anna.of("query:push")) == 2)
        assert {d["query"]["query"] for d in anna.of("query:push")} == {"q-1", "q-2"}


def _mail(here: Site) -> Mailbox:
    hub = here.app.extensions["cincer.hub"]
    found: Mailbox = hub.pushes._mailbox("annotator")
    return found


def test_two_tabs_are_one_annotator(here: Site) -> None:
    push(here, "a", "q1")
    with page(here, "annotator") as one:
        with page(here, "annotator") as two:
            one.ask("query:lease", {"count": 1, "key": "k"})
            until(lambda: one.of("query:push") and two.of("query:push"))
            assert one.of("query:push") == two.of("query:push")
            two.ask("query:reply", {"query": "q-1", "epoch": 1, "key": "r", "example": KEEP})
            until(lambda: one.of("query:closed"))
        time.sleep(0.1)
        assert not _gone(here)
    until(lambda: _gone(here))
    assert [c.actor.name for c in _gone(here)] == ["annotator"]


def _gone(here: Site) -> list[Gone]:
    return [c for c in here.service.log if isinstance(c, Gone)]


def test_statistics_are_sent_a_few_times_a_second_and_show_who_is_here(here: Site) -> None:
    with page(here, "annotator") as anna:
        until(lambda: anna.of("stats:updated"))
        began = time.monotonic()
        for number in range(200):
            push(here, f"a{number}")
        took = time.monotonic() - began
        until(lambda: anna.of("stats:updated")[-1]["received"] == 200)
        assert len(anna.of("stats:updated")) <= took / 0.25 + 4
        people = anna.of("stats:updated")[-1]["people"]
        assert people == [{"name": "annotator", "replies": 0, "online": True}]
    assert here.client("reader").get("/api/v1/stats").json["received"] == 200


def test_model_changes_nobody_waits_for_are_merged(here: Site) -> None:
    with page(here, "annotator") as anna, page(here, "reader") as other:
        until(lambda: other.of("session:hello"))
        for version in range(50):
            here.service.tell(n.HeadMoved(version, 10, 1, True))
        here.service.tell(n.HeadMoved(50, 10, 2, True, QueryId("q-1"), AnnotatorId("annotator")))
        until(lambda: anna.of("model:updated") and other.of("model:updated"))
        time.sleep(0.3)
        for client in (anna, other):
            assert client.of("model:updated")[-1]["model"] == 50
            assert len(client.of("model:updated")) <= 3


def test_a_notice_that_cannot_be_shown_does_not_stop_the_others(
    here: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with page(here, "source", "/stream") as camera:
        here.service.tell(n.ArrivalDecided("source", ExampleId("a"), "nonsense", 1, 0.5, 1))
        here.service.tell(n.ArrivalDecided("source", ExampleId("b"), "accepted", 1, 0.5, 1))
        until(lambda: camera.of("example:decided"))
        assert camera.of("example:decided")[0]["id"] == "b"
    assert "ArrivalDecided" in caplog.text


def test_the_mailbox_knows_what_it_kept() -> None:
    box = Mailbox()
    first = box.newest
    assert box.since(first) == []
    assert box.since(0) is None
    for _ in range(KEPT + 10):
        number = box.number()
        box.keep(number, "x", {"push": number})
    assert box.since(first) is None
    assert box.since(first + 9) is None
    assert len(box.since(first + 10) or []) == KEPT
    assert [d["push"] for _, d in box.since(box.newest - 2) or []] == [
        box.newest - 1, box.newest]
    assert box.since(box.newest + 1) is None
