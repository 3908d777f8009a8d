"""The scorer process: what the model says of an example, whom to show beside it, how it learns.

Frames in (`op`): `start` once; then, without an answer, `labels` (changes of the training set),
`never` (the same for the run that never asks), `settled` (what a person has confirmed or changed),
`weights` (what known examples count) and `holdout` (a file of inputs); with an answer `score`,
`rescore`, `pick`, `explain`, `promote`, `measure`, `sync` and, for curators, `preview`, `look` and
`basis`. Before each job the head takes in all changes that came before it; between jobs it does the
exact work it had postponed. No true label ever comes here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .. import build
from ..answers import Floats
from ..engine import Engine
from ..errors import Conflict, InvalidInput
from ..features import FeatureMatrix
from ..protocols import Network
from ..types import NO_LABEL
from . import settings as wire
from .frames import Frame, pack_ints, unpack_floats, unpack_ints
from .host import Host
from .inputs import Shaped
from .messages import beliefs_of, labels_of, margin_of
from .promoted import loaded, promote, take_newest
from .told import tell

EXACT_ROWS = 3_000
"""Known examples up to which a reply is followed by an exact refit; above, the exact work is done
between jobs. (10,000 examples of 64 features, 10 classes: 45 ms exact, 3 ms by a step.)"""


FORESEEN = 200_000_000
"""Numbers (known rows x columns x classes) up to which batches are foreseen (60,000 digits by their
pixels are 471 million, and would take seconds)."""


class Scorer:
    """Answers the server's frames with one engine, and a second one for the never-ask run."""

    def __init__(self) -> None:
        self._ops: dict[str, Callable[[Frame], dict[str, Any]]] = {
            "score": self._score, "rescore": self._rescore, "pick": self._pick,
            "explain": self._explain, "promote": self._promote, "measure": self._measure,
            "preview": self._preview, "look": self._look, "basis": self._basis,
            "sync": lambda frame: {},
        }
        self._tells: dict[str, Callable[[Frame], None]] = {
            "start": self._start, "labels": self._labels, "never": self._never_labels,
            "settled": self._settled, "weights": self._weights, "holdout": self._holdout,
        }
        self._build: Callable[[], Engine]
        self._empty: Callable[[], Network]
        self._matrix: FeatureMatrix
        self._engine: Engine | None = None
        self._never: Engine | None = None
        self._inputs: Floats | None = None
        self._version = 0
        self._flipped = 0
        self._exact = True

    def handle(self, frame: Frame) -> Frame | None:
        """The answer to a job; None for what is only told."""
        op = frame["op"]
        if op in self._tells:
            self._tells[op](frame)
            return None
        self._matrix.refresh()
        self._refit()
        found = self._ops[op](frame)
        answer = {"op": op, "job": frame.get("job"), "version": self._version,
                  "head": self._head(), **found}
        self._flipped = 0
        return answer

    def idle(self, waiting: Callable[[], bool]) -> bool:
        """One bounded piece of what the engines postponed."""
        if self._engine is not None and self._engine.idle():
            self._exact = self._engine.head.behind == 0
            return True
        return self._never is not None and not waiting() and self._never.idle()

    def close(self) -> None:
        """Let go of the feature matrix."""
        if self._engine is not None:
            self._matrix.close()

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            raise RuntimeError("the scorer was not started")
        return self._engine

    # ---- told ----------------------------------------------------------------------------------

    def _start(self, frame: Frame) -> None:
        settings = wire.model_settings(frame["settings"])
        shape, classes = tuple(frame["shape"]), frame["classes"]
        self._matrix = FeatureMatrix.open(
            frame["features"], math.prod(shape), stamp=bytes.fromhex(frame["stamp"]))
        inputs = Shaped(self._matrix, shape)
        self._build = lambda: _live(build.engine(settings, inputs, shape, classes))
        self._empty = lambda: build.network(settings.model, shape, classes, settings.seed)
        self._engine = self._build()
        self._version, self._folder = frame["version"], Path(frame["models"])
        take_newest(self._engine, frame["networks"], self._empty)

    def _labels(self, frame: Frame) -> None:
        self._matrix.refresh()
        tell(self.engine, *labels_of(frame))
        self._version = frame["version"]

    def _never_labels(self, frame: Frame) -> None:
        self._matrix.refresh()
        self._never = self._never or self._build()
        tell(self._never, *labels_of(frame))

    def _settled(self, frame: Frame) -> None:
        self.engine.settled.tell(*labels_of(frame))

    def _weights(self, frame: Frame) -> None:
        """A label that is told later counts 1 until it is weighed again."""
        self._matrix.refresh()
        self.engine.reweigh(unpack_ints(frame["positions"]), unpack_floats(frame["weights"]))

    def _holdout(self, frame: Frame) -> None:
        self._inputs = np.load(frame["path"], allow_pickle=False)

    # ---- asked ---------------------------------------------------------------------------------

    def _refit(self) -> None:
        done = self.engine.refit()
        self._flipped += done.flips or 0
        self._exact = done.exact

    def _head(self) -> dict[str, Any]:
        return {"version": self.engine.version, "known": len(self.engine.known),
                "flipped": self._flipped, "exact": self._exact,
                "unlooked": self.engine.neighbours.behind}

    def _score(self, frame: Frame) -> dict[str, Any]:
        scores = self.engine.score(frame["positions"], frame["given"])
        opinions = zip(frame["positions"], scores.predicted.tolist(), scores.margin.tolist(),
                       beliefs_of(scores.probs), strict=True)
        return {"scored": [[p, y, margin_of(m), b] for p, y, m, b in opinions]}

    def _rescore(self, frame: Frame) -> dict[str, Any]:
        found = self._score(frame)["scored"]
        return {"opinions": [[q, *each[1:]] for q, each in
                             zip(frame["queries"], found, strict=True)]}

    def _pick(self, frame: Frame) -> dict[str, Any]:
        """For each query its candidates, the best first: at most `limit`, none of `exclude`,
        labelled `instead` or, where that is None, as the model would."""
        opinions = self._rescore(frame)["opinions"]
        wanted = zip(frame["positions"], frame["given"], frame["instead"], opinions,
                     frame["exclude"], frame["limit"], strict=True)
        return {"opinions": opinions, "picks": [
            self._others(at, given, each[1] if instead is None else instead, exclude, limit)
            for at, given, instead, each, exclude, limit in wanted]}

    def _others(
        self, position: int, given: int, predicted: int, exclude: list[int], limit: int
    ) -> list[dict[str, Any]]:
        if given in (NO_LABEL, predicted):
            return []
        pick = self.engine.pick(position, given, predicted, exclude, limit)
        return [{"position": int(each.position), "label": each.label,
                 "predicted": int(each.probs.argmax()), "score": float(each.score),
                 "beliefs": beliefs_of(each.probs[None])[0],
                 "given_probability": float(pick.probs[given]),
                 "predicted_change": each.predicted_change} for each in pick.candidates]

    def _explain(self, frame: Frame) -> dict[str, Any]:
        """What the counter-example of one query does; `left` where it is not known any more."""
        try:
            found = self.engine.explain(
                frame["position"], frame["given"], frame["counter_example"])
        except Conflict:
            return {"query": frame["query"], "left": True}
        return {"query": frame["query"], "left": False, "probability": found.given_probability,
                "single": asdict(found.single),
                "group": None if found.group is None else asdict(found.group)}

    def _preview(self, frame: Frame) -> dict[str, Any]:
        """Whose predicted class would change by other labels; `InvalidInput` where to find out
        would keep everybody else waiting."""
        known = self.engine.known
        if known.count * known.columns * known.classes > FORESEEN:
            raise InvalidInput("there are too many known examples to foresee a batch")
        turned, classes = self.engine.forecast(
            unpack_ints(frame["positions"]), unpack_ints(frame["labels"]))
        return {"name": frame["name"], "turned": pack_ints(turned), "classes": pack_ints(classes)}

    def _look(self, frame: Frame) -> dict[str, Any]:
        """The known example that most supports the doubt about one label."""
        pick = self.engine.pick(frame["position"], frame["given"], frame["predicted"])
        first = next(iter(pick.candidates), None)
        return {"name": frame["name"], "counter": None if first is None else int(first.position)}

    def _basis(self, frame: Frame) -> dict[str, Any]:
        """Numbers to project examples by, in a file that whoever asked takes away."""
        make = {"features": self.engine.features, "saliency": self.engine.saliency}
        path = self._folder / f"basis-{frame['name'].replace(':', '-')}.npy"
        np.save(path, make[frame["basis"]](unpack_ints(frame["positions"])), allow_pickle=False)
        return {"name": frame["name"], "path": str(path)}

    def _promote(self, frame: Frame) -> dict[str, Any]:
        done = promote(self.engine, frame, self._empty)
        self._flipped += done.flips or 0
        self._exact = done.exact
        self._version = frame.get("version", self._version)
        return {}

    def _measure(self, frame: Frame) -> dict[str, Any]:
        """Predicted classes of the hold-out by the live model and by the never-ask run."""
        if self._never is not None:
            if frame.get("network"):
                self._never.promote(loaded(frame["network"], self._empty))
            self._never.refit()
        return {"live": self._predicted(self._engine), "never": self._predicted(self._never)}

    def _predicted(self, engine: Engine | None) -> str | None:
        if engine is None or self._inputs is None:
            return None
        return pack_ints(engine.predict(self._inputs).argmax(axis=1))


def _live(engine: Engine) -> Engine:
    """The engine set for answering at once."""
    engine.head.exact_rows = EXACT_ROWS
    return engine


def main(host: Host) -> None:
    """Work for the server until its pipe ends."""
    torch.set_num_threads(1)
    host.answer({"op": "ready"})
    host.serve(Scorer())
