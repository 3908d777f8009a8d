"""Effects to rows: what every table holds once an event has happened.

`Rows` collects the statements of a batch by table and runs them in one go, parents before
children; for each row the order stays. Labels are settled at the end: an example's human label
is its newest assertion that names a class and was not taken back, its effective label that, or
else an accepted suggestion's, or else the given one. An accepted suggestion is the treatment while
no word settles the example. The same code fills the real tables and those `verify` compares them
with.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from ..session import effects as fx
from ..session import events as ev
from ..types import Role, Status
from .text import query_text

ORDER = ("events", "keys", "payloads", "examples", "queries", "assertions", "replies", "models",
         "acts", "suggestions", "state")

_ADD = (
    "INSERT INTO examples (position, id, source, given, effective, status, role, treatment,"
    " received_seq, at) VALUES (?, ?, ?, ?, ?, ?, 'none', 'ce', ?, ?)"
)
_DECIDE = (
    "UPDATE examples SET decision = ?, predicted = ?, margin = ?, model = ?, decided_seq = ?,"
    " status = coalesce(?, status) WHERE position = ?"
)
_ENTER = "UPDATE examples SET entry = ?, status = 'known', reason = NULL WHERE position = ?"
_LEAVE = "UPDATE examples SET entry = NULL, status = ?, reason = ? WHERE position = ?"
_ROLE = "UPDATE examples SET role = ? WHERE position = ?"
_ASSERT = (
    "INSERT INTO assertions (position, query, annotator, action, label, seq)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_RETRACT = (
    "UPDATE assertions SET retracted_seq = ?"
    " WHERE position = ? AND query = ? AND retracted_seq IS NULL"
)
_PUT = (
    "INSERT INTO queries (id, kind, position, status, body, opened_seq)"
    " VALUES (?, ?, ?, 'open', ?, ?) ON CONFLICT (id) DO UPDATE SET"
    " kind = excluded.kind, status = 'open', outcome = NULL, body = excluded.body,"
    " closed_seq = NULL, by = NULL"
)
_DONE = (
    "INSERT INTO queries (id, kind, position, status, outcome, body, opened_seq, closed_seq, by)"
    " VALUES (?, ?, ?, 'closed', ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
    " status = 'closed', outcome = excluded.outcome, body = excluded.body,"
    " closed_seq = excluded.closed_seq, by = excluded.by"
)
_REPLY = (
    "INSERT INTO replies (seq, query, annotator, worker, action, label, counter_action,"
    " counter_label, comment, seconds, at, counted, fixed)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UNDO = (
    "UPDATE replies SET undone_seq = ? WHERE seq = (SELECT max(seq) FROM replies"
    " WHERE query = ? AND annotator = ? AND undone_seq IS NULL)"
)
_PROMOTE = (
    "INSERT INTO models (version, path, digest, trained_on, applied_seq) VALUES (?, ?, ?, ?, ?)"
)
_ACT = (
    "INSERT INTO acts (name, annotator, action, comment, of, count, at, seq)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_ACT_BACK = "UPDATE acts SET undone_seq = ? WHERE name = ?"
_SUGGEST = (
    "INSERT OR REPLACE INTO suggestions (position, remedy, label, method, version, state, seq)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_FORGET = "DELETE FROM suggestions WHERE position = ?"
_SETTLE = (
    "WITH newest AS (SELECT label FROM assertions WHERE position = ?1 AND label IS NOT NULL"
    " AND retracted_seq IS NULL ORDER BY number DESC LIMIT 1),"
    " last AS (SELECT action FROM assertions WHERE position = ?1 AND retracted_seq IS NULL"
    " AND (label IS NOT NULL OR action IN ('good', 'reopen')) ORDER BY number DESC LIMIT 1),"
    " said AS (SELECT label, remedy, state FROM suggestions WHERE position = ?1)"
    " UPDATE examples SET human = (SELECT label FROM newest), machine = (SELECT label FROM said),"
    " effective = coalesce((SELECT label FROM newest),"
    " (SELECT label FROM said WHERE state = 'accepted'), given),"
    " treatment = coalesce((SELECT remedy FROM said WHERE state = 'accepted'"
    " AND remedy <> 'relabel' AND NOT EXISTS (SELECT 1 FROM last WHERE action <> 'reopen')), 'ce')"
    " WHERE position = ?1"
)

DECIDED_STATUS = {"asked": Status.WAITING, "audited": Status.WAITING,
                  "unlabelled": Status.UNLABELLED}
"""Status that a decision brings by itself; entering or leaving may change it in the same event."""


class _Table:
    """Statements for one table. Those for one row keep their order; of different rows all the
    first ones run together, then all the second ones: a few long runs instead of many short."""

    def __init__(self) -> None:
        self._depth: dict[Any, int] = {}
        self._levels: list[dict[str, list[tuple[Any, ...]]]] = []

    def add(self, row: Any, statement: str, values: tuple[Any, ...]) -> None:
        depth = self._depth.get(row, 0)
        self._depth[row] = depth + 1
        if depth == len(self._levels):
            self._levels.append({})
        self._levels[depth].setdefault(statement, []).append(values)

    def run(self, connection: sqlite3.Connection) -> None:
        for level in self._levels:
            for statement, values in level.items():
                connection.executemany(statement, values)


class Rows:
    """Statements of one batch that are still to be run."""

    def __init__(self) -> None:
        self._tables = {name: _Table() for name in ORDER}
        self._touched: set[int] = set()

    def add(self, table: str, row: Any, statement: str, values: tuple[Any, ...]) -> None:
        """`row` names the row the statement is about; statements about one row keep their order."""
        self._tables[table].add(row, statement, values)

    def touch(self, position: int) -> None:
        """The labels of this example are to be settled."""
        self._touched.add(position)

    def fold(self, seq: int, event: ev.Event, effects: tuple[fx.Effect, ...]) -> None:
        """Rows that follow from event `seq`."""
        if isinstance(event, ev.Promoted):
            self.add("models", event.version, _PROMOTE, (
                event.version, event.path, event.digest, event.trained_on, seq))
        elif isinstance(event, ev.Undone):
            self.add("replies", (event.query, event.annotator), _UNDO,
                     (seq, event.query, event.annotator))
        elif isinstance(event, ev.Resolved):
            self.add("acts", event.act, _ACT, (
                event.act, event.annotator, event.action.value, event.comment, event.of,
                len(event.judged), event.at, seq))
        elif isinstance(event, ev.ActUndone):
            self.add("acts", event.act, _ACT_BACK, (seq, event.act))
        elif isinstance(event, ev.ActRedone) and event.judged:
            self.add("acts", event.act, _ACT_BACK, (None, event.act))
        for effect in effects:
            put = _APPLY.get(type(effect))
            if put is not None:
                put(self, seq, event, effect)

    def run(self, connection: sqlite3.Connection) -> None:
        """Run everything inside the caller's transaction."""
        for table in self._tables.values():
            table.run(connection)
        connection.executemany(_SETTLE, ((position,) for position in sorted(self._touched)))


def _added(rows: Rows, seq: int, event: ev.Event, e: fx.Added) -> None:
    rows.add("examples", e.position, _ADD, (e.position, e.example, e.source, e.given, e.given,
                                e.status.value, seq, event.at))


def _decided(rows: Rows, seq: int, event: ev.Event, e: fx.Decided) -> None:
    status = DECIDED_STATUS.get(e.decision)
    rows.add("examples", e.position, _DECIDE, (e.decision, e.predicted, e.margin, e.version, seq,
                                   status and status.value, e.position))


def _entered(rows: Rows, seq: int, event: ev.Event, e: fx.Entered) -> None:
    rows.add("examples", e.position, _ENTER, (e.entry.value, e.position))


def _left(rows: Rows, seq: int, event: ev.Event, e: fx.Left) -> None:
    rows.add("examples", e.position, _LEAVE, (e.status.value, e.reason, e.position))


def _role(rows: Rows, seq: int, event: ev.Event, e: fx.RoleSet) -> None:
    rows.add("examples", e.position, _ROLE, (Role(e.role).value, e.position))


def _asserted(rows: Rows, seq: int, event: ev.Event, e: fx.Asserted) -> None:
    rows.add("assertions", None, _ASSERT, (e.position, e.query, e.annotator, e.action.value,
                                     e.label, seq))
    rows.touch(e.position)


def _retracted(rows: Rows, seq: int, event: ev.Event, e: fx.Retracted) -> None:
    rows.add("assertions", None, _RETRACT, (seq, e.position, e.query))
    rows.touch(e.position)


def _suggested(rows: Rows, seq: int, event: ev.Event, e: fx.Suggested) -> None:
    p = e.proposal
    if p is None:
        rows.add("suggestions", e.position, _FORGET, (e.position,))
    else:
        rows.add("suggestions", e.position, _SUGGEST, (
            e.position, p.remedy.value, p.label, p.method, p.version, p.state, seq))
    rows.touch(e.position)


def _put(rows: Rows, seq: int, event: ev.Event, e: fx.QueryPut) -> None:
    q = e.query
    rows.add("queries", q.id, _PUT, (q.id, q.kind.value, q.position, query_text(q), seq))


def _done(rows: Rows, seq: int, event: ev.Event, e: fx.QueryDone) -> None:
    q = e.query
    rows.add("queries", q.id, _DONE, (q.id, q.kind.value, q.position, e.outcome, query_text(q),
                                seq, seq, e.by))


def _noted(rows: Rows, seq: int, event: ev.Event, e: fx.ReplyNoted) -> None:
    if not isinstance(event, ev.Replied):
        return
    mine, other = event.example, event.counter_example
    rows.add("replies", (e.query, e.annotator), _REPLY, (
        seq, e.query, e.annotator, event.worker, mine.action.value, mine.label,
        other and other.action.value, other and other.label, event.comment, event.seconds,
        event.at, int(e.counted), json.dumps(list(e.fixed))))


_APPLY: dict[type, Callable[[Rows, int, ev.Event, Any], None]] = {
    fx.Added: _added, fx.Decided: _decided, fx.Entered: _entered, fx.Left: _left,
    fx.RoleSet: _role, fx.Asserted: _asserted, fx.Retracted: _retracted, fx.QueryPut: _put,
    fx.QueryDone: _done, fx.ReplyNoted: _noted, fx.Suggested: _suggested,
}
