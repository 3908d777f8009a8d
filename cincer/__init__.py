"""cincer: cleans the labels of a stream while it still arrives, with people in the loop.

`cincer.Session` runs the loop in process; everything else is reached by its module. Importing the
package imports neither torch nor flask, so that `cincer --help` answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .inprocess import Session

__version__ = "0.1.0"
__all__ = ["Session", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Session":
        from .inprocess import Session

        return Session
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
