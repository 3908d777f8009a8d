"""What the outside asks of the session thread, and what it answers.

HTTP routes and socket handlers translate wire messages into these and wait on a future; only the
session thread (`service`) touches the state and the ledger. An answer exists only after its
transaction is committed and synced. Labels are class indices here; names stay on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..session.events import Decision
from ..types import Action, AnnotatorId, Deed, ExampleId, Label, QueryId, Seconds


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: `name` is the annotator's (or source's) id, from the token."""

    name: AnnotatorId
    roles: frozenset[str] = field(default_factory=frozenset)
    token: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One valid arrival of a batch: `row` are its encoded features (width,) float32 bytes,
    `digest` the SHA-256 of its canonical content and label."""

    id: ExampleId
    content: Any
    meta: dict[str, Any]
    given: Label | None
    row: bytes
    digest: bytes
    at: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Receive:
    """Store a batch; idempotent on each item's id. Answer: `ItemStored` for each, in order."""

    actor: Actor
    items: tuple[Item, ...]
    wait: Seconds = 0.0


@dataclass(frozen=True, slots=True)
class ItemStored:
    """`answer`: stored, duplicate or rejected (same id, other content)."""

    id: ExampleId
    answer: str
    seq: int | None
    error: str | None = None
    code: str | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """Hold up to `count` queries in all. Answer: `Held`."""

    actor: Actor
    count: int
    key: str


@dataclass(frozen=True, slots=True)
class Held:
    seq: int
    held: tuple[QueryId, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Display:
    """The pair is on the screen; `shown` are its ids, None = not said. Answer: `Done`."""

    actor: Actor
    query: QueryId
    epoch: int | None
    shown: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A person's answer; `epoch` None stands for the present lease, `example` None for that of a
    follow-up; `others`: verdicts on further counter-examples, in order. Answer: `RepliedAnswer`."""

    actor: Actor
    key: str
    query: QueryId
    epoch: int | None
    example: Decision | None
    counter_example: Decision | None = None
    comment: str = ""
    seconds: Seconds | None = None
    worker: str | None = None
    others: tuple[Decision | None, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What a reply or an undo did to one example's effective label."""

    id: ExampleId
    before: Label | None
    after: Label | None
    action: Action


@dataclass(frozen=True, slots=True)
class RepliedAnswer:
    """`follow_ups`: queries that this reply led on to."""

    seq: int
    counted: bool
    late: bool
    changes: tuple[LabelChange, ...]
    follow_ups: tuple[QueryId, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """Pass a query on. Answer: `Done`."""

    actor: Actor
    key: str
    query: QueryId
    epoch: int | None


@dataclass(frozen=True, slots=True)
class Flag:
    """Mark a query's example for a curator. Answer: `Done`."""

    actor: Actor
    key: str
    query: QueryId
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back this actor's newest reply. Answer: `UndoneAnswer`."""

    actor: Actor
    key: str


@dataclass(frozen=True, slots=True)
class UndoneAnswer:
    seq: int
    query: QueryId
    changes: tuple[LabelChange, ...]


@dataclass(frozen=True, slots=True)
class Explain:
    """What the counter-example of a query does to the suspicion. Changes nothing. Answer:
    `Explained`."""

    actor: Actor
    query: QueryId


@dataclass(frozen=True, slots=True)
class Without:
    """What leaving `examples` out does to the probability of the label in question; the other
    fields as in `answers.LeftOut`."""

    examples: tuple[ExampleId, ...]
    predicted_change: float
    real_change: float
    exact: bool
    decrement: float


@dataclass(frozen=True, slots=True)
class Explained:
    """`probability` of the label in question with everything known; `version`: the data's."""

    seq: int
    query: QueryId
    given: Label
    probability: float
    single: Without
    group: Without | None
    version: int


@dataclass(frozen=True, slots=True)
class Act:
    """A curator's word on the labels of these examples; `seen` is the sequence number of what was
    on the screen. Answer: `Acted`."""

    actor: Actor
    key: str
    action: Deed
    ids: tuple[ExampleId, ...]
    seen: int
    label: Label | None = None
    of: ExampleId | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """The rest of a confusion that was noticed: `count` open examples labelled `given` that the
    model takes for `to`."""

    given: Label
    to: Label
    count: int


@dataclass(frozen=True, slots=True)
class Acted:
    """`act` None: nothing could be done. `left`: what was left alone, and why."""

    seq: int
    act: str | None
    done: tuple[ExampleId, ...]
    left: tuple[tuple[ExampleId, str], ...]
    offer: Offered | None = None


@dataclass(frozen=True, slots=True)
class UndoAct:
    """Take back this curator's newest act. Answer: `ActTurned`."""

    actor: Actor
    key: str


@dataclass(frozen=True, slots=True)
class RedoAct:
    """Do again what this curator took back last. Answer: `ActTurned`."""

    actor: Actor
    key: str


@dataclass(frozen=True, slots=True)
class ActTurned:
    """How many examples were moved back (or again), and how many acts more could be."""

    seq: int
    act: str
    action: str
    count: int
    more_undo: int
    more_redo: int


@dataclass(frozen=True, slots=True)
class Iterate:
    """Begin the next iteration: train anew, then survey everything. Answer: `Done`."""

    actor: Actor
    key: str


@dataclass(frozen=True, slots=True)
class MapCell:
    """Have these examples of a cell mapped by UMAP in the background: by the numbers (N, D) in the
    file `rows`, which is taken away then; None: by those the model is given. Answer: `Done`."""

    actor: Actor
    given: Label
    predicted: Label
    basis: str
    seed: int
    positions: tuple[int, ...]
    rows: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerSuggestions:
    """A curator's answer (accept, reject, ask) to what is suggested for these examples, as one act.
    Answer: `SuggestionsAnswered`."""

    actor: Actor
    key: str
    action: Deed
    ids: tuple[ExampleId, ...]


@dataclass(frozen=True, slots=True)
class SuggestionsAnswered:
    """`act` None: nothing could be done. `refused`: what was left alone, and why."""

    seq: int
    act: str | None
    done: tuple[ExampleId, ...]
    refused: tuple[tuple[ExampleId, str], ...]


@dataclass(frozen=True, slots=True)
class Advise:
    """Have suggestions made anew. Answer: `Done`."""

    actor: Actor
    key: str


@dataclass(frozen=True, slots=True)
class PreviewSuggestions:
    """What accepting these would bring. Changes nothing. Answer: `SuggestionsPreviewed`."""

    actor: Actor
    ids: tuple[ExampleId, ...]


@dataclass(frozen=True, slots=True)
class SuggestionsPreviewed:
    """See `wire.suggestions.BatchPreview`."""

    seq: int
    count: int
    predicted: float
    together: float
    selection: float | None
    flips: int


@dataclass(frozen=True, slots=True)
class AskModel:
    """A question to the scorer that changes nothing: `question` is its frame. Answer: `ModelSaid`.
    """

    actor: Actor
    question: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelSaid:
    seq: int
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gone:
    """This actor's last connection closed: leases shorten to a grace. Answer: `Done`."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Retrain:
    """Train the network from scratch in the background. Answer: `Done`."""

    actor: Actor
    key: str


@dataclass(frozen=True, slots=True)
class Tune:
    """Change the loop's settings while running (admin). `changes` by field name."""

    actor: Actor
    key: str
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    seq: int


Command: TypeAlias = (
    Receive | Lease | Display | Reply | Skip | Flag | Undo | Explain | Act | UndoAct | RedoAct
    | Iterate | MapCell | AnswerSuggestions | Advise | PreviewSuggestions | AskModel | Gone
    | Retrain | Tune
)
Answer: TypeAlias = (
    tuple[ItemStored, ...] | Held | RepliedAnswer | UndoneAnswer | Explained | Acted | ActTurned
    | SuggestionsAnswered | SuggestionsPreviewed | ModelSaid | Done
)
