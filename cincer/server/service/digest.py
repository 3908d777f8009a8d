"""What a command asks for, as a digest: the same key with another digest is another request."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from .. import commands as c


def request_digest(command: c.Command) -> str:
    """SHA-256 (hex) of what a command asks for, whoever asks and under whatever key."""
    body = asdict(command)
    del body["actor"], body["key"]
    if not body.get("others", True):
        del body["others"]
    text = json.dumps([type(command).__name__, body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
