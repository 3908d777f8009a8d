"""Jobs are coalesced by name, the urgent go first, and stale answers are dropped in one place."""

from __future__ import annotations

from cincer.compute.frames import Frame
from cincer.server.service.desk import Desk, Job, Urgency


def _job(name: str, urgency: Urgency = Urgency.LATER, version: int = 0) -> Job:
    return Job(name, urgency, lambda: {"op": name}, version)


def _answer(frame: Frame | None, version: int = 0) -> Frame:
    assert frame is not None
    return {"op": frame["op"], "job": frame["job"], "version": version}


def test_one_job_is_under_way_and_the_urgent_are_next() -> None:
    desk = Desk(None)
    for name, urgency in (("a", Urgency.LATER), ("b", Urgency.ARRIVALS), ("c", Urgency.PERSON)):
        desk.ask(_job(name, urgency))
    order = []
    while (frame := desk.next()) is not None:
        assert desk.next() is None
        order.append(frame["op"])
        assert desk.answered(_answer(frame)) is not None
    assert order == ["c", "b", "a"]


def test_asking_again_replaces_what_waits_and_keeps_its_urgency() -> None:
    desk = Desk(None)
    desk.ask(_job("a", Urgency.PERSON))
    desk.ask(_job("a", Urgency.LATER, version=7))
    desk.ask(_job("b", Urgency.MODEL))
    frame = desk.next()
    assert frame is not None
    assert frame["op"] == "a"
    assert desk.answered(_answer(frame, version=6)) is None
    assert "a" not in desk


def test_an_answer_older_than_the_newest_asking_is_dropped() -> None:
    desk = Desk(None)
    desk.ask(_job("a", version=3))
    first = desk.next()
    desk.ask(_job("a", version=5))
    assert desk.answered(_answer(first, version=4)) is None
    second = desk.next()
    job = desk.answered(_answer(second, version=5))
    assert job is not None
    assert job.name == "a"


def test_an_answer_of_another_life_is_dropped() -> None:
    desk = Desk(None)
    desk.ask(_job("a"))
    frame = desk.next()
    desk.clear()
    assert desk.answered(_answer(frame)) is None
    desk.ask(_job("b"))
    desk.next()
    assert desk.answered(_answer(frame)) is None
    assert desk.busy


def test_a_job_that_has_nothing_to_do_any_more_is_passed_over() -> None:
    desk = Desk(None)
    desk.ask(Job("a", Urgency.PERSON, lambda: None))
    desk.ask(_job("b"))
    frame = desk.next()
    assert frame is not None
    assert frame["op"] == "b"


def test_only_a_job_under_way_can_be_overdue() -> None:
    desk = Desk(0.0)
    desk.ask(_job("a"))
    assert not desk.overdue()
    frame = desk.next()
    assert desk.overdue()
    desk.answered(_answer(frame))
    assert not desk.overdue()
