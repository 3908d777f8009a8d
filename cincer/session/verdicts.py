"""What a reply says about one example, turned into facts. Used for both sides of the pair."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidInput
from ..rng import keyed_uniform
from ..types import (
    Action,
    AnnotatorId,
    Belief,
    Entry,
    ExampleId,
    Label,
    Position,
    QueryId,
    QueryKind,
    Role,
    Seconds,
    Status,
)
from .draft import Draft
from .effects import Asserted, Entered, Left, RoleSet
from .events import Decision, Standing
from .state import Mark

MOVES_OUT = {
    Action.BAD: (Status.UNLABELLED, "bad"),
    Action.REMOVE: (Status.REMOVED, "removed"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair as it was shown, and how it stands now."""

    example: ExampleId
    position: Position
    shown: Label
    predicted: Label
    beliefs: tuple[Belief, ...]
    entry: Entry | None
    gone: bool
    standing: Standing
    counts_as: str

    @property
    def in_training(self) -> bool:
        return self.entry is not None

    def after(self, decision: Decision) -> Label | None:
        """Its label once the decision is recorded; None: it is out of the training set."""
        if decision.action in MOVES_OUT:
            return None
        return decision.label if decision.action is Action.RELABEL else self.shown


@dataclass(frozen=True, slots=True)
class Author:
    """Whose word it is: `shown_at` is when the pair came on the screen, `at` when they spoke."""

    query: QueryId
    annotator: AnnotatorId
    shown_at: Seconds
    at: Seconds


def check(draft: Draft, decision: Decision) -> None:
    """`InvalidInput` unless a label is given with relabel, and only then, and exists."""
    if decision.action is Action.REOPEN:
        raise InvalidInput("reopen is no answer to a question; it is a curator's act")
    if (decision.action is Action.RELABEL) != (decision.label is not None):
        raise InvalidInput("a label is given with relabel, and only then",
                           action=decision.action.value)
    draft.check_label(decision.label)


def normal(decision: Decision, shown: Label, kind: QueryKind) -> Decision:
    """Relabelling to the label that was shown is keeping it; so is calling the machine's label
    of an unlabelled example good."""
    same = decision.action is Action.RELABEL and decision.label == shown
    good = decision.action is Action.GOOD and kind is QueryKind.UNLABELLED
    return Decision(Action.KEEP) if same or good else decision


def contradicts(decision: Decision, side: Side, author: Author) -> bool:
    """Whether somebody else has given this example another human label since the pair was shown.
    The newer word then does not silently win."""
    standing = side.standing
    if not _fresh(standing, author):
        return False
    if decision.action is Action.REMOVE:
        return True
    if decision.action is Action.BAD:
        return standing.label == side.shown
    claimed = decision.label if decision.action is Action.RELABEL else side.shown
    return standing.label != claimed


def overtaken(decision: Decision, side: Side, author: Author) -> bool:
    """Whether the verdict is about something that is no more: the example left the training set,
    or the label called bad was replaced."""
    if side.gone:
        return True
    return (decision.action is Action.BAD and _fresh(side.standing, author)
            and side.standing.label != side.shown)


def _fresh(standing: Standing, author: Author) -> bool:
    return (standing.label is not None and standing.annotator != author.annotator
            and standing.at >= author.shown_at)


def record(draft: Draft, decision: Decision, side: Side, author: Author) -> Mark:
    """Store the word, and move the example in or out of the training set."""
    action = decision.action
    label = {Action.KEEP: side.shown, Action.RELABEL: decision.label}.get(action)
    draft.emit(Asserted(side.position, author.query, author.annotator, action, label))
    role_set = _set_role(draft, side, trusted=label is not None,
                         distrusted=action in MOVES_OUT)
    move = _leave if action in MOVES_OUT else _enter
    return Mark(side.position, side.entry, side.standing.role, True,
                move(draft, side, action), role_set)


def _set_role(draft: Draft, side: Side, *, trusted: bool, distrusted: bool) -> bool:
    if trusted:
        draft.emit(RoleSet(side.position, role_of(draft, side.example)))
    elif distrusted and side.standing.role is not Role.NONE:
        draft.emit(RoleSet(side.position, Role.NONE))
    else:
        return False
    return True


def role_of(draft: Draft, example: ExampleId) -> Role:
    """Which half of the verified labels an example belongs to: fixed by the key."""
    drawn = keyed_uniform(bytes.fromhex(draft.key), "role", example)
    return Role.VERIFIED_SEL if drawn < draft.settings.selection_share else Role.VERIFIED_REF


def _leave(draft: Draft, side: Side, action: Action) -> bool:
    status, reason = MOVES_OUT[action]
    draft.emit(Left(side.position, status, reason))
    return True


def _enter(draft: Draft, side: Side, action: Action) -> bool:
    if side.in_training:
        return False
    entry = Entry.RELABELLED if action is Action.RELABEL else Entry.KEPT
    draft.emit(Entered(side.position, entry))
    draft.count("entered")
    return True
