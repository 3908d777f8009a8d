"""The vocabulary of the whole system: names for ids, labels and places.

Everything here is data without behaviour. An `ExampleId` is what the outside world calls an
example; a `Position` is its row in the column store and the feature matrix. They are distinct so
that a position can never be passed off as an id.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType, TypeAlias

ExampleId = NewType("ExampleId", str)
Position = NewType("Position", int)
QueryId = NewType("QueryId", str)
AnnotatorId = NewType("AnnotatorId", str)
ActId = NewType("ActId", str)

Label: TypeAlias = int
"""Index of a class, 0 <= label < K. Outside the core a class is known by its name (a string)."""

Belief: TypeAlias = tuple[Label, float]
"""A class and the model's probability for it, in [0, 1]."""

Seconds: TypeAlias = float
"""Seconds; instants are seconds since the epoch, UTC."""

NO_LABEL: Label = -1
"""Stands for "no label" wherever labels sit in an integer array."""


def unlearning(label: int) -> int:
    """How an integer array says that `label` is unlearned: below `NO_LABEL`. Its own inverse."""
    return -2 - label



class Action(StrEnum):
    """What a person says about an example. `RELABEL` alone carries a label; `REOPEN` (earlier words
    settle nothing any more) is said by curators only."""

    KEEP = "keep"
    RELABEL = "relabel"
    UNSURE = "unsure"
    REMOVE = "remove"
    GOOD = "good"
    BAD = "bad"
    REOPEN = "reopen"


class Deed(StrEnum):
    """What a curator's act does: words on labels, and (from `ACCEPT` on) answers to what a machine
    has suggested."""

    CONFIRM = "confirm"
    RELABEL = "relabel"
    REMOVE = "remove"
    DUPLICATE = "duplicate"
    REOPEN = "reopen"
    GOOD = "good"
    BAD = "bad"
    ACCEPT = "accept"
    REJECT = "reject"
    ASK = "ask"


class Remedy(StrEnum):
    """What a machine suggests for an example: another label, training its label away, or leaving
    it out."""

    RELABEL = "relabel"
    UNLEARN = "unlearn"
    DROP = "drop"


class QueryKind(StrEnum):
    """Why somebody is asked."""

    SUSPICIOUS = "suspicious"
    AUDIT = "audit"
    UNLABELLED = "unlabelled"
    DISPUTE = "dispute"
    FOLLOW_UP = "follow_up"


class Status(StrEnum):
    """Where an example stands."""

    UNDECIDED = "undecided"
    UNLABELLED = "unlabelled"
    WAITING = "waiting"
    KNOWN = "known"
    REMOVED = "removed"


class Entry(StrEnum):
    """Why an example is in the training set."""

    BOOTSTRAP = "bootstrap"
    ACCEPTED = "accepted"
    PROVISIONAL = "provisional"
    UNASKED = "unasked"
    CLEARED = "cleared"
    UNSURE = "unsure"
    KEPT = "kept"
    RELABELLED = "relabelled"
    REOPENED = "reopened"


class Role(StrEnum):
    """What a trusted label is used for (the split of the verified labels)."""

    NONE = "none"
    VERIFIED_REF = "verified_ref"
    VERIFIED_SEL = "verified_sel"
    ANCHOR = "anchor"
    HOLDOUT = "holdout"
