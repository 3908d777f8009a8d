"""What the session thread owns: state and column store (`Loop`), the ledger, the feature matrix.

Opening is starting or going on: an empty ledger gets its first event, a used one is loaded as it
was left. After a failed commit `reload` brings back what the ledger says.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from ...compute import settings as wire
from ...compute.frames import Frame
from ...config import Settings
from ...errors import Conflict
from ...features import FeatureMatrix
from ...ledger import Ledger
from ...loop import Loop
from ...schema import Schema
from ...session.events import Started, Tuned
from ...session.state import SessionState
from ...types import NO_LABEL, AnnotatorId, Position, Status
from .. import commands as c
from .group import Group

LEDGER, FEATURES, MODELS, HOLDOUT = "ledger.db", "features.bin", "models", "holdout.npy"
"""Names in the folder of a ledger."""

_KNOWN = tuple(Status).index(Status.KNOWN)

_SAID = (
    "SELECT a.position, max(coalesce(a.retracted_seq, a.seq)) AS newest, e.actor"
    " FROM assertions a JOIN events e ON e.seq = coalesce(a.retracted_seq, a.seq)"
    " GROUP BY a.position"
)

PIECE = 1000
"""Payloads encoded at once when the feature matrix is made again."""


class Live:
    """State, columns, ledger and features of one session."""

    def __init__(self, settings: Settings, folder: Path, schema: Schema) -> None:
        self.settings, self.folder, self.schema = settings, folder, schema
        self.loop: Loop
        self.features: FeatureMatrix | None = None
        self.seq = self.known = 0
        self.sources: dict[Position, str] = {}
        """Who sent what is undecided."""
        self.replies: dict[AnnotatorId, int] = {}
        self.said: dict[Position, tuple[int, AnnotatorId]] = {}
        """The newest event in which somebody spoke on an example or took that back, and who."""
        self._stamp = hashlib.sha256(schema.to_json().encode()).digest()
        (folder / MODELS).mkdir(parents=True, exist_ok=True)
        self.ledger = Ledger.open(folder / LEDGER)
        try:
            self.reload()
            self._start_or_go_on()
            self.features = self._open_features()
        except BaseException:
            self.ledger.close()
            raise
        self.draw_key = bytes.fromhex(self.state.key)

    @property
    def state(self) -> SessionState:
        return self.loop.state

    def reload(self) -> None:
        """Believe what the ledger says, and bring the features to where it is."""
        loaded = self.ledger.load()
        self.seq = loaded.last_seq
        self.loop = loaded.loop()
        self.known = self._count_known() if loaded.last_seq else 0
        self.sources = {Position(position): source for position, source in self.ledger.ask(
            "SELECT position, source FROM examples WHERE status = 'undecided'")}
        self.replies = {AnnotatorId(name): count for name, count in self.ledger.ask(
            "SELECT annotator, count(*) FROM replies WHERE counted = 1 GROUP BY annotator")}
        self.said = {Position(position): (seq, AnnotatorId(who)) for position, seq, who in
                     self.ledger.ask(_SAID)}
        if self.features is not None:
            for piece in self._rows(len(self.features)):
                self.features.append(piece)

    def committed(self, group: Group) -> None:
        """What follows a commit: counts, features of the new examples. An error here (the disk is
        full) undoes nothing; `reload` makes good what is missing."""
        self.seq = group.seq
        if group.moved:
            self.known = self._count_known()
        self.sources |= {effect.position: effect.source for effect in group.added}
        for _, annotator in group.replies:
            self.replies[annotator] = self.replies.get(annotator, 0) + 1
        if group.rows and self.features is not None:
            numbers = np.frombuffer(b"".join(group.rows), dtype="<f4")
            self.features.append(numbers.reshape(len(group.rows), -1))

    def same_content(self, item: c.Item) -> bool:
        """Whether a stored example says the same as `item`. True where it was erased since."""
        position = self.loop.position(item.id)
        (stored,) = self.ledger.payloads([position])
        given = int(self.loop.data.column("given")[position])
        same_label = given == (NO_LABEL if item.given is None else item.given)
        return same_label and (stored is None or _same_json(stored.content, item.content))

    def start_frame(self, version: int) -> Frame:
        """What a compute process is told first."""
        return {
            "op": "start", "version": version, "settings": wire.as_frame(self.settings.model),
            "features": str(self.folder / FEATURES), "stamp": self._stamp.hex(),
            "shape": list(self.schema.size or (self.schema.width,)),
            "classes": len(self.state.classes), "models": str(self.folder / MODELS),
            "networks": self.networks(),
        }

    def networks(self) -> list[Frame]:
        """The newest promoted networks, the newest first."""
        return [{"path": path, "digest": digest} for path, digest in self.ledger.ask(
            "SELECT path, digest FROM models ORDER BY version DESC LIMIT 2")]

    def close(self) -> None:
        if self.features is not None:
            self.features.close()
        self.ledger.close()

    def _count_known(self) -> int:
        return int(np.count_nonzero(self.loop.data.column("status") == _KNOWN))

    # ---- starting ------------------------------------------------------------------------------

    def _start_or_go_on(self) -> None:
        wanted, classes = self.settings.loop, tuple(self.schema.classes)
        if not self.state.classes:
            self._record(Started(wanted, classes, secrets.token_hex(16), time.time()))
        elif self.state.classes != classes:
            raise Conflict(f"this ledger has the classes {', '.join(self.state.classes)}; "
                           "they cannot change once there are labels")
        elif self.state.settings != wanted:
            self._record(Tuned(wanted, time.time()))

    def _record(self, event: Started | Tuned) -> None:
        with self.ledger.batch() as batch:
            done = self.loop.apply(event)
            self.seq = batch.record(event, done.effects, actor="server")
            batch.save_state(self.state)

    def _open_features(self) -> FeatureMatrix:
        return FeatureMatrix.ensure(
            self.folder / FEATURES, self.schema.width, len(self.loop.ids), self._rows,
            self._stamp)

    def _rows(self, start: int) -> Iterator[ArrayLike]:
        """Features made again from the payloads, from position `start` on; zeros where a payload
        was erased."""
        for piece in _pieces(range(start, len(self.loop.ids)), PIECE):
            payloads = self.ledger.payloads(piece)
            rows = np.zeros((len(piece), self.schema.width), dtype=np.float32)
            for number, payload in enumerate(payloads):
                if payload is not None:
                    rows[number] = self.schema.encode(payload.content)
            yield rows


def _pieces(whole: range, size: int) -> Iterable[range]:
    return (whole[at:at + size] for at in range(0, len(whole), size))


def _same_json(left: object, right: object) -> bool:
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
