"""Curators' work on the whole data set: the error matrix, its cells, acts, iterations.

HTTP reads and acts (`/curate/...`); namespace `/curate` pushes what changed
and who has selected what. Of many items, columns of equal length travel, not objects. Every act is
one event for all its items; `act` names it.
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
    Share,
)
from .content import BeliefView, Content

ActName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^a-[0-9]+$")]
Basis = Literal["pixels", "features", "saliency"]
Method = Literal["pca", "umap"]
MAX_ITEMS = 20_000
"""Examples in one act at most."""

Names = Annotated[list[ExampleName], Field(min_length=1, max_length=MAX_ITEMS)]


class SurveyView(Message):
    """The model's opinion of all examples that the measures rest on. `version` counts surveys, 0 =
    none yet; `at`: when it was made; `held_out`: by models that had not learned the example's
    label; `behind`: label changes since; `running`: a newer one is being made, `progress` in it."""

    version: Count
    at: float | None
    held_out: bool
    behind: Count
    running: bool
    progress: Share | None = None


class CellSummary(Message):
    """Examples with one given label for which the machine predicts another, still open. `bars`:
    how many by IIES, in equal steps from 0.5 to 1; `duplicates`: pairs of near copies that touch
    the cell; `saturation`: how blue; `reopen`: resolved ones that two later models contradict."""

    predicted_label: str
    count: Count
    saturation: Share
    bars: list[int]
    duplicates: Count
    reopen: Count = 0


class RowSummary(Message):
    """One given label: how many the machine agrees with (`correct`), how many are `open`; cells by
    number, the largest first, empty ones left out."""

    label: str
    correct: Count
    open: Count
    cells: list[CellSummary]


class Totals(Message):
    """`items` in the data set, with a label; `open` disagreements; `resolved` by people, `removed`
    among them; `bound`: share of the items that the matrix asks people to look at."""

    items: Count
    open: Count
    resolved: Count
    removed: Count
    bound: Share


class MatrixView(Message):
    """`GET /curate/matrix?classes=a&classes=b`: rows by open disagreements, the most first.
    `classes`: all of them, `shown`: those asked for. `seq`: newest event it contains."""

    ok: Literal[True] = True
    seq: Count
    classes: list[str]
    shown: list[str]
    rows: list[RowSummary]
    totals: Totals
    survey: SurveyView
    kind: Literal["image", "table", "text", "series"]


class CellView(Message):
    """`GET /curate/cell?given=&predicted=&basis=&method=&seed=`: the open items of a cell,
    columns of equal length. `x`, `y` in [0, 1]: the projection; `split`, `source` index into the
    names. `margin` and `iies` as surveyed; `gain`: predicted fall of the trusted loss (RDIA), nats,
    None where it is not known; `trust` in [0, 1] likewise. `reopen`: resolved before, contradicted
    since by two models. `method`: how it is drawn now; `umap`: how it stands with that picture,
    which `map:ready` tells of; after one that failed the next asking begins anew.
    """

    ok: Literal[True] = True
    seq: Count
    given_label: str
    predicted_label: str
    ids: list[str]
    iies: list[float]
    margin: list[float]
    gain: list[float | None]
    trust: list[float | None]
    x: list[float]
    y: list[float]
    split: list[int]
    splits: list[str]
    reopen: list[bool]
    basis: Basis
    bases: list[Basis]
    seed: int
    method: Method
    methods: list[Method]
    umap: Literal["missing", "running", "ready", "failed"] = "missing"
    umap_error: str = ""


class ItemsIn(Message):
    """`POST /curate/items`: examples to look at."""

    ids: Annotated[list[ExampleName], Field(min_length=1, max_length=500)]


class ItemView(Message):
    """One example, small. `label` is the effective one."""

    id: str
    content: Content
    given_label: str | None
    label: str | None
    predicted_label: str | None
    iies: float | None
    margin: float | None
    split: str
    status: str


class ItemsView(Message):
    ok: Literal[True] = True
    items: list[ItemView]


class Neighbour(Message):
    """An example near another. `similarity` in [-1, 1], 1 = the same; None for a counter-example.
    """

    id: str
    content: Content
    label: str | None
    predicted_label: str | None
    similarity: float | None


class WordView(Message):
    """One word in the history of an example's label."""

    at: float
    who: str | None
    action: str
    label: str | None
    retracted: bool
    note: str = ""


class DetailView(Message):
    """`GET /curate/items/{id}`: everything about one example. `beliefs`: all classes, the largest
    first. `counter_example`: the known example that most supports the doubt."""

    ok: Literal[True] = True
    item: ItemView
    beliefs: list[BeliefView]
    observed: str | None
    human: str | None
    machine: str | None
    treatment: str
    history: list[WordView]
    nearest: list[Neighbour]
    counter_example: Neighbour | None
    gain: float | None
    trust: float | None


class PairView(Message):
    """Two near copies. `similarity` 1 = the same (SSIM of images, cosine of others)."""

    left: ItemView
    right: ItemView
    similarity: float
    crosses_splits: bool
    two_labels: bool


class PairsView(Message):
    """`GET /curate/similar?given=&predicted=&limit=`: the most similar pairs, of a cell or of all.
    """

    ok: Literal[True] = True
    pairs: list[PairView]
    total: Count


Verb = Literal["confirm", "relabel", "remove", "duplicate", "reopen", "good", "bad"]


class ActIn(Message):
    """`POST /curate/acts`: what is decided about examples, all or none of those that are free.
    `label` only with `relabel`; `of` (the example that is kept) only with `duplicate`. `seen`: the
    `seq` of what was on the screen; items somebody else has spoken on since are left as they are.
    """

    key: Key
    action: Verb
    ids: Names
    label: ClassName | None = None
    of: ExampleName | None = None
    seen: Count
    comment: Comment = ""

    @model_validator(mode="after")
    def _fields_fit(self) -> ActIn:
        if (self.action == "relabel") != (self.label is not None):
            raise ValueError("label goes with relabel, and relabel needs a label")
        if (self.action == "duplicate") != (self.of is not None):
            raise ValueError("of goes with duplicate, and duplicate needs it")
        return self


class LeftAlone(Message):
    """An item the act did not touch, and why."""

    id: str
    reason: str


class Offer(Message):
    """After a few equal fixes: the rest of that confusion, for one-key review."""

    given_label: str
    to: str
    count: Count


class ActAck(Ack):
    """`done`: ids it touched; `left`: those it did not. `act` names it for undo; None where nothing
    could be done."""

    act: str | None
    done: list[str]
    left: list[LeftAlone]
    offer: Offer | None = None


class ReviewView(Message):
    """`GET /curate/review?given=&to=`: the rest of a confusion, the most convincing first."""

    ok: Literal[True] = True
    given_label: str
    to: str
    ids: list[str]
    iies: list[float]


class PreviewIn(Message):
    """`POST /curate/preview`: what an act would lead to; nothing changes."""

    action: Verb
    ids: Names
    label: ClassName | None = None


class CellForecast(Message):
    given_label: str
    predicted_label: str
    before: Count
    after: Count


class PreviewView(Message):
    """Cells that would change, the largest change first. `exact` False: after a refit of the head
    on the new labels, or, without an answer of the model, as if it said what it says now."""

    ok: Literal[True] = True
    cells: list[CellForecast]
    open_before: Count
    open_after: Count
    exact: bool


class ActUndone(Ack):
    """`POST /curate/undo` and `/curate/redo`: the act, what it was, how many items it moved back
    (or again), and whether there are more of either kind."""

    act: str
    action: str
    count: Count
    more_undo: Count
    more_redo: Count


class IterationView(Message):
    """One round: from a survey to the next. `accuracy`: agreement of the model with the labels
    people can trust now (None without), `holdout`: its weighted F1 on the hold-out, where the truth
    is known; `open` disagreements at its start, `bound` that as a share; the rest was done in it.
    """

    number: Count
    at: float
    open: Count
    bound: Share
    resolved: Count
    relabelled: Count
    removed: Count
    accuracy: float | None
    holdout: float | None


class IterationsView(Message):
    """`GET /curate/iterations`, oldest first. `POST` with a key starts the next one."""

    ok: Literal[True] = True
    iterations: list[IterationView]
    survey: SurveyView


class SelectIn(Message):
    """What this curator has selected now; nothing is stored."""

    given_label: ClassName | None = None
    predicted_label: ClassName | None = None
    ids: Annotated[list[ExampleName], Field(max_length=2000)] = Field(default_factory=list)
    count: Count = 0


class Selection(Message):
    who: str
    given_label: str | None
    predicted_label: str | None
    ids: list[str]
    count: Count


class CurateHello(Message):
    """The first push to whoever connects: the newest event, and what the others have selected."""

    push: int
    seq: Count
    me: str
    selections: list[Selection]


class SelectionChanged(Message):
    """Another curator's selection; `gone`: that curator left."""

    push: int
    selection: Selection
    gone: bool


class CellNow(Message):
    """A cell as it is after a change; `left`: ids that are not in it any more, `came`: new ones."""

    given_label: str
    predicted_label: str
    count: Count
    saturation: Share
    bars: list[int]
    left: list[str]
    came: list[str]


class MatrixChanged(Message):
    """Labels, opinions or items changed. `correct`, `open` by given label, of the rows touched;
    `whole`: too much for a list: ask for the matrix again."""

    push: int
    seq: Count
    by: str | None
    act: str | None
    cells: list[CellNow]
    correct: dict[str, int]
    totals: Totals
    whole: bool


class SurveyUpdated(Message):
    push: int
    survey: SurveyView


class MapReady(Message):
    """A picture of a cell that was made in the background is there, or will not come: read the cell
    again to see it, or why not."""

    push: int
    given_label: str
    predicted_label: str


INCOMING: tuple[type[Message], ...] = (ItemsIn, ActIn, PreviewIn)
OUTGOING: tuple[type[Message], ...] = (
    MatrixView, CellView, ItemsView, DetailView, PairsView, ActAck, ReviewView, PreviewView,
    ActUndone, IterationsView)
PUSHES: dict[str, type[Message]] = {
    "session:hello": CurateHello, "matrix:changed": MatrixChanged,
    "survey:updated": SurveyUpdated, "map:ready": MapReady, "selection:changed": SelectionChanged,
}
