"""Advice in this process: suggestions by name, answers to them as acts, and weights.

Nothing here acts by itself (`policies` does): a person looks and answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from . import acts
from .errors import Conflict
from .loop import beliefs
from .policies import proposals, weights
from .relabel.advice import Advice, advise
from .relabel.options import Options
from .runner import Runner
from .session.events import Doubt
from .suggestion import Suggestion, Suggestions
from .types import NO_LABEL, AnnotatorId, Deed, ExampleId, Position
from .vouched import verified

NOT_SUGGESTED = "nothing is suggested about it, or not any more"


class Adviser:
    """Looks at what `runner` knows when it is asked to. `look` makes suggestions, which stay as
    they are until the next look; `answer` carries out what a person says of them."""

    def __init__(self, runner: Runner, classes: Sequence[str], *, policy: str, seed: int) -> None:
        self._runner, self._classes, self._policy = runner, classes, policy
        self._options = Options(seed=seed)
        self._advice: Advice | None = None

    def look(self) -> Suggestions:
        """Of all that nobody has settled or answered, and nobody is being asked about."""
        runner = self._runner
        runner.refresh()
        loop = runner.loop
        asked = (query.position for query in runner.queries)
        barred = sorted({*loop.all_settled(), *loop.all_proposed(), *asked})
        self._advice = found = advise(
            runner.engine.top(), verified(loop), self._options, policy=self._policy,
            excluded=np.array(barred, dtype=np.int64))
        return Suggestions(
            tuple(self._named(found, at) for at in range(len(found))), found.chosen, found.note,
            found.trusted, found.effective_size, found.loss,
            {verdict.action: verdict.loss for verdict in found.verdicts})

    def answer(
        self, ids: Iterable[ExampleId], deed: Deed, who: AnnotatorId, comment: str = ""
    ) -> acts.Plan:
        """Accept, reject or ask, as one act. `Conflict` before the first look."""
        if self._advice is None:
            raise Conflict("look at the suggestions first")
        runner, named = self._runner, list(dict.fromkeys(ids))
        every = proposals(runner.loop, self._advice)
        known = {example: every[example] for example in named if example in every}
        if deed is Deed.ASK:
            known = self._doubted(known)
        plan = acts.answered(runner.loop, deed, known, who, runner.now(), comment=comment)
        if plan.event is not None:
            runner.act(plan.event)
        rest = tuple((example, NOT_SUGGESTED) for example in named if example not in every)
        return acts.Plan(plan.event, (*plan.left, *rest))

    def weights(self, policy: str) -> dict[ExampleId, float]:
        """What each example that is trained on counts by the weight policy; 1 for all that people
        vouched for."""
        runner = self._runner
        runner.refresh()
        known = runner.loop.all_trained()
        if not len(known):
            return {}
        _, found = weights(runner, verified(runner.loop), policy, known)
        return {runner.loop.ids[Position(at)]: weight
                for at, weight in zip(known.tolist(), found.tolist(), strict=True)}

    def _doubted(self, known: dict[ExampleId, acts.Proposed]) -> dict[ExampleId, acts.Proposed]:
        """With the model's opinion of each, for whoever is asked."""
        loop = self._runner.loop
        places = [loop.position(example) for example in known]
        labels = [loop.data.effective(place) for place in places]
        said = self._runner.engine.score(places, labels)
        opinions = zip(known.items(), said.predicted, said.margin, said.probs, strict=True)
        return {example: acts.Proposed(
                    one.proposal, Doubt(int(predicted), float(margin), beliefs(probs)), one.gain)
                for (example, one), predicted, margin, probs in opinions}

    def _named(self, found: Advice, at: int) -> Suggestion:
        loop, position = self._runner.loop, Position(int(found.positions[at]))
        relabel = found.actions[at] == "relabel"
        label = loop.data.effective(position)
        assert label != NO_LABEL
        return Suggestion(
            str(loop.ids[position]), found.actions[at], self._classes[label],
            self._classes[int(found.proposed[at])] if relabel else None, float(found.gain[at]),
            (float(found.low[at]), float(found.high[at])),
            tuple(str(loop.ids[p]) for p in found.evidence[at].tolist() if p >= 0))
