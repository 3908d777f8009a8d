"""Which training example to show beside a suspicious one: one strategy a file, by name here.

Every strategy ranks the candidates it is given (known examples whose label is the machine's
prediction), best first; higher score = stronger support for the suspicion.
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import UnknownName
from ..protocols import CounterExample
from .as_published import AsPublished
from .at_least import AtLeast
from .block_fisher import BlockFisher
from .diagonal_fisher import DiagonalFisher
from .full_fisher import FullFisher
from .influence import by_conjugate_gradients, by_lissa, exact
from .kfac import KFac
from .largest_loss import LargestLoss
from .leave_one_out import LeaveOneOut
from .nearest import Nearest
from .nearest_fisher import NearestFisher
from .neighbours import Neighbours
from .no_ce import NoCounterExample
from .practical_fisher import PracticalFisher
from .random import Random
from .relative_influence import RelativeInfluence
from .top_fisher import TopFisher
from .unlearned import Unlearned
from .unlearned_influence import UnlearnedInfluence

COUNTER_EXAMPLES: dict[str, Callable[[int], CounterExample]] = {
    "top_fisher": lambda seed: TopFisher(),
    "full_fisher": lambda seed: FullFisher(),
    "block_fisher": lambda seed: BlockFisher(),
    "diagonal_fisher": lambda seed: DiagonalFisher(),
    "kfac": lambda seed: KFac(),
    "practical_fisher": lambda seed: PracticalFisher(),
    "influence_exact": exact,
    "influence_cg": by_conjugate_gradients,
    "influence_lissa": by_lissa,
    "relative_influence": lambda seed: RelativeInfluence(),
    "nearest": lambda seed: Nearest(),
    "nearest_fisher": lambda seed: NearestFisher(),
    "leave_one_out": lambda seed: LeaveOneOut(),
    "largest_loss": lambda seed: LargestLoss(),
    "unlearned": lambda seed: Unlearned(),
    "unlearned_influence": lambda seed: UnlearnedInfluence(),
    "random": Random,
    "no_ce": lambda seed: NoCounterExample(),
    "as_published": AsPublished,
}


def counter_example(
    name: str, *, seed: int = 0, neighbours: int | None = None, least: float | None = None
) -> CounterExample:
    """The strategy called `name`, restricted to the `neighbours` nearest candidates if given, and
    to scores of `least` at least."""
    if name not in COUNTER_EXAMPLES:
        raise UnknownName("counter_example", name, COUNTER_EXAMPLES)
    found = COUNTER_EXAMPLES[name](seed)
    if neighbours is not None:
        found = Neighbours(found, neighbours)
    return found if least is None else AtLeast(found, least)
