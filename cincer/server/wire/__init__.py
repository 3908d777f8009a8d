"""The messages of HTTP and Socket.IO: `base` what they share, `content` how examples are shown,
`annotate` and `stream` two namespaces, `curate` and `suggestions` curators' work, `http` what only
HTTP says, `studies` what studies found, `typescript` the browser's types made from them. `EVENTS`
and `PUSHES` name every Socket.IO event."""

from __future__ import annotations

from . import annotate, base, content, curate, http, stream, suggestions
from .base import Ack, ErrorAnswer, Message

EVENTS: dict[str, dict[str, tuple[type[Message], type[Message]]]] = {
    "/annotate": {
        "query:lease": (annotate.LeaseIn, annotate.LeaseAck),
        "query:displayed": (annotate.DisplayedIn, Ack),
        "query:reply": (annotate.ReplyIn, annotate.ReplyAck),
        "query:skip": (annotate.SkipIn, Ack),
        "query:flag": (annotate.FlagIn, Ack),
        "query:explain": (annotate.ExplainIn, annotate.ExplainAck),
        "reply:undo": (annotate.UndoIn, annotate.UndoAck),
        "session:resume": (annotate.ResumeIn, Ack),
    },
    "/stream": {
        "example:push": (stream.ExamplesIn, stream.ExamplesAck),
    },
    "/curate": {
        "selection:set": (curate.SelectIn, Ack),
    },
}
"""Client events by namespace: the message that comes and the acknowledgement that goes."""

PUSHES: dict[str, dict[str, type[Message]]] = {
    "/annotate": {
        "session:hello": annotate.Hello,
        "query:push": annotate.QueryPush,
        "query:closed": annotate.QueryClosed,
        "model:updated": annotate.ModelUpdated,
        "stats:updated": annotate.Stats,
    },
    "/stream": {
        "example:decided": stream.ExampleDecided,
        "stats:updated": annotate.Stats,
    },
    "/curate": curate.PUSHES | suggestions.PUSHES,
}
"""Server pushes by namespace."""

__all__ = ["EVENTS", "PUSHES", "Ack", "ErrorAnswer", "Message",
           "annotate", "base", "content", "curate", "http", "stream", "suggestions"]
