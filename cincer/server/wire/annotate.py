"""Namespace `/annotate`: what an annotator's page and the server say to each other.

Client events are acknowledged with their `...Ack` or with `ErrorAnswer`; server pushes carry
`push`, a number that grows with every push to this person, so that a client that reconnects can
ask for what it missed with `session:resume`. Statistics go to everybody, with 0.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .base import (
    Ack,
    ClassName,
    Comment,
    Count,
    ExampleName,
    Key,
    Message,
    PersonName,
    QueryName,
    Share,
)
from .content import BeliefView, Content


class SideView(Message):
    """One side of the pair. `predicted_label` and `beliefs` (largest first) are the machine's."""

    id: str
    content: Content
    given_label: str | None
    predicted_label: str | None
    beliefs: list[BeliefView]


class FollowUpView(Message):
    """Why a follow-up is asked: the reply to `follows` found its example mislabelled. `was`: the
    label it had; the example's `given_label` is what it is now, None where it was only called bad.
    `depth`: how many questions in a row this is, 2 for the first follow-up."""

    depth: int
    follows: QueryName
    was: str | None


class QueryView(Message):
    """A question as it is shown. `counter_example` is None for audits, unlabelled arrivals,
    disputes and where none exists; `others` are further ones, the strongest first. `epoch` is sent
    back with the reply. `margin` in [0, 1]. `given_probability`: what the machine gave the given
    label when the pair was picked; `predicted_change`: by how much that rises, to first order,
    without the counter-example; both None in a follow-up. `follow_up`: the example is settled, and
    a verdict is asked of the counter-example alone."""

    query: QueryName
    kind: Literal["suspicious", "audit", "unlabelled", "dispute", "follow_up"]
    epoch: int
    deadline: float
    margin: float | None
    example: SideView
    counter_example: SideView | None
    score: float | None = None
    given_probability: Share | None = None
    predicted_change: float | None = None
    model: int
    others: list[SideView] = Field(default_factory=list)
    follow_up: FollowUpView | None = None


class DecisionIn(Message):
    """What a reply says about one side."""

    action: Literal["keep", "relabel", "unsure", "remove", "good", "bad"]
    label: ClassName | None = None

    @model_validator(mode="after")
    def _label_with_relabel_only(self) -> DecisionIn:
        if (self.action == "relabel") != (self.label is not None):
            raise ValueError("label is given with action relabel, and only then")
        return self


class LeaseIn(Message):
    """`query:lease`: hold up to `count` queries in all; they arrive as `query:push`."""

    count: Annotated[int, Field(ge=1, le=20)] = 1
    key: Key


class LeaseAck(Ack):
    """`held` are all queries this person holds now, `queries` those of them whose pair is ready
    (the others follow as `query:push`); `waiting` how many are open in all."""

    held: list[QueryName]
    queries: list[QueryView] = Field(default_factory=list)
    waiting: Count


class DisplayedIn(Message):
    """`query:displayed`: the pair is on the screen and must not change any more. `shown`: ids of
    the example and of its counter-examples, in order; where the pair was replaced on the way to the
    screen, the answer is an error (`stale`), and the new one is to be shown."""

    query: QueryName
    epoch: int | None = None
    shown: Annotated[list[ExampleName], Field(min_length=1, max_length=6)] | None = None


class ReplyIn(Message):
    """`query:reply`, and `POST /queries/{id}/reply`. `worker` only for the role platform;
    `epoch` as shown, so that a reply to an earlier lease is told apart (None = the present).
    `example` is left out in a follow-up alone. `counter_example` judges the first; `others` has one
    verdict for each further one in the order shown (None, or left out = not judged)."""

    query: QueryName
    key: Key
    epoch: int | None = None
    example: DecisionIn | None = None
    counter_example: DecisionIn | None = None
    others: Annotated[list[DecisionIn | None], Field(max_length=4)] = Field(default_factory=list)
    comment: Comment = ""
    seconds: Annotated[float, Field(ge=0, le=86400)] | None = None
    worker: PersonName | None = None

    @model_validator(mode="after")
    def _says_something(self) -> ReplyIn:
        if self.example is None and self.counter_example is None:
            raise ValueError("example, or in a follow-up counter_example, says what is decided")
        return self


class Change(Message):
    """A label that a reply changed or confirmed."""

    id: str
    before: str | None
    after: str | None
    action: str


class ReplyAck(Ack):
    """`counted` is False where the query had closed before; `late` where the lease had ended.
    `follow_ups`: queries that this reply led on to; they are yours, and come as `query:push` once
    their pair is found."""

    counted: bool
    late: bool = False
    changes: list[Change]
    follow_ups: list[QueryName] = Field(default_factory=list)


class SkipIn(Message):
    """`query:skip`: somebody else first."""

    query: QueryName
    key: Key
    epoch: int | None = None


class FlagIn(Message):
    """`query:flag`: for a curator's eyes; the query stays."""

    query: QueryName
    key: Key
    comment: Comment = ""


class ExplainIn(Message):
    """`query:explain`, and `POST /queries/{id}/explain`: what the counter-example of a query you
    hold does to the machine's suspicion. It changes nothing and may take a second; on a socket
    what follows waits for it, by HTTP nothing does."""

    query: QueryName


class Without(Message):
    """What leaving `examples` out of the training set does to the probability of the given label;
    above 0 = they speak against it. `predicted_change`: to first order; `real_change`: by fitting
    the model's last layer again without them. `exact`: that fit reached its optimum; otherwise
    `decrement` (nats, about twice the loss still to be gained) says how far it came."""

    examples: list[str]
    predicted_change: float
    real_change: float
    exact: bool
    decrement: float


class ExplainAck(Ack):
    """`probability` of `given_label` with everything known. `alone`: without the counter-example;
    `group`: without it and the known examples that say the same, None where there are none."""

    query: QueryName
    given_label: str
    probability: Share
    alone: Without
    group: Without | None
    model: Count


class UndoIn(Message):
    """`reply:undo`: take back this person's newest reply; its query is shown again."""

    key: Key


class UndoAck(Ack):
    query: QueryName
    changes: list[Change]


class ResumeIn(Message):
    """`session:resume`: sent after every `session:hello`. `push` is the last number seen (0 on a
    new page); what came after it is sent again, or, where that is not kept, every query held."""

    push: int = 0


class Hello(Message):
    """`session:hello`, the first push after connecting; `push` is the newest number given out."""

    push: int
    annotator: str
    roles: list[str]
    project: str
    classes: list[str]
    kind: Literal["image", "table", "vector", "text", "series"]
    lease_seconds: float
    prefetch: int
    undo_depth: int
    truth_known: bool
    version: str


class QueryPush(Message):
    """`query:push`: a query is yours, or the pair of one you have not displayed was replaced."""

    push: int
    query: QueryView


class QueryClosed(Message):
    """`query:closed`: a query you hold is over: answered, unasked, cleared, expired, removed,
    undone (its reason was taken back), exhausted (a follow-up with nothing left to show)."""

    push: int
    query: QueryName
    outcome: str


class ModelUpdated(Message):
    """`model:updated`: the head or the network changed. `flipped`: known examples whose predicted
    class changed; `after` the query whose reply it contains, if one set it off."""

    push: int
    model: int
    known: Count
    flipped: Count
    exact: bool
    after: QueryName | None = None


class CurvePoint(Message):
    """Measures when the truth is known. `never_*` belong to a run that never asks anybody."""

    at: float
    replies: Count
    received: Count
    mislabelled: Share | None = None
    f1: Share | None = None
    never_mislabelled: Share | None = None
    never_f1: Share | None = None


class Person(Message):
    """Somebody who is answering: how many replies, and whether connected now."""

    name: str
    replies: Count
    online: bool


class Stats(Message):
    """`stats:updated`, and `GET /stats`. Counts since the start; `waiting` are open queries,
    `undecided` arrivals stored but not yet looked at. `saved_at`: the last commit."""

    push: int = 0
    received: Count
    known: Count
    waiting: Count
    undecided: Count
    suspicious: Count
    asked: Count
    audits: Count
    replies: Count
    fixed_examples: Count
    fixed_counter_examples: Count
    both_right: Count
    unasked: Count
    cleared: Count
    late: Count
    follow_ups: Count = 0
    follow_ups_answered: Count = 0
    model: int
    model_exact: bool
    threshold: float
    arrivals_per_second: float
    saved_at: float
    scorer: Literal["up", "starting", "down"]
    trainer: Literal["up", "starting", "down", "off"]
    finished: bool
    people: list[Person]
    curve: list[CurvePoint]
