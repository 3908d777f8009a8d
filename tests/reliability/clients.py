"""Sources and annotators who write down what was acknowledged, and say it again after a break.

What is sent again carries the same ids and keys. A reply's key is also its comment, so that the
checker finds replies in the log without the table of keys.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import socketio

from .server import CLASSES, FEATURES, kill

PATIENCE = 90.0
"""Seconds after which something that was never answered is a finding."""


class Refused(Exception):
    """The server said no, for good."""


@dataclass(frozen=True)
class Reply:
    """One acknowledged reply, as it was acknowledged."""

    annotator: str
    query: str
    seq: int
    counted: bool
    changes: tuple[tuple[str, str | None, str], ...]


@dataclass
class Notes:
    """What all clients saw. `pull` is a process that dies at the next acknowledgement."""

    examples: dict[str, tuple[Any, str, int | None]] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    pull: int | None = None
    pulled: float = 0.0
    breaks: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)
    """Set when nobody waits for answers any more."""

    def acknowledged(self) -> None:
        """Called the instant an acknowledgement is read."""
        if (pid := self.pull) is not None:
            self.pull = None
            self.pulled = time.monotonic()
            kill(pid)
        self.moments.append(time.monotonic())

    def example(self, row: dict[str, Any], seq: int | None) -> None:
        with self.guard:
            before = self.examples.get(row["id"])
            kept = seq if before is None or before[2] is None else before[2]
            self.examples[row["id"]] = (row["content"], row["label"], kept)
            if seq is not None and kept != seq:
                self.wrong.append(f"{row['id']} was stored twice, as {kept} and {seq}")

    def reply(self, key: str, reply: Reply) -> None:
        with self.guard:
            if self.replies.setdefault(key, reply) != reply:
                self.wrong.append(f"{key} was answered {self.replies[key]}, later {reply}")

    def moment(self) -> tuple[dict[str, tuple[Any, str, int | None]], dict[str, Reply]]:
        """Copies of what is noted so far."""
        with self.guard:
            return dict(self.examples), dict(self.replies)


class Http:
    """One client's connection; a broken one is opened again at the next request."""

    def __init__(self, port: int, secret: str, notes: Notes) -> None:
        self._port, self._secret, self._notes = port, secret, notes
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: bytes, kind: str = "application/json") -> Any:
        """The answer, whatever it takes. `Refused` where it is no for good."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not self._notes.over.is_set():
            try:
                status, answer = self._once(path, body, kind)
            except (OSError, http.client.HTTPException, ValueError):
                self._broken()
                continue
            if status in (200, 202):
                self._notes.acknowledged()
                return answer
            if status not in (429, 500, 503):
                raise Refused(f"{status} {answer.get('error')}")
            if status == 500:
                self._notes.wrong.append(f"{path}: {answer}")
            time.sleep(0.05)
        raise TimeoutError(f"{path} was not answered within {PATIENCE} s")

    def _once(self, path: str, body: bytes, kind: str) -> tuple[int, Any]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
            self._connection.connect()
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": kind}
        self._connection.request("POST", f"/api/v1{path}", body, headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def _broken(self) -> None:
        self._notes.breaks += 1
        self.close()
        time.sleep(0.02)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class Client(threading.Thread):
    """One party; works until `ending` is set, and then finishes what it has begun."""

    def __init__(self, name: str, notes: Notes, ending: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.notes, self.ending = notes, ending
        self.chance = random.Random(name)

    def run(self) -> None:
        while not self.ending.is_set():
            try:
                self.turn()
            except TimeoutError as error:
                self.notes.wrong.append(f"{self.name}: {error}")
            except Refused as error:
                self.notes.wrong.append(f"{self.name} was refused: {error}")
        self.hang_up()

    def turn(self) -> None:
        raise NotImplementedError

    def hang_up(self) -> None:
        """Close what is open."""


class Source(Client):
    """Pushes numbered batches; some of them again although they were acknowledged."""

    def __init__(self, name: str, notes: Notes, ending: threading.Event, port: int, secret: str,
                 pause: float) -> None:
        super().__init__(name, notes, ending)
        self._http, self._pause, self._number = Http(port, secret, notes), pause, 0

    def hang_up(self) -> None:
        self._http.close()

    def turn(self) -> None:
        rows = [self._row() for _ in range(self.chance.randrange(1, 9))]
        body = "\n".join(json.dumps(row) for row in rows).encode()
        for again in range(2 if self.chance.random() < 0.1 else 1):
            told = self._http.post("/examples", body, "application/x-ndjson")
            for row, item in zip(rows, told["items"], strict=True):
                self._note(row, item, again)
        time.sleep(self._pause * self.chance.random() * 2)

    def _note(self, row: dict[str, Any], item: dict[str, Any], again: int) -> None:
        if item["answer"] == "rejected" or (again and item["answer"] != "duplicate"):
            self.notes.wrong.append(f"{row['id']} sent again={again}: {item}")
        else:
            self.notes.example(row, item["seq"])

    def _row(self) -> dict[str, Any]:
        """A blob per class; three in ten labels are wrong."""
        self._number += 1
        true, given = self.chance.randrange(len(CLASSES)), self.chance.randrange(len(CLASSES))
        label = CLASSES[given if self.chance.random() < 0.3 else true]
        middle = [3.0 * (true == k) for k in range(FEATURES)]
        return {"id": f"{self.name}-{self._number}", "label": label,
                "content": [round(self.chance.gauss(x, 1.0), 3) for x in middle]}


class Annotator(Client):
    """Leases over HTTP and answers; some replies again although they were acknowledged."""

    def __init__(self, name: str, notes: Notes, ending: threading.Event, port: int, secret: str,
                 pause: float = 0.02, unsure: float = 0.1) -> None:
        super().__init__(name, notes, ending)
        self._unsure = unsure
        self._http, self._pause, self._number = Http(port, secret, notes), pause, 0

    def hang_up(self) -> None:
        self._http.close()

    def turn(self) -> None:
        found = self.call("query:lease", {"count": 2, "key": self.key()})
        if not found["queries"]:
            time.sleep(0.05)
        for query in found["queries"]:
            self.answer(query)

    def call(self, event: str, message: dict[str, Any]) -> Any:
        """One command by its event's name."""
        name = message.get("query")
        path = f"/queries/{name}/{event[6:]}" if name else f"/queries/{event[6:]}"
        body = {key: value for key, value in message.items() if key != "query"}
        return self._http.post(path, json.dumps(body).encode())

    def key(self) -> str:
        self._number += 1
        return f"{self.name}-{self._number}"

    def answer(self, query: dict[str, Any]) -> None:
        """Look at a query, answer it; it may have been taken away meanwhile."""
        name, epoch = query["query"], query["epoch"]
        try:
            self.call("query:displayed", {"query": name, "epoch": epoch, "shown": _shown(query)})
        except Refused:
            return
        time.sleep(self._pause * self.chance.random() * 2)
        message = self._reply(query)
        for _ in range(2 if self.chance.random() < 0.2 else 1):
            try:
                told = self.call("query:reply", message)
            except Refused as error:
                with self.notes.guard:
                    self.notes.refused[message["key"]] = str(error)
                return
            self._note(message, told)
            self._compare(query, told)

    def _compare(self, query: dict[str, Any], told: dict[str, Any]) -> None:
        shown = _shown(query)
        if not {change["id"] for change in told["changes"]} <= set(shown):
            self.notes.wrong.append(f"{query['query']} showed {shown}, answered {told}")

    def _reply(self, query: dict[str, Any]) -> dict[str, Any]:
        key = self.key()
        message = {"query": query["query"], "epoch": query["epoch"], "key": key, "comment": key,
                   "example": self._decision()}
        if query["counter_example"] is not None:
            message["counter_example"] = self._decision()
        return message

    def _decision(self) -> dict[str, Any]:
        sure = 1 - self._unsure
        action = self.chance.choices(
            ["keep", "relabel", "unsure"], [0.6 * sure, 0.4 * sure, self._unsure])[0]
        label = self.chance.choice(CLASSES) if action == "relabel" else None
        return {"action": action, "label": label}

    def _note(self, message: dict[str, Any], told: dict[str, Any]) -> None:
        changes = tuple((c["id"], c["after"], c["action"]) for c in told["changes"])
        self.notes.reply(message["key"], Reply(
            self.name, message["query"], told["seq"], told["counted"], changes))


def _shown(query: dict[str, Any]) -> list[str]:
    return [side["id"] for side in (query["example"], query["counter_example"]) if side]


class SocketAnnotator(Annotator):
    """The same over Socket.IO."""

    def __init__(self, name: str, notes: Notes, ending: threading.Event, port: int, secret: str,
                 pause: float = 0.02) -> None:
        super().__init__(name, notes, ending, port, secret, pause)
        self._port, self._secret = port, secret
        self._client: socketio.Client | None = None

    def call(self, event: str, message: dict[str, Any]) -> Any:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not self.notes.over.is_set():
            try:
                told = self._connected().call(event, message, "/annotate", timeout=4)
            except (socketio.exceptions.SocketIOError, OSError, ValueError):
                self._broken()
                continue
            if told["ok"]:
                self.notes.acknowledged()
                return told
            if told["status"] not in (429, 500, 503):
                raise Refused(f"{told['status']} {told['error']}")
            time.sleep(0.05)
        raise TimeoutError(f"{event} was not answered within {PATIENCE} s")

    def _connected(self) -> socketio.Client:
        if self._client is None:
            self._client = socketio.Client(reconnection=False, handle_sigint=False)
            self._client.connect(
                f"http://127.0.0.1:{self._port}", {"Authorization": f"Bearer {self._secret}"},
                transports=["websocket"], namespaces=["/annotate"], wait_timeout=3)
        return self._client

    def _broken(self) -> None:
        self.notes.breaks += 1
        self.hang_up()
        time.sleep(0.05)

    def hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
