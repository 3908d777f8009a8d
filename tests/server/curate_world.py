"""A real server on a free port around the real session thread; the compute processes are fakes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from server.fakes import _Quiet
from server.live_world import World, world
from server.wires import Wire
from werkzeug.serving import make_server

from cincer.server.app import close_app, create_app
from cincer.server.auth.tokens import Tokens

PEOPLE = {"admin": "admin", "cara": "curator", "carl": "curator", "reader": "reader",
          "source": "source", "annotator": "annotator"}


class Place:
    """Asks as one of `PEOPLE`."""

    def __init__(self, folder: Path, world: World, url: str, tokens: Tokens) -> None:
        self.world, self.url = world, url
        self.secrets = {name: tokens.create(name, [role])[1] for name, role in PEOPLE.items()}
        self._keys = 0

    def ask(self, who: str, method: str, path: str, said: Any = None) -> Any:
        """The answer, an error's too."""
        body = None if said is None else json.dumps(said).encode()
        request = Request(self.url + "/api/v1" + path, body, method=method, headers={
            "Authorization": f"Bearer {self.secrets[who]}", "Content-Type": "application/json"})
        try:
            with urlopen(request) as response:
                return json.load(response)
        except HTTPError as error:
            with error:
                return json.load(error)

    def get(self, path: str, who: str = "cara") -> Any:
        return self.ask(who, "GET", "/curate" + path)

    def post(self, path: str, who: str = "cara", **said: Any) -> Any:
        return self.ask(who, "POST", "/curate" + path, said)

    def act(self, action: str, *ids: str, who: str = "cara", **more: Any) -> Any:
        """An act on what is on the screen now."""
        self._keys += 1
        said = {"key": f"k{self._keys}", "action": action, "ids": ids,
                "seen": self.get("/matrix")["seq"]} | more
        return self.post("/acts", who, **said)

    def wire(self, who: str = "cara") -> Wire:
        found = Wire(self.url, self.secrets[who])
        assert found.join("/curate").startswith("40")
        return found

    def stream(self, *labels: str | None, split: str | None = None) -> None:
        """Arrivals with these labels, decided; the fake model says a, b, c, a, b, c and so on."""
        first = self.world.service.stats().received
        meta = {} if split is None else {"meta": {"split": split}}
        rows = [{"id": f"e{n}", "content": [float(n), 0.0, 1.5, -2.0], "label": label, **meta}
                for n, label in enumerate(labels, first)]
        told = self.ask("source", "POST", "/examples?wait=5000", rows)
        assert told["stored"] == len(labels), told

    def counts(self) -> dict[tuple[str, str], int]:
        """Number of items in each cell of disagreement."""
        return {(row["label"], cell["predicted_label"]): cell["count"]
                for row in self.get("/matrix")["rows"] for cell in row["cells"]}


@contextmanager
def serving(folder: Path, *, fresh: bool = True, **settings: Any) -> Iterator[Place]:
    """A place with six known examples, two of each class, which the model agrees with; with `fresh`
    off, what was in the folder."""
    with world(folder, **settings) as found:
        tokens = Tokens(folder)
        app = create_app(found.service, found.settings, found.schema, tokens,
                         found.service.archive)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        server.daemon_threads, server.block_on_close = True, False  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        place = Place(folder, found, f"http://127.0.0.1:{server.server_port}", tokens)
        try:
            if fresh:
                place.stream("a", "b", "c", "a", "b", "c")
            yield place
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
            close_app(app)
