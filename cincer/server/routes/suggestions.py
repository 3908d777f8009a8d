"""Suggestions: what the machine proposes, what people make of it, and how its predictions hold."""

from __future__ import annotations

from typing import get_args

from flask import request

from ...errors import UnknownName
from ...types import Deed, ExampleId
from ..body import message
from ..commands import Advise, AnswerSuggestions, PreviewSuggestions
from ..perform import acknowledge
from ..suggested import State
from ..suggestion_views import calibration_view, suggestions_view
from ..wire import Ack, Message
from ..wire import suggestions as w
from ..wire.http import KeyIn
from .route import Call, Handler, Query, Route, number

STATES = get_args(State)


def suggestions(call: Call) -> w.SuggestionsView:
    call.parts.core.look()
    state = request.args.get("state", "open")
    if state not in STATES:
        raise UnknownName("state", state[:50], STATES)
    return suggestions_view(call.parts, state,  # type: ignore[arg-type]
                            number("offset", 0, 0, 10**6), number("limit", 50, 1, 200))


def _one(action: Deed) -> Handler:
    def handle(call: Call) -> Message:
        said = message(w.OneSuggestionIn)
        return _answer(call, action, said.key, [call.path["id"]])
    handle.__name__ = f"{action.value}_suggestion"
    return handle


def _many(action: Deed) -> Handler:
    def handle(call: Call) -> Message:
        said = message(w.SuggestionsIn)
        return _answer(call, action, said.key, said.ids)
    handle.__name__ = f"{action.value}_suggestions"
    return handle


def _answer(call: Call, action: Deed, key: str, ids: list[str]) -> Message:
    return acknowledge(call.parts, call.identity, AnswerSuggestions(
        call.identity.actor, key, action, tuple(map(ExampleId, ids))))


def preview_suggestions(call: Call) -> Message:
    said = message(w.BatchPreviewIn)
    return acknowledge(call.parts, call.identity, PreviewSuggestions(
        call.identity.actor, tuple(map(ExampleId, said.ids))))


def calibration(call: Call) -> w.CalibrationView:
    return calibration_view(call.parts.core.suggested)


def refresh(call: Call) -> Message:
    said = message(KeyIn)
    call.parts.core.look()
    return acknowledge(call.parts, call.identity, Advise(call.identity.actor, said.key))


_WHAT = {Deed.ACCEPT: "Do what is suggested",
         Deed.REJECT: "Refuse what is suggested, or was accepted",
         Deed.ASK: "Have an annotator asked"}
"""What each answer does."""

ROUTES = (
    Route("GET", "/suggestions", "suggestions.read", suggestions,
          "What the machine proposes, the largest gain first, and what it rests on.",
          w.SuggestionsView, None,
          (Query("state", "string", "open, accepted, rejected or asked; default open"),
           Query("offset", "integer", "suggestions passed over; default 0"),
           Query("limit", "integer", "suggestions at most, 1 to 200; default 50"))),
    Route("GET", "/suggestions/calibration", "suggestions.read", calibration,
          "What acts of accepting were predicted to bring, and what they brought.",
          w.CalibrationView),
    Route("POST", "/suggestions/preview", "suggestions.read", preview_suggestions,
          "What accepting these would bring; nothing changes.", w.BatchPreview,
          w.BatchPreviewIn),
    Route("POST", "/suggestions/refresh", "suggestions.act", refresh,
          "Have suggestions made anew.", Ack, KeyIn),
    *(Route("POST", f"/suggestions/{action.value}", "suggestions.act", _many(action),
            f"{what}, for many examples as one act.", w.SuggestionsAck, w.SuggestionsIn)
      for action, what in _WHAT.items()),
    *(Route("POST", f"/suggestions/<path:id>/{action.value}", "suggestions.act", _one(action),
            f"{what}, for one example.", w.SuggestionsAck, w.OneSuggestionIn)
      for action, what in _WHAT.items()),
)
