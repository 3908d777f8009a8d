"""What a person is asked, in words: classes by name, the pair, and what an answer did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .session.events import Counter
from .session.state import Query
from .types import Belief


@dataclass(frozen=True, slots=True)
class Support:
    """The counter-example: the training example that most supports the machine's suspicion.
    `score`: higher = stronger support. `given_probability`: what the machine gives the suspicious
    label; `predicted_change`: by how much that rises, to first order, without this example."""

    id: str
    label: str
    predicted: str
    beliefs: dict[str, float]
    score: float
    given_probability: float | None = None
    predicted_change: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Is `label` right for the example called `example`? The machine believes `predicted`;
    `margin` in [0, 1], higher = more suspicious, None without a label. `beliefs`: the largest
    probabilities by class. `id` names the question in `reply`. `others`: further counter-examples,
    the strongest first.

    A follow-up (`depth` above 1) asks about its counter-example alone: `example` is one whose label
    `was` found wrong, and is `label` now (None where nobody said what it is)."""

    id: str
    kind: str
    example: str
    label: str | None
    predicted: str
    margin: float | None
    beliefs: dict[str, float]
    counter_example: Support | None
    others: tuple[Support, ...] = ()
    depth: int = 1
    was: str | None = None


@dataclass(frozen=True, slots=True)
class Without:
    """What leaving `examples` (ids) out of the training set does to the probability of the label in
    question. `predicted`: the change to first order, `real`: after refitting the head without
    them; above 0 = they speak against the label. `exact`: the refit reached its optimum, otherwise
    `decrement` (nats, about twice the loss still to be gained) says how far it came."""

    examples: tuple[str, ...]
    predicted: float
    real: float
    exact: bool
    decrement: float


@dataclass(frozen=True, slots=True)
class Explained:
    """Why the machine doubts `label` for `example`. `probability`: what it gives that label;
    `counter_example`: without the counter-example alone; `group`: without it and the known examples
    that say the same (the counter-example first), None where there are none."""

    example: str
    label: str
    probability: float
    counter_example: Without
    group: Without | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a reply did. `counted` is False for one that came too late; `changed`: ids of the
    examples whose label changed, with the label before and after; `follow_ups`: what is asked
    because of it."""

    counted: bool
    changed: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    follow_ups: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Acted:
    """What a curator's act did: its name (None where nothing could be done), the examples it
    touched, and those it left alone with the reason."""

    act: str | None
    done: tuple[str, ...]
    left: dict[str, str]


def question(query: Query, classes: Sequence[str]) -> Question:
    """An open query in words."""
    chain = query.chain
    first, *others = [_support(each, classes, effect=chain is None)
                      for each in query.counters] or [None]
    label = query.given if chain is None else chain.settled
    return Question(
        id=query.id, kind=query.kind.value, example=query.example,
        label=None if label is None else classes[label],
        predicted=classes[query.predicted], margin=query.margin,
        beliefs=_named(query.beliefs, classes),
        counter_example=first, others=tuple(filter(None, others)),
        depth=1 if chain is None else chain.depth,
        was=None if chain is None or query.given is None else classes[query.given])


def _support(counter: Counter, classes: Sequence[str], *, effect: bool) -> Support | None:
    """`effect`: with what it does to the label in question; in a follow-up none is."""
    return Support(counter.example, classes[counter.label], classes[counter.predicted],
                   _named(counter.beliefs, classes), counter.score,
                   counter.given_probability if effect else None,
                   counter.predicted_change if effect else None)


def _named(beliefs: Sequence[Belief], classes: Sequence[str]) -> dict[str, float]:
    return {classes[label]: share for label, share in beliefs}
