"""Hashes of the record: the chain over the events, and the salted hash of a payload.

Each event's hash is SHA-256 over the previous hash and the event, every part preceded by its
length, so that no two records share a text. The first previous hash is made of the ledger's own
id: events of one ledger cannot be passed off as another's. An event holds only the salted hash of
its payload; a payload erased together with its salt leaves the chain whole and tells nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import struct

_LENGTHS = struct.Struct(">QIIII")


def genesis(ledger_id: str) -> bytes:
    """The hash before the first event of the ledger with this id."""
    return hashlib.sha256(f"cincer ledger 1\n{ledger_id}".encode()).digest()


def link(previous: bytes, seq: int, kind: str, actor: str, body: str, payload: bytes) -> bytes:
    """SHA-256 of event `seq`; `payload` is the salted hash of its payload, b"" for none."""
    k, a, b = kind.encode(), actor.encode(), body.encode()
    lengths = _LENGTHS.pack(seq, len(k), len(a), len(b), len(payload))
    return hashlib.sha256(b"".join((previous, lengths, k, a, b, payload))).digest()


def new_salt() -> bytes:
    """16 random bytes."""
    return secrets.token_bytes(16)


def payload_hash(salt: bytes, content: str, meta: str) -> bytes:
    """SHA-256 of a payload's JSON texts under its salt."""
    c = content.encode()
    return hashlib.sha256(b"".join((salt, struct.pack(">Q", len(c)), c, meta.encode()))).digest()
