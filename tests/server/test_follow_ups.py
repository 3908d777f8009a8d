"""Follow-ups and several counter-examples, live: in the service, over HTTP and over Socket.IO."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from server.fakes import _Quiet
from server.live_world import ANN, BEN, World, until, world
from server.test_pushes import Page
from werkzeug.serving import make_server

from cincer.errors import InvalidInput
from cincer.ledger.verify import verify
from cincer.server import commands as c
from cincer.server.app import close_app, create_app
from cincer.server.auth.tokens import Tokens
from cincer.server.notices import QueryOver, QueryReady
from cincer.server.simulated import SimulatedAnnotator, by_oracle
from cincer.session.events import Decision
from cincer.session.state import Query
from cincer.types import Action

KEEP = Decision(Action.KEEP)


def relabel(label: int) -> Decision:
    return Decision(Action.RELABEL, label)


def asked(w: World) -> Query:
    """Is e6 a 1, when e0 says 0? Displayed to ann."""
    w.bootstrap()
    w.receive(1)
    query = w.pair()
    w.show(query)
    return query


def say(w: World, query: Query, example: Decision | None, *others: Decision | None,
        key: str = "k", actor: c.Actor = ANN) -> Any:
    return w.do(c.Reply(actor, key, query.id, query.epoch, example,
                        others[0] if others else None, others=others[1:]))


def follow_up(w: World, name: str) -> Query:
    until(lambda: any(q.id == name and q.picked is not None for q in w.service.held(ANN.name)))
    return next(q for q in w.service.held(ANN.name) if q.id == name)


def test_a_chain_goes_to_whoever_replied(tmp_path: Path) -> None:
    with world(tmp_path, rounds=3) as w:
        query = asked(w)
        answer = say(w, query, KEEP, relabel(2))
        (name,) = answer.follow_ups
        found = follow_up(w, name)
        assert (found.example, found.given, found.predicted) == ("e0", 0, 2)
        assert found.counter_example is not None
        assert found.counter_example.example == "e2"
        assert say(w, query, KEEP, relabel(2)).follow_ups == (name,)
        w.show(found)
        deeper = say(w, found, None, relabel(1), key="k2").follow_ups
        last = follow_up(w, deeper[0])
        assert last.counter_example is not None
        assert last.counter_example.example == "e1"
        w.show(last)
        assert say(w, last, None, KEEP, key="k3").follow_ups == ()
        stats = w.service.stats()
        assert (stats.asked, stats.follow_ups, stats.follow_ups_answered, stats.replies) == (
            1, 2, 2, 3)
        assert w.scorer.labels[0] == 2
        assert w.scorer.labels[2] == 1
    assert verify(tmp_path / "ledger.db").ok


def test_one_with_nothing_to_show_ends(tmp_path: Path) -> None:
    with world(tmp_path, rounds=3) as w:
        query = asked(w)
        say(w, query, KEEP, relabel(2))
        first = follow_up(w, "q-2")
        w.show(first)
        (name,) = say(w, first, None, relabel(1), key="k2").follow_ups
        second = follow_up(w, name)
        w.show(second)
        w.do(c.Undo(ANN, "u1"))
        until(lambda: any(o.query == name and o.outcome == "undone" for o in w.told(QueryOver)))
        w.scorer.labels.clear()
        (name,) = say(w, w.service.query(first.id), None, relabel(1), key="k4").follow_ups
        until(lambda: any(o.query == name and o.outcome == "exhausted"
                          for o in w.told(QueryOver)))


def test_what_somebody_confirms_on_the_way_is_not_shown(tmp_path: Path) -> None:
    """Ben keeps e2 while the pick of e2 for ann's follow-up is under way."""
    with world(tmp_path, rounds=2) as w:
        query = asked(w)
        w.receive(1, 0)
        ben = w.pair(BEN, 2)
        until(lambda: any(q.counter_example and q.counter_example.example == "e2"
                          for q in w.service.held(BEN.name)))
        ben = next(q for q in w.service.held(BEN.name)
                   if q.counter_example and q.counter_example.example == "e2")
        w.show(ben, BEN)
        w.scorer.held = True
        (name,) = say(w, query, KEEP, relabel(2)).follow_ups
        until(lambda: any(f["op"] == "pick" and name in f["queries"] for f in w.scorer.frames))
        say(w, ben, KEEP, KEEP, actor=BEN)
        w.scorer.release()
        found = follow_up(w, name)
        assert found.counter_example is not None
        assert found.counter_example.example == "e5"


def test_several_are_shown_and_judged(tmp_path: Path) -> None:
    with world(tmp_path, counter_examples=3) as w:
        w.receive(0, 0, 0, 1, 2, 2)
        w.scorer.says = lambda position: 0
        w.receive(1)
        query = w.pair()
        assert [o.example for o in query.counters] == ["e0", "e1", "e2"]
        w.do(c.Display(ANN, query.id, query.epoch, ("e6", "e0", "e1", "e2")))
        with pytest.raises(InvalidInput, match="2 further"):
            say(w, query, KEEP, KEEP, KEEP, KEEP, KEEP)
        answer = say(w, query, KEEP, KEEP, None, relabel(2), key="k2")
        assert {(change.id, change.after) for change in answer.changes} == {
            ("e6", 1), ("e0", 0), ("e2", 2)}


def test_the_simulated_annotator_follows(tmp_path: Path) -> None:
    class Truth:
        def answer(self, id: str, shown: int) -> tuple[Action, int | None]:
            true = (int(id[1:]) + 1) % 3
            return (Action.KEEP, None) if shown == true else (Action.RELABEL, true)

    with world(tmp_path, rounds=4, counter_examples=2) as w:
        helper = SimulatedAnnotator(w.service, "oracle", by_oracle(Truth()), pace=None)  # type: ignore[arg-type]
        helper.start()
        w.bootstrap()
        w.receive(1, 0)
        until(lambda: w.service.stats().follow_ups_answered >= 2)
        until(lambda: not w.service.stats().waiting)
        helper.close()


# ---- over a real server ----------------------------------------------------------------------


@contextmanager
def site(folder: Path, **settings: Any) -> Iterator[Any]:
    """The application with the real session thread behind it, on a free port."""
    with world(folder, **settings) as w:
        tokens = Tokens(folder)
        app = create_app(w.service, w.settings, w.schema, tokens, w.service.archive)
        secrets = {role: tokens.create(role, [role])[1] for role in ("annotator", "source")}
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        server.daemon_threads, server.block_on_close = True, False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield SimpleNamespace(world=w, app=app, secrets=secrets, url=url)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
            close_app(app)


def pushed(page: Page, name: str | None = None) -> dict[str, Any]:
    """The newest view of a query, or of any."""
    def newest() -> list[dict[str, Any]]:
        return [p["query"] for p in page.of("query:push") if name in (None, p["query"]["query"])]

    until(newest)
    return newest()[-1]


def test_a_follow_up_over_socket_io(tmp_path: Path) -> None:
    with site(tmp_path, rounds=2) as here:
        here.world.bootstrap()
        page = Page(here, "annotator")
        try:
            assert page.ask("query:lease", {"count": 1, "key": "l"})["ok"]
            here.world.receive(1)
            view = pushed(page)
            assert (view["kind"], view["follow_up"], view["others"]) == ("suspicious", None, [])
            ack = page.ask("query:reply", {
                "query": view["query"], "key": "r1", "epoch": view["epoch"],
                "example": {"action": "keep"},
                "counter_example": {"action": "relabel", "label": "c"}})
            assert ack["ok"], ack
            (name,) = ack["follow_ups"]
            follow = pushed(page, name)
            assert follow["kind"] == "follow_up"
            assert (follow["given_probability"], follow["predicted_change"]) == (None, None)
            assert follow["follow_up"] == {"depth": 2, "follows": view["query"], "was": "a"}
            assert (follow["example"]["id"], follow["example"]["given_label"]) == ("e0", "c")
            assert follow["counter_example"]["given_label"] == "c"
            shown = [follow["example"]["id"], follow["counter_example"]["id"]]
            assert page.ask("query:displayed", {
                "query": name, "epoch": follow["epoch"], "shown": shown})["ok"]
            wrong = page.ask("query:reply", {
                "query": name, "key": "r2", "epoch": follow["epoch"],
                "example": {"action": "relabel", "label": "b"},
                "counter_example": {"action": "keep"}})
            assert (wrong["ok"], wrong["status"]) == (False, 400)
            assert "settled" in wrong["error"]
            done = page.ask("query:reply", {
                "query": name, "key": "r3", "epoch": follow["epoch"],
                "counter_example": {"action": "keep"}})
            assert (done["counted"], done["follow_ups"]) == (True, [])
            assert [change["id"] for change in done["changes"]] == [shown[1]]
            assert page.ask("reply:undo", {"key": "u1"})["query"] == name
            assert page.ask("reply:undo", {"key": "u2"})["query"] == view["query"]
            until(lambda: any(over["query"] == name and over["outcome"] == "undone"
                              for over in page.of("query:closed")))
        finally:
            page.close()


def test_several_counter_examples_over_http(tmp_path: Path) -> None:
    with site(tmp_path, counter_examples=3) as here:
        here.world.receive(0, 0, 0, 1, 2, 2)
        here.world.scorer.says = lambda position: 0
        here.world.receive(1)
        client = here.app.test_client()
        headers = {"Authorization": f"Bearer {here.secrets['annotator']}"}

        def ask(method: str, path: str, json: Any = None) -> Any:
            return client.open("/api/v1" + path, method=method, json=json, headers=headers,
                               buffered=True).json

        ask("POST", "/queries/lease", {"key": "l"})
        until(lambda: ask("GET", "/queries")["queries"])
        (view,) = ask("GET", "/queries")["queries"]
        ids = [view["counter_example"]["id"], *(other["id"] for other in view["others"])]
        assert ids == ["e0", "e1", "e2"]
        path = f"/queries/{view['query']}"
        assert ask("POST", f"{path}/displayed", {"shown": ["e6", "e0"]})["code"] == "stale"
        assert ask("POST", f"{path}/displayed", {"shown": ["e6", *ids]})["ok"]
        missing = ask("POST", f"{path}/reply", {
            "key": "r", "counter_example": {"action": "keep"}})
        assert (missing["ok"], missing["status"]) == (False, 400)
        done = ask("POST", f"{path}/reply", {
            "key": "r2", "example": {"action": "keep"}, "counter_example": {"action": "keep"},
            "others": [None, {"action": "relabel", "label": "b"}]})
        assert {(change["id"], change["action"]) for change in done["changes"]} == {
            ("e6", "keep"), ("e0", "keep"), ("e2", "relabel")}


def test_a_pair_that_is_told_again_says_all_it_shows(tmp_path: Path) -> None:
    with world(tmp_path, counter_examples=2) as w:
        w.receive(0, 0, 0, 1, 2, 2)
        w.scorer.says = lambda position: 0
        w.receive(1, 2)
        first = w.pair()
        until(lambda: [n for n in w.told(QueryReady) if n.query.id == first.id])
        w.pair(BEN)
        ben = w.service.held(BEN.name)[0]
        w.show(ben, BEN)
        say(w, ben, relabel(0), None, relabel(1), actor=BEN)
        until(lambda: [o.example for o in w.service.query(first.id).counters] == ["e0", "e2"])
        until(lambda: [o.example for o in w.told(QueryReady)[-1].query.counters] == ["e0", "e2"])
