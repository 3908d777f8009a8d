"""The durable record of a session: an event log in SQLite, and tables that are folds of it."""

from .batch import Answer, Batch, Payload
from .read import Assertion, Example, Record
from .store import Ledger

__all__ = ["Answer", "Assertion", "Batch", "Example", "Ledger", "Payload", "Record"]
