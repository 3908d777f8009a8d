"""The scorer: what the model says of an example, whom to show beside it, and how it learns.

One class serves the live scorer process, the in-process runner and the tests. Examples are named
by their position in the column store; their numbers come from `inputs`. The trunk of the network
stays fixed between promotions; the head follows every change of the data set.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .answers import Candidate, Explanation, Floats, Ints, LeftOut, Pick, Refit, Scores
from .config import ModelSettings
from .counterexample.top_fisher import TopFisher, gradient
from .curate.saliency import saliency
from .dataset import Treatment
from .errors import Conflict, InvalidInput
from .kernels.group import similar
from .kernels.head import chunks, probabilities, with_bias
from .kernels.left_out import first_order
from .kernels.newton import Fit
from .kernels.solve import Remembered
from .kernels.top import Top
from .kernels.whole import jacobians
from .models.early_stop import accuracy_to_stop_at
from .models.foreseen import foreseen
from .models.known import KnownRows
from .models.learned import Learned
from .models.left_out import LeavingOut
from .models.live_head import LiveHead
from .models.neighbour_doubt import NeighbourDoubt
from .models.settled import Settled
from .models.training import as_module, from_scratch, initial_state, is_linear
from .protocols import CounterExample, Network, Ranking, Score, Suspect, Suspects, Suspicion
from .types import NO_LABEL, Label, Position

INPUT_CHUNK = 4096

_Told = tuple[int, float, float]
"""A label, its weight where it is learned, and where it is unlearned."""

_LEAVES: _Told = (NO_LABEL, 0.0, 0.0)


class Inputs(Protocol):
    """Where the numbers of an example are."""

    def rows(self, positions: Ints) -> Floats:
        """(N,) positions to (N, F...) float32."""
        ...

    def __len__(self) -> int: ...


class Engine:
    """Holds the known examples and the head. Not thread-safe: one owner.

    `network` has `features` and `head` (see `protocols.Network`); `exact_rows`: known examples up
    to which every refit goes to the optimum and every pick uses the exact inverse.
    """

    def __init__(
        self, inputs: Inputs, network: Network, classes: int, suspicion: Suspicion,
        counter_example: CounterExample, settings: ModelSettings, *, exact_rows: int = 10_000,
    ) -> None:
        if classes < 2:
            raise InvalidInput(f"at least 2 classes are needed, not {classes}", classes=classes)
        if network.head.out_features != classes:
            raise InvalidInput(
                f"the network's last layer has {network.head.out_features} outputs, "
                f"but there are {classes} classes", classes=classes)
        self.inputs, self.network, self.classes, self.settings = inputs, network, classes, settings
        self._suspicion, self.counter_example = suspicion, counter_example
        self.known = KnownRows(network.head.in_features + 1, classes)
        self.head = LiveHead(self.known, l2=settings.head_l2, damping=settings.damping,
                             exact_rows=exact_rows)
        self.neighbours = NeighbourDoubt(self.known, self._inputs_of)
        self.settled = Settled()
        self._pending: dict[int, _Told] = {}
        self._scratch = initial_state(network) if settings.training == "from_scratch" else None
        self.learned: Learned | None = None
        self._learned_of: tuple[tuple[Learned, int] | None, Tensor | None] = None, None
        self._score: tuple[int, Score] = -1, suspicion(self.top)

    @property
    def version(self) -> int:
        """Counts the changes of the head, from 0 = knows nothing."""
        return self.head.version

    # ---- telling -------------------------------------------------------------------------------

    def enter(
        self, positions: Sequence[int] | Ints, labels: Sequence[int] | Ints,
        weights: Sequence[float] | Floats | None = None,
        treatments: Sequence[Treatment] | None = None,
    ) -> None:
        """Examples join the training set, or change label, weight (> 0, default 1) or treatment
        (default: learned; unlearned rows push the head away from their label and are no
        counter-examples; networks trained from scratch do without them). Takes effect with the
        next `refit`; the last word on a position counts."""
        places, classes = _ints(positions), _ints(labels)
        w = np.ones(len(places)) if weights is None else np.asarray(weights, dtype=np.float64)
        kinds = [Treatment.CE] * len(places) if treatments is None else list(treatments)
        if not len(places) == len(classes) == len(w) == len(kinds):
            raise InvalidInput(f"{len(places)} positions, {len(classes)} labels, {len(w)} weights, "
                               f"{len(kinds)} treatments")
        if len(places) and not 0 <= classes.min() <= classes.max() < self.classes:
            raise InvalidInput(f"labels must be from 0 to {self.classes - 1}")
        if not (np.isfinite(w).all() and (w > 0).all()):
            raise InvalidInput("weights must be finite and above 0")
        told = map(_pending, classes.tolist(), w.tolist(), kinds)
        self._pending.update(zip(places.tolist(), told, strict=True))

    def leave(self, positions: Sequence[int] | Ints) -> None:
        """Examples leave the training set with the next `refit`; unknown ones are passed over."""
        for position in _ints(positions).tolist():
            self._pending[position] = _LEAVES

    def reweigh(self, positions: Ints, weights: NDArray[np.float64]) -> None:
        """What known examples (N,) count from the next `refit` on (> 0), their labels as they are;
        for many at once. Positions that are not known are passed over."""
        if not (np.isfinite(weights).all() and (weights > 0).all()):
            raise InvalidInput("weights must be finite and above 0")
        self._absorb()
        rows = self._rows(positions).numpy()
        here = rows >= 0
        if here.any():
            self.head.reweigh(rows[here], torch.from_numpy(weights[here]))

    def refit(self) -> Refit:
        """Absorbs what was told since the last refit. The first one also does the postponed work:
        by the first guess of the penalty alone, a model doubts nothing."""
        began = time.perf_counter()
        changed = self._absorb()
        flips = self._train() if self._scratch is not None and changed else self.head.refit()
        if self._scratch is None and self.head.small and self.head.unchosen:
            self.settle()
        return Refit(self.version, self.head.behind == 0, changed, flips, self.head.behind,
                     self.head.decrement, self.head.l2, time.perf_counter() - began,
                     self.neighbours.behind)

    def idle(self) -> bool:
        """One bounded piece of postponed exact work; False when nothing is left. May change the
        head: compare `version`."""
        return (self._scratch is None and self.head.idle()) or self.neighbours.idle()

    def settle(self) -> None:
        """All postponed work at once."""
        while self.idle():
            pass

    def promote(self, network: Network, learned: Learned | None = None) -> Refit:
        """Another trunk: features of all known examples are computed anew and the head is refitted
        from the network's own. `learned`: what it said of its labels while it learned them."""
        if network.head.out_features != self.classes:
            raise InvalidInput(f"the new network has {network.head.out_features} outputs, "
                               f"not {self.classes}", classes=self.classes)
        began = time.perf_counter()
        changed = self._absorb()
        self.network, self.learned = network, learned
        self._recompute()
        self.head.reset(_head_weights(network))
        flips = self.head.adopt(self.head.weights)
        if self._scratch is None:
            self.head.behind = max(self.known.count, 1)
            flips = self.head.refit() or flips
        return Refit(self.version, self.head.behind == 0, changed, flips, self.head.behind,
                     self.head.decrement, self.head.l2, time.perf_counter() - began,
                     self.neighbours.behind)

    # ---- asking --------------------------------------------------------------------------------

    def score(self, positions: Sequence[int] | Ints, given: Sequence[int] | Ints) -> Scores:
        """What the model says of examples (N,) and of the labels they came with (or `NO_LABEL`)."""
        places, labels = _ints(positions), torch.from_numpy(_ints(given))
        if len(places) != len(labels):
            raise InvalidInput(f"{len(places)} positions, {len(labels)} labels")
        features = self._features(places)
        probs = probabilities(self.head.weights, features)
        suspects = Suspects(torch.from_numpy(places), self._rows(places), features, probs, labels)
        return Scores(probs.argmax(dim=1).numpy(), self._suspected(suspects).numpy(), probs.numpy(),
                      self.version)

    def predict(self, inputs: NDArray[np.generic]) -> Floats:
        """(N, F...) inputs, known or not, to (N, K) float32 probabilities."""
        found = np.empty((len(inputs), self.classes), dtype=np.float32)
        for part in chunks(len(inputs), INPUT_CHUNK):
            features = self._forward(np.asarray(inputs[part], dtype=np.float32))
            found[part] = probabilities(self.head.weights, features).numpy()
        return found

    def pick(
        self, position: int, given: Label, predicted: Label, exclude: Iterable[int] = (),
        limit: int = 1,
    ) -> Pick:
        """The known example labelled `predicted` that most supports the suspicion against `given`,
        neither `position` itself nor any of `exclude`, and none that a person has settled while
        there are others; with the next best, up to `limit` in all."""
        features = self._features(_ints([position]))
        probs = probabilities(self.head.weights, features)[0]
        nothing = Pick(None, float("nan"), probs.numpy(), None, None, self.version)
        if not 0 <= predicted < self.classes or given == NO_LABEL:
            return nothing
        candidates = self._candidates(predicted, {position, *exclude})
        if not len(candidates):
            return nothing
        suspect = Suspect(Position(position), features[0], probs, given, predicted)
        top = self.top()
        ranking = self._ranked(suspect, top, candidates, limit)
        if not len(ranking.positions):
            return nothing
        first, *others = self._found(ranking, suspect, top)
        return Pick(first.position, first.score, probs.numpy(), first.probs, first.label,
                    self.version, first.predicted_change, tuple(others))

    def explain(self, position: int, given: Label, counter_example: int) -> Explanation:
        """What the known example `counter_example` does to p(given | `position`): alone, and with
        the known examples that say the same. `Conflict` where it is not in the training set."""
        row = int(self.known.rows_of(_ints([counter_example]))[0])
        if row < 0 or not float(self.known.weights[row]):
            raise Conflict("this counter-example has left the training set")
        if not 0 <= given < self.classes:
            raise InvalidInput("without a given label there is nothing to explain")
        features = self._features(_ints([position]))
        probs = probabilities(self.head.weights, features)[0]
        label = int(self.known.labels[row])
        suspect = Suspect(Position(position), features[0], probs, given, label)
        rows, top = self._candidates(label, {position}), self.top()
        changes = _first_order(suspect, top, rows)
        group = similar(top.features, top.probs, top.labels, rows, changes, row)
        leaving = LeavingOut(self.head, suspect.features, given)
        single, *more = [
            self._left_out(leaving, left, changes[torch.isin(rows, left)])
            for left in (group[:1], group)[: min(2, len(group))]]
        return Explanation(leaving.prob, single, more[0] if more else None, self.version)

    def forecast(self, positions: Ints, labels: Ints) -> tuple[Ints, Ints]:
        """Known examples that the head would take for another class if those at `positions` (N,)
        had `labels` (N,) (`NO_LABEL`: left the training set), and which class: see
        `models.foreseen`. Positions that are not known are passed over."""
        if not (self.known.rows_of(positions) >= 0).any():
            return _ints([]), _ints([])
        now, then = (fit.probs.argmax(dim=1) for fit in self.foresee(positions, labels))
        turned = (now != then) & (self.known.weights > 0)
        return self.known.positions[turned].numpy(), then[turned].numpy()

    def foresee(self, positions: Ints, labels: Ints) -> tuple[Fit, Fit]:
        """The head at its optimum and as it would be if those at `positions` (N,) had `labels`
        (N,), also ones to be unlearned: see `models.foreseen`. Nothing here changes."""
        rows = self.known.rows_of(positions)
        here = rows >= 0
        return foreseen(self.head, torch.from_numpy(rows[here]), torch.from_numpy(labels[here]))

    def features(self, positions: Ints) -> Floats:
        """(N,) positions to (N, D): what the head sees of them."""
        parts = [self._features(positions[part])[:, :-1]
                 for part in chunks(len(positions), INPUT_CHUNK)]
        return torch.cat(parts).numpy()

    def saliency(self, positions: Ints) -> Floats:
        """(N,) positions to (N, D): what the model looks at, see `curate.saliency`."""
        return saliency(self._fitted(), self._tensor(positions)).flatten(1).numpy()

    # ---- inside --------------------------------------------------------------------------------

    def _found(self, ranking: Ranking, suspect: Suspect, top: Top) -> list[Candidate]:
        rows = torch.from_numpy(self.known.rows_of(ranking.positions.numpy()))
        probs = probabilities(self.head.weights, self.known.features[rows]).numpy()
        changes = _first_order(suspect, top, rows).tolist()
        labels = self.known.labels[rows].tolist()
        places = map(Position, ranking.positions.tolist())
        return list(map(Candidate, places, ranking.scores.tolist(), probs, labels, changes))

    def _suspected(self, suspects: Suspects) -> Tensor:
        """(N,) scores, NaN without a label."""
        if self._score[0] != self.version:
            self._score = self.version, self._suspicion(self.top)
        labelled = suspects.given != NO_LABEL
        if bool(labelled.all()):
            return self._score[1](suspects)
        found = torch.full((len(labelled),), float("nan"))
        found[labelled] = self._score[1](suspects[labelled])
        return found

    def _rows(self, positions: Ints) -> Tensor:
        """(N,) row numbers of the known, -1 for the others."""
        rows = self.known.rows_of(positions)
        if (rows >= 0).any():
            rows[(rows >= 0) & (self.known.weights.numpy()[rows] <= 0)] = -1
        return torch.from_numpy(rows)

    def top(self) -> Top:
        """What strategies are given: the cache of the head, and what only the engine can tell."""
        top = self.head.top()
        return replace(top, inverse=Remembered(top.inverse), learning=self._learning(),
                       whole=self._jacobians, doubted=self.neighbours.of,
                       given=lambda positions: self._tensor(positions.numpy()))

    def _learning(self) -> Tensor | None:
        """What training said of the known rows; formed again only when they have changed."""
        if self.learned is None:
            return None
        of = self.learned, self.known.changes
        if self._learned_of[0] != of:
            self._learned_of = of, self.learned.of(self.known)
        return self._learned_of[1]

    def _left_out(self, leaving: LeavingOut, left: Tensor, changes: Tensor) -> LeftOut:
        prob, refit = leaving.without(left)
        return LeftOut(tuple(map(Position, self.known.positions[left].tolist())),
                       float(changes.sum()), prob - leaving.prob, refit.exact, refit.decrement,
                       refit.steps)

    def _ranked(
        self, suspect: Suspect, top: Top, candidates: Tensor, limit: int
    ) -> Ranking:
        """Where all are settled there is nothing to find among them. What is left to show is why
        the machine doubts: the one that most supports it (unless nothing is to be shown)."""
        open_ones = candidates[~self.settled.of(top.positions[candidates])]
        if len(open_ones):
            return self.counter_example(suspect, top, open_ones, limit)
        ranking = self.counter_example(suspect, top, candidates, limit)
        return TopFisher()(suspect, top, candidates, limit) if len(ranking.positions) else ranking

    def _candidates(self, label: Label, excluded: set[int]) -> Tensor:
        members = self.known.members(label)
        rows = self.known.rows_of(_ints(sorted(p for p in excluded if p >= 0)))
        rows = rows[rows >= 0]
        rows = rows[(self.known.labels.numpy()[rows] == label)
                    & (self.known.weights.numpy()[rows] > 0)]
        if not len(rows):
            return members
        return members[~torch.isin(members, torch.from_numpy(rows))]

    def _absorb(self) -> int:
        """Carries pending changes into the known rows; how many there were."""
        pending, self._pending = self._pending, {}
        if not pending:
            return 0
        places = _ints(list(pending))
        rows = self.known.rows_of(places)
        changed = 0
        for position, row in zip(places[rows >= 0].tolist(), rows[rows >= 0].tolist(), strict=True):
            changed += self._change(row, *pending[position])
        new = _ints([p for p in places[rows < 0].tolist() if sum(pending[p][1:]) > 0])
        for part in chunks(len(new), INPUT_CHUNK):
            told = [pending[p] for p in new[part].tolist()]
            labels, weights = _ints([t[0] for t in told]), torch.tensor([sum(t[1:]) for t in told])
            self.head.enter(new[part], self._features(new[part]), labels, weights)
            self._unlearn(new[part], told)
        return changed + len(new)

    def _unlearn(self, positions: Ints, told: Sequence[_Told]) -> None:
        """Of rows that have just entered those whose label is unlearned."""
        rows = self.known.rows_of(positions).tolist()
        for row, (label, weight, against) in zip(rows, told, strict=True):
            if against:
                self.head.change(row, label, weight, against)

    def _change(self, row: int, label: int, weight: float, against: float) -> int:
        before = (int(self.known.labels[row]), float(self.known.weights[row]),
                  self.known.against(row))
        after = before[0] if weight == against == 0 else label, weight, against
        if before == after or sum(before[1:]) == sum(after[1:]) == 0:
            return 0
        self.head.change(row, *after)
        return 1

    def _train(self) -> int:
        """From scratch, as in the paper: the same initial weights, then all epochs."""
        assert self._scratch is not None
        known = self.known
        live = torch.nonzero(known.weights > 0)[:, 0]
        seen = torch.zeros(len(live))
        from_scratch(
            self.network, self._scratch, self._tensor(known.positions[live].numpy()),
            known.labels[live], known.weights[live], epochs=self.settings.epochs,
            seed=self.settings.seed, seen=seen,
            stop_at=accuracy_to_stop_at(self.settings, is_linear(self.network)))
        self.learned = Learned(known.positions[live], known.labels[live], seen)
        self._recompute()
        self.head.reset(_head_weights(self.network))
        return self.head.adopt(self.head.weights)

    def _recompute(self) -> None:
        self.known.replace_features(self.network.head.in_features + 1)
        for part in chunks(self.known.count, INPUT_CHUNK):
            self.known.refill(part, self._features(self.known.positions[part].numpy()))

    def _features(self, positions: Ints) -> Tensor:
        return self._forward(self.inputs.rows(positions))

    def _forward(self, rows: Floats) -> Tensor:
        """(N, F...) to (N, D+1), in inference mode: no dropout, no gradient."""
        if isinstance(self.network, nn.Module):
            self.network.eval()
        with torch.no_grad():
            found = self.network.features(torch.from_numpy(np.ascontiguousarray(rows)))
        return with_bias(found.float())

    def _jacobians(self, positions: Tensor) -> Tensor:
        """(M, K, Q) derivatives of the logits by the network's parameters, its head as fitted."""
        return jacobians(self._fitted(), self._tensor(positions.numpy()))

    def _fitted(self) -> nn.Module:
        """A copy of the network with its head as fitted, in inference mode."""
        module = copy.deepcopy(as_module(self.network)).eval()
        head = cast(Network, module).head
        with torch.no_grad():
            head.weight.copy_(self.head.weights[:, :-1])
            if head.bias is not None:
                head.bias.copy_(self.head.weights[:, -1])
        return module

    def _inputs_of(self, rows: Tensor) -> Tensor:
        return self._tensor(self.known.positions[rows].numpy()).flatten(1)

    def _tensor(self, positions: Ints) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(self.inputs.rows(positions)))


def _pending(label: int, weight: float, treatment: Treatment) -> _Told:
    if treatment is Treatment.DROP:
        return _LEAVES
    return (label, 0.0, weight) if treatment is Treatment.UNLEARN else (label, weight, 0.0)


def _first_order(suspect: Suspect, top: Top, rows: Tensor) -> Tensor:
    """(M,) float64: see `kernels.left_out.first_order`."""
    return first_order(top.solve(gradient(suspect)), float(suspect.probs[suspect.given]),
                       top.features, top.probs, top.labels, top.weights, rows)


def _head_weights(network: Network) -> Tensor:
    """(K, D+1): the last layer's weights with its bias as the last column."""
    weight = network.head.weight.detach()
    bias = network.head.bias
    last = weight.new_zeros(len(weight)) if bias is None else bias.detach()
    return torch.cat([weight, last[:, None]], dim=1).double()


def _ints(values: Sequence[int] | Ints) -> Ints:
    return np.asarray(values, dtype=np.int64).reshape(-1)
