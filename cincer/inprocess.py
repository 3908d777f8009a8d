"""`cincer.Session`: the loop in this process, for one person and one stream of examples."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import acts, build
from .answers import LeftOut
from .config import Settings, merge
from .errors import Conflict, InvalidInput, NotFound, UnknownName
from .question import Acted, Answered, Explained, Question, Without, question
from .rows import Rows
from .runner import Record, Runner
from .session.acts import WORDS
from .session.effects import ActNoted, ReplyNoted
from .session.events import Decision
from .session.queries import suspicion as urgency
from .session.state import Query
from .types import (
    NO_LABEL,
    Action,
    AnnotatorId,
    Deed,
    ExampleId,
    Label,
    Position,
    QueryId,
    Status,
)

if TYPE_CHECKING:
    from .loop import Outcome

Verdict: TypeAlias = str | tuple[str, str | Label] | None
"""An action, an action with its label, or nothing."""

SAID = tuple(WORDS)
"""What `Session.resolve` can do."""

ME = AnnotatorId("me")
"""Who answers in a session of one."""


class Encoder(Protocol):
    """What `Session` needs of a schema."""

    @property
    def classes(self) -> tuple[str, ...]: ...

    def encode(self, content: Any) -> NDArray[np.float32]: ...


class Session:
    """Clean the labels of a stream in this process, one example at a time.

    `model`: logreg, mlp, cnn, `module:factory`, or a torch module that ends in `nn.Linear`;
    `classes`: their names, or how many there are; `schema`: turns content into numbers (without
    one an example is an array). Everything else is a setting of the loop or of the model by its
    name; `audit_share` is 0 unless given. Not thread-safe.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> session = Session("logreg", classes=["setosa", "versicolor", "virginica"], bootstrap=90)
    >>> for x, label in zip(X[::-1], y[::-1]):
    ...     label = 0 if session.stats["received"] == 100 else label    # a mistake creeps in
    ...     asked = session.receive(x, label)
    ...     if asked and asked.example == "100":
    ...         print(asked.label, "or", asked.predicted)
    ...         print(session.reply(asked.id, example_label=asked.predicted).changed)
    setosa or versicolor
    {'100': ('setosa', 'versicolor')}
    """

    def __init__(
        self, model: Any = "logreg", classes: Sequence[str] | int | None = None,
        schema: Encoder | None = None, seed: int = 1, *, record: Record | None = None,
        clock: Callable[[], float] = time.time, **settings: Any,
    ) -> None:
        named = {"model": model} if isinstance(model, str) else {}
        self.settings = merge(Settings(), {"audit_share": 0.0, **settings, "seed": seed, **named})
        self.classes = _classes(classes, schema)
        self._model, self._schema, self._record, self._clock = model, schema, record, clock
        self._runner: Runner | None = None
        self._trainer: build.Trainer | None = None
        self._train_at = max(20, self.settings.loop.bootstrap)
        self._shown: dict[QueryId, Query] = {}

    # ---- arrivals ------------------------------------------------------------------------------

    def receive(
        self, x: Any, label: str | Label | None = None, id: str | None = None
    ) -> Question | None:
        """An example arrives: content if there is a schema, else an array of numbers. The question
        about it, if it is suspicious (or has no label). `id` is its running number unless given.
        `InvalidInput` for numbers of another shape, an unknown class, `Conflict` for an id twice.
        """
        row = self._row(x)
        given = None if label is None else self._label(label)
        running = self._started(row.shape)
        self._train_when_doubled(running)
        example = ExampleId(str(len(running.inputs)) if id is None else id)
        query = running.receive(example, row, given)
        return None if query is None else self._show(query.id)

    def _row(self, x: Any) -> NDArray[np.float32]:
        return np.asarray(Rows().check(x if self._schema is None else self._schema.encode(x)))

    def _started(self, shape: tuple[int, ...]) -> Runner:
        if self._runner is None:
            self._runner = build.runner(self.settings, shape, self.classes, model=self._model,
                                        record=self._record, clock=self._clock)
            self._trainer = build.Trainer(self._runner, self.settings.model)
        return self._runner

    def _train_when_doubled(self, running: Runner) -> None:
        entered = running.loop.state.counters.entered
        live = self.settings.model.training == "live"
        if live and entered >= self._train_at and self._trainer and self._trainer.has_trunk:
            self._train_at = 2 * entered
            self.retrain()

    @property
    def _running(self) -> Runner:
        if self._runner is None:
            raise Conflict("nothing has been received yet")
        return self._runner

    # ---- answers -------------------------------------------------------------------------------

    @property
    def pending(self) -> list[Question]:
        """The open questions, the most suspicious first, each with its pair by the present model.
        """
        if self._runner is None:
            return []
        self._runner.refresh()
        self._runner.follow_ups()
        found = sorted(self._runner.queries, key=urgency, reverse=True)
        return [self._show(query.id) for query in found]

    def reply(
        self, query: Question | str, example: str | None = None,
        counter_example: str | None = None, *, example_label: str | Label | None = None,
        counter_example_label: str | Label | None = None,
        others: Sequence[Verdict] = (), comment: str = "",
    ) -> Answered:
        """Answer a question. A label alone means relabel; neither label nor action means that the
        example is right (in a follow-up: settled), and that the counter-example was not judged.
        `others`: for each further counter-example None (not judged), an action, or (action, label).
        Actions: keep, relabel, unsure, remove, good, bad.

        `NotFound` for a question that never was, `Conflict` if its pair has changed since it was
        handed out and the counter-example is judged (look at `pending`)."""
        name = QueryId(query if isinstance(query, str) else query.id)
        mine = self._decision(example, example_label) or Decision(Action.KEEP)
        other = self._decision(counter_example, counter_example_label)
        more = [self._verdict(each) for each in others]
        if other is not None or any(more):
            self._check_pair(name)
        before = self._labels_of(name)
        outcome = self._running.reply(name, ME, mine, other, others=more, comment=comment)
        self._shown.pop(name, None)
        return self._answered(name, outcome, before)

    def _verdict(self, said: Verdict) -> Decision | None:
        if said is None or isinstance(said, str):
            return self._decision(said, None)
        return self._decision(*said)

    def _decision(self, action: str | None, label: str | Label | None) -> Decision | None:
        if action is None and label is None:
            return None
        if action is not None and action not in set(Action):
            raise UnknownName("action", action, list(Action))
        return Decision(Action.RELABEL if action is None else Action(action),
                        None if label is None else self._label(label))

    def _check_pair(self, name: QueryId) -> None:
        shown, now = self._shown.get(name), self._running.loop.state.queries.get(name)
        if shown is None or now is None:
            return
        old, new = ([(c.position, c.label) for c in query.counters] for query in (shown, now))
        if old and old != new:
            raise Conflict(f"the counter-example of {name!r} has changed; look at it again",
                           query=name)

    def _labels_of(self, name: QueryId) -> dict[Position, Label]:
        query = self._running.loop.state.queries.get(name)
        if query is None:
            return {}
        places = [query.position, *(counter.position for counter in query.counters)]
        return {place: self._running.loop.data.effective(place) for place in places}

    def _answered(
        self, name: QueryId, outcome: Outcome, before: dict[Position, Label]
    ) -> Answered:
        loop = self._running.loop
        noted = next(e for e in outcome.effects if isinstance(e, ReplyNoted))
        after = {place: loop.data.effective(place) for place in before}
        return Answered(noted.counted, {
            str(loop.ids[place]): (self._name(before[place]), self._name(after[place]))
            for place in before if before[place] != after[place]},
            tuple(self._show(query.id) for query in self._running.follow_ups()
                  if query.chain is not None and query.chain.follows == name))

    def explain(self, query: Question | str) -> Explained:
        """What the counter-example does to the label in question: the predicted change of its
        probability, and the real one after leaving the counter-example out; the same for the known
        examples that say the same. `NotFound`, or `Conflict` without a counter-example."""
        name = QueryId(query if isinstance(query, str) else query.id)
        found = self._running.explain(name)
        asked = self._running.query(name)
        assert asked.given is not None
        return Explained(
            str(asked.example), self.classes[asked.given], found.given_probability,
            self._without(found.single),
            None if found.group is None else self._without(found.group))

    def _without(self, left: LeftOut) -> Without:
        ids = tuple(str(self._running.loop.ids[position]) for position in left.positions)
        return Without(ids, left.predicted_change, left.real_change, left.exact, left.decrement)

    def undo(self) -> Question:
        """Take back the newest reply; its question, which is open again. `NotFound` if there is
        nothing to take back."""
        if self._runner is None:
            raise NotFound("there is no reply to take back")
        return self._show(self._runner.undo(ME))

    # ---- curators ------------------------------------------------------------------------------

    def resolve(
        self, ids: Sequence[str] | str, action: str, *, label: str | Label | None = None,
        of: str | None = None, by: str = ME, comment: str = "",
    ) -> Acted:
        """Decide about examples without being asked, all at once. Actions: confirm, relabel (to
        `label`), remove, duplicate (`of` is the one that is kept), reopen, good, bad. What cannot
        be touched is left alone and named, with the reason."""
        if action not in {deed.value for deed in SAID}:
            raise UnknownName("action", action, [deed.value for deed in SAID])
        running, named = self._running, [ids] if isinstance(ids, str) else ids
        plan = acts.resolved(
            running.loop, Deed(action), list(map(ExampleId, named)), AnnotatorId(by),
            running.now(), label=None if label is None else self._label(label),
            of=None if of is None else ExampleId(of), comment=comment)
        return self._done(plan)

    def undo_act(self, by: str = ME) -> Acted:
        """Take back this curator's newest act, but for examples on which somebody has spoken since.
        `NotFound` if there is none."""
        running = self._running
        event = acts.act_undone(running.loop, AnnotatorId(by), running.now())
        (noted,) = (e for e in running.act(event).effects if isinstance(e, ActNoted))
        return Acted(
            event.act, tuple(str(running.loop.ids[p]) for p in noted.positions),
            {str(running.loop.ids[p]): acts.SPOKEN for p in event.superseded})

    def redo_act(self, by: str = ME) -> Acted:
        """Do again what this curator took back last. `NotFound` if there is nothing."""
        running = self._running
        return self._done(acts.act_redone(running.loop, AnnotatorId(by), running.now()))

    def _done(self, plan: acts.Plan) -> Acted:
        if plan.event is not None:
            self._running.act(plan.event)
        return Acted(plan.event.act if plan.event and plan.done else None,
                     tuple(map(str, plan.done)), {str(example): why for example, why in plan.left})

    def _show(self, query: QueryId) -> Question:
        found = self._running.show(query)
        self._shown[query] = found
        return question(found, self.classes)

    # ---- what has come of it -------------------------------------------------------------------

    def labels(self) -> dict[str, str | None]:
        """Every example's id and effective label."""
        if self._runner is None:
            return {}
        loop = self._runner.loop
        effective = loop.data.column("effective").tolist()
        return {str(i): self._name(label) for i, label in zip(loop.ids, effective, strict=True)}

    def retrain(self) -> None:
        """Train the whole network anew on all that is known, with the labels as they are now. It
        is called by itself after the bootstrap and whenever the known examples have doubled. The
        head alone follows every change anyway; so a model without a trunk needs no retraining."""
        if self._trainer is None:
            raise Conflict("nothing has been received yet")
        self._trainer.train()

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float32]:
        """(N, F...) examples, or N contents with a schema, to (N, K) probabilities."""
        rows = X if self._schema is None else [self._schema.encode(x) for x in X]  # type: ignore[union-attr]
        self._running.refresh()
        return np.asarray(self._running.engine.predict(np.asarray(rows, dtype=np.float32)))

    def export(self) -> list[dict[str, Any]]:
        """One row an example: id, all label layers by class name, and where it stands."""
        if self._runner is None:
            return []
        return [self._exported(Position(at)) for at in range(len(self._runner.loop.ids))]

    def _exported(self, position: Position) -> dict[str, Any]:
        loop = self._running.loop
        data, labels = loop.data, loop.data.labels(position)
        entry = data.entry(position)
        return {
            "id": str(loop.ids[position]),
            **{layer: self._name(getattr(labels, layer))
               for layer in ("given", "human", "machine", "effective")},
            "status": data.status(position).value,
            "entry": None if entry is None else entry.value,
            "role": data.role(position).value,
            "treatment": data.treatment(position).value,
            "weight": data.weight(position),
            "said": [{"by": str(word.annotator), "action": word.action.value,
                      "label": self._name(NO_LABEL if word.label is None else word.label)}
                     for word in loop.words(position)],
        }

    @property
    def stats(self) -> dict[str, Any]:
        """Counts since the start, how many are known and waiting, the present threshold."""
        if self._runner is None:
            return {"received": 0}
        loop = self._runner.loop
        return {
            **asdict(loop.state.counters), "known": len(loop.data.positions(Status.KNOWN)),
            "waiting": len(loop.state.queries), "undecided": len(loop.undecided),
            "threshold": loop.state.threshold, "model": self._runner.engine.version,
        }

    # ---- classes -------------------------------------------------------------------------------

    def _label(self, label: str | Label) -> Label:
        if isinstance(label, str):
            if label not in self.classes:
                raise UnknownName("class", label, self.classes)
            return self.classes.index(label)
        try:
            found = operator.index(label)
        except TypeError:
            raise InvalidInput(f"a label is a class name or an index, not {label!r}") from None
        if not 0 <= found < len(self.classes):
            raise InvalidInput(f"a label is from 0 to {len(self.classes) - 1}, not {found}")
        return found

    def _name(self, label: Label) -> str | None:
        return None if label == NO_LABEL else self.classes[label]


def _classes(classes: Sequence[str] | int | None, schema: Encoder | None) -> tuple[str, ...]:
    if classes is None:
        if schema is None:
            raise InvalidInput("classes: give their names, or how many there are")
        return tuple(schema.classes)
    names = tuple(map(str, range(classes))) if isinstance(classes, int) else tuple(classes)
    if len(names) < 2 or not all(isinstance(name, str) for name in names):
        raise InvalidInput(f"classes: at least two names, not {classes!r}")
    return names
