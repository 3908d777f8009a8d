"""What the web process needs from the rest: the seam that tests replace by a small fake.

`Core` is the session thread's front (`service.Service`), `Archive` the ledger's read side
(`cincer.ledger`), `Parts` everything a route or a socket handler may use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..config import LoopSettings, Settings
from ..schema import Schema
from ..session.state import Query
from ..types import AnnotatorId, ExampleId, Label, Position, QueryId, Seconds
from .commands import Answer, Command
from .curation import Curation
from .notices import Notice
from .projecting import Projections
from .selections import Selections
from .suggested import Suggested
from .weighed import Weighed
from .wire.annotate import Stats

if TYPE_CHECKING:
    from .auth.login import Codes
    from .auth.tokens import Tokens
    from .limits import Limits
    from .presence import Presence
    from .views import Views


class Core(Protocol):
    """The session thread, from outside. Everything may be called from any thread."""

    def submit(self, command: Command) -> Future[Answer]:
        """The answer comes after its commit; a refusal is the future's exception."""
        ...

    def subscribe(self, callback: Callable[[Notice], None]) -> None:
        """`callback` is called in the session thread, after the commit; it must not block."""
        ...

    def look(self) -> None:
        """A curator is there."""
        ...

    @property
    def curation(self) -> Curation: ...
    @property
    def suggested(self) -> Suggested: ...
    @property
    def weighed(self) -> Weighed: ...
    def rows(self, positions: NDArray[np.int64]) -> NDArray[np.float32]: ...
    def query(self, query: QueryId) -> Query | None: ...
    def held(self, annotator: AnnotatorId) -> tuple[Query, ...]: ...
    def stats(self) -> Stats: ...
    def health(self) -> dict[str, Any]: ...
    def loop(self) -> LoopSettings: ...


class Payload(Protocol):
    """An example itself, as it was received."""

    @property
    def content(self) -> Any: ...
    @property
    def meta(self) -> dict[str, Any]: ...


class Stored(Protocol):
    """What the ledger knows of one example."""

    @property
    def position(self) -> Position: ...
    @property
    def id(self) -> ExampleId: ...
    @property
    def source(self) -> str: ...
    @property
    def given(self) -> Label | None: ...
    @property
    def human(self) -> Label | None: ...
    @property
    def machine(self) -> Label | None: ...
    @property
    def effective(self) -> Label | None: ...
    @property
    def status(self) -> str: ...
    @property
    def entry(self) -> str | None: ...
    @property
    def role(self) -> str: ...
    @property
    def treatment(self) -> str: ...
    @property
    def predicted(self) -> Label | None: ...
    @property
    def margin(self) -> float | None: ...
    @property
    def at(self) -> Seconds: ...
    @property
    def history(self) -> Sequence[Any]: ...


class Record(Protocol):
    """One line of the log."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> Seconds: ...
    @property
    def kind(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def body(self) -> dict[str, Any]: ...


class Archive(Protocol):
    """The ledger's read side; shared by threads."""

    def payloads(self, positions: Sequence[int]) -> Sequence[Payload | None]: ...
    def example(self, example: str) -> Stored | None: ...
    def events(self, since: int = 0, limit: int = 1000) -> Sequence[Record]: ...


Export = Callable[[str], tuple[str, str, bytes]]
"""Format name to (file name, media type, content); an unknown format raises `UnknownName`."""


@dataclass(frozen=True)
class Parts:
    """What a running web process consists of."""

    core: Core
    archive: Archive
    settings: Settings
    schema: Schema
    tokens: Tokens
    codes: Codes
    views: Views
    limits: Limits
    presence: Presence
    project: str
    truth_known: bool = False
    export: Export | None = None
    projections: Projections = field(default_factory=Projections)
    selections: Selections = field(default_factory=Selections)
    cookie: str = "cincer"
    patience: Seconds = 10.0
    origins: frozenset[str] = field(default_factory=frozenset)
