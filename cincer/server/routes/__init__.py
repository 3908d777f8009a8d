"""HTTP `/api/v1`: one table of routes, each with its action of the access table.

`route` what a route is, `examples`, `queries`, `control`, `reading`, `studies`, `curate`,
`suggestions`, `weights` the handlers, `metrics` the Prometheus text, `openapi` the document made
from the table, `pages` login and the web application.
"""

from __future__ import annotations

from .control import ROUTES as _CONTROL
from .curate import ROUTES as _CURATE
from .examples import ROUTES as _EXAMPLES
from .openapi import ROUTES as _OPENAPI
from .queries import ROUTES as _QUERIES
from .reading import ROUTES as _READING
from .route import Route
from .studies import ROUTES as _STUDIES
from .suggestions import ROUTES as _SUGGESTIONS
from .weights import ROUTES as _WEIGHTS

ROUTES: tuple[Route, ...] = (*_EXAMPLES, *_QUERIES, *_CONTROL, *_READING, *_STUDIES,
                             *_CURATE, *_SUGGESTIONS, *_WEIGHTS, *_OPENAPI)
