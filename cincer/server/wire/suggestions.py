"""Relabel suggestions and sample weights: what the machine proposes, and what came of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Ack, Count, ExampleName, Key, Message
from .content import Content
from .curate import ItemView, Names

Treatment = Literal["unlearn", "relabel", "drop"]


class Reason(Message):
    """A trusted example that the suggested one harms. `harm`: by how much the trusted one's loss
    falls, in nats and to first order, without it."""

    id: str
    content: Content
    label: str | None
    harm: float


class SuggestionView(Message):
    """What is proposed for one example. `action`: relabel (to `proposed_label`), unlearn (train the
    label away) or drop (leave it out); `gain`: predicted fall of the mean trusted loss by the
    action, nats; `low`, `high`: an interval of two standard errors; `harm`: what its presence costs
    now. `state`: open, accepted, rejected, asked; `measured`: what the trusted loss really fell by,
    where it was accepted and measured."""

    id: str
    item: ItemView
    action: Treatment
    given_label: str | None
    proposed_label: str | None
    gain: float
    low: float
    high: float
    harm: float
    method: str
    reasons: list[Reason]
    state: Literal["open", "accepted", "rejected", "asked"]
    measured: float | None
    model: int


class ActionVerdict(Message):
    """How one action did on the verified labels kept for choosing: mean loss in nats after it,
    lower is better, and its standard error against leaving all as it is."""

    action: Literal["nothing", "drop", "unlearn", "relabel", "ask"]
    loss: float
    difference: float
    error: float
    count: Count


class ChooserView(Message):
    """What the action chooser picked and why. `kept`: verified labels it judged by;
    `effective_size` of the trusted set, `least` that is needed. `note`: why nothing is suggested.
    """

    chosen: Literal["nothing", "drop", "unlearn", "relabel", "ask"]
    threshold: float | None
    verdicts: list[ActionVerdict]
    trusted: Count
    kept: Count
    effective_size: float
    least: Count
    note: str


class MeterView(Message):
    """The query budget: `asked` so far, `expected` in the next hour at the present rate, how many
    of them are expected to find a wrong label (`finds`, with the rate it rests on)."""

    asked: Count
    budget: float | None
    per: str
    arrivals_per_hour: float
    expected: float
    find_rate: float | None
    finds: float | None
    audits: float


class SuggestionsView(Message):
    """`GET /suggestions?state=open&limit=&offset=`: by gain, the largest first. `version`: the data
    they rest on; `behind`: label changes since."""

    ok: Literal[True] = True
    seq: Count
    version: Count
    behind: Count
    running: bool
    total: Count
    suggestions: list[SuggestionView]
    chooser: ChooserView
    meter: MeterView
    auto_accept: bool


class SuggestionsIn(Message):
    """`POST /suggestions/accept|reject|ask`: one or many."""

    key: Key
    ids: Names


class OneSuggestionIn(Message):
    """`POST /suggestions/{id}/accept|reject|ask`."""

    key: Key


class Refused(Message):
    id: str
    reason: str


class SuggestionsAck(Ack):
    """`act`: its name, for undo; None where nothing was done."""

    act: str | None
    done: list[str]
    refused: list[Refused]


class BatchPreviewIn(Message):
    """`POST /suggestions/preview`: what accepting these would bring; nothing changes."""

    ids: Names


class BatchPreview(Message):
    """`predicted`: sum of the single gains; `together`: fall of the mean trusted loss, by refitting
    the head with all of them, nats; `selection`: the same on the labels kept for choosing; `flips`:
    known examples whose predicted class would change."""

    ok: Literal[True] = True
    count: Count
    predicted: float
    together: float
    selection: float | None
    flips: Count


class Accepted(Message):
    at: float
    count: Count
    action: str
    predicted: float
    measured: float


class CalibrationView(Message):
    """`GET /suggestions/calibration`: what was predicted and what was measured, oldest first;
    `slope` of measured on predicted through 0, `correlation`; None below three."""

    ok: Literal[True] = True
    accepted: list[Accepted]
    slope: float | None
    correlation: float | None


class Histogram(Message):
    """`edges` one more than `counts`. `clean`, `corrupted`: the same by the truth, where a referee
    knows it."""

    edges: list[float]
    counts: list[int]
    clean: list[int] | None = None
    corrupted: list[int] | None = None


class EpochView(Message):
    epoch: Count
    weights: Histogram
    losses: Histogram


class DetectionView(Message):
    """Weights below `threshold` taken as "mislabelled", against the truth: positive = corrupted."""

    threshold: float
    fdr: float | None
    recall: float | None
    f1: float | None
    auc: float | None


class WeightsView(Message):
    """`GET /weights`: what each example counts in training. `policy`: the one that trains; `note`:
    why all count alike."""

    ok: Literal[True] = True
    policy: str
    policies: list[str]
    version: Count
    running: bool
    note: str
    scale: str
    now: Histogram
    epochs: list[EpochView]
    detection: DetectionView | None
    useful: list[ItemView]
    """Label judged wrong by the machine or a person, weight high: noisy but useful."""
    useful_weights: list[float]
    useless: list[ItemView]
    """Confirmed by a person, weight near 0: clean but useless."""
    useless_weights: list[float]


class TrajectoryView(Message):
    """`GET /weights/{id}`: weight and loss of one example by epoch."""

    ok: Literal[True] = True
    id: ExampleName
    weights: list[float]
    losses: list[float]
    share_below: Annotated[float, Field(ge=0, le=1)]


class PolicyIn(Message):
    """`POST /weights/policy`: which weights train from now on."""

    key: Key
    policy: Annotated[str, Field(max_length=40)]


class SuggestionsUpdated(Message):
    """A new list of suggestions, or one of them changed."""

    push: int
    version: Count
    total: Count
    best_gain: float | None
    note: str


class WeightsUpdated(Message):
    push: int
    version: Count
    policy: str


INCOMING: tuple[type[Message], ...] = (
    SuggestionsIn, OneSuggestionIn, BatchPreviewIn, PolicyIn)
OUTGOING: tuple[type[Message], ...] = (
    SuggestionsView, SuggestionsAck, BatchPreview, CalibrationView, WeightsView, TrajectoryView)
PUSHES: dict[str, type[Message]] = {
    "suggestions:updated": SuggestionsUpdated, "weights:updated": WeightsUpdated,
}
