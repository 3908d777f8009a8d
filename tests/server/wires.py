"""A websocket in the raw, to say what no client library would say."""

from __future__ import annotations

import json
import time
from typing import Any

import websocket

PATH = "/socket.io/?EIO=4&transport=websocket"


class Wire:
    """One Engine.IO connection. `ask` waits for the numbered answer."""

    def __init__(self, url: str, secret: str | None = None, **headers: str) -> None:
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if secret:
            lines.append(f"Authorization: Bearer {secret}")
        self.ws = websocket.create_connection(
            url.replace("http", "ws", 1) + PATH, header=lines, suppress_origin=True, timeout=5)
        self.pushes: list[tuple[str, Any]] = []
        assert self.ws.recv().startswith("0{")

    def join(self, namespace: str = "/annotate") -> Any:
        """Sends CONNECT; the answer's text."""
        self.ws.send(f"40{namespace},")
        return self.until(f"40{namespace},", f"44{namespace},")

    def until(self, *starts: str, seconds: float = 5.0) -> str:
        """The first message with one of these beginnings; pushes met on the way are kept."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            raw = self.ws.recv()
            if isinstance(raw, str) and raw.startswith(starts):
                return raw
            if raw == "2":
                self.ws.send("3")
            elif isinstance(raw, str) and raw.startswith("42"):
                self.pushes.append(tuple(json.loads(raw[raw.index("["):])))
            elif not raw:
                raise ConnectionError("closed")
        raise TimeoutError(starts)

    def ask(self, event: str, data: Any, number: int = 7, namespace: str = "/annotate") -> Any:
        """The acknowledgement of an event."""
        return self.raw(f"42{namespace},{number}" + json.dumps([event, data]), number, namespace)

    def raw(self, text: str, number: int = 7, namespace: str = "/annotate") -> Any:
        """Sends `text`, waits for the acknowledgement with this number."""
        self.ws.send(text)
        place = "" if namespace == "/" else f"{namespace},"
        start = f"43{place}{number}["
        return json.loads(self.until(start)[len(start) - 1:])[0]

    def closed(self, seconds: float = 5.0) -> bool:
        """Whether the server closes within so many seconds."""
        self.ws.settimeout(seconds)
        try:
            while True:
                raw = self.ws.recv()
                if raw == "2":
                    self.ws.send("3")
                elif raw in ("", b""):
                    return True
        except websocket.WebSocketTimeoutException:
            return False
        except (websocket.WebSocketException, OSError):
            return True
        finally:
            self.close()

    def close(self) -> None:
        """Drops the connection without a word, as a laptop that is shut does."""
        self.ws.shutdown()
