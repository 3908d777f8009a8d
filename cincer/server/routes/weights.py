"""Sample weights: which policy trains, what examples count, and how that came about."""

from __future__ import annotations

from ..body import message
from ..commands import Tune
from ..perform import acknowledge
from ..weight_views import trajectory_view, weights_view
from ..wire import Ack, Message
from ..wire import suggestions as w
from .route import Call, Route


def weights(call: Call) -> w.WeightsView:
    call.parts.core.look()
    return weights_view(call.parts, call.parts.core.weighed)


def trajectory(call: Call) -> w.TrajectoryView:
    position = call.parts.core.curation.position(call.path["id"])
    return trajectory_view(call.parts, position, call.path["id"])


def weight_policy(call: Call) -> Message:
    said = message(w.PolicyIn)
    call.parts.core.look()
    return acknowledge(call.parts, call.identity, Tune(
        call.identity.actor, said.key, {"weight_policy": said.policy}))


ROUTES = (
    Route("GET", "/weights", "suggestions.read", weights,
          "What known examples count in training, by epoch, with the most telling ones.",
          w.WeightsView),
    Route("GET", "/weights/<path:id>", "suggestions.read", trajectory,
          "Weight and loss of one example by epoch.", w.TrajectoryView),
    Route("POST", "/weights/policy", "suggestions.act", weight_policy,
          "Set which weights train from now on.", Ack, w.PolicyIn),
)
