"""Bad requests, by their number in the catalogue (H): a typed refusal, nothing stored, neighbours
unaffected, never a 5xx."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from server.fakes import IMAGE, Site, example, served

GOOD = example("good")


def _with(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def _raw(field: str, text: str) -> bytes:
    """A valid example with one field's JSON text replaced."""
    rest = {k: v for k, v in GOOD.items() if k != field}
    return (json.dumps(rest)[:-1] + f', "{field}": {text}}}').encode()


JSON = "application/json"
ROWS: dict[str, tuple[bytes, str, int]] = {
    "H1 empty": (b"", JSON, 400),
    "H2 truncated": (_with()[:-5], JSON, 400),
    "H3 a number": (b"1", JSON, 400),
    "H3 a text": (b'"x"', JSON, 400),
    "H3 null": (b"null", JSON, 400),
    "H4 wrong type": (_with(), "text/plain", 415),
    "H4 no type": (_with(), "", 415),
    "H4 form": (_with(), "application/x-www-form-urlencoded", 415),
    "H4 charset": (_with(), "application/json; charset=utf-16", 415),
    "H5 utf-16": (_with().decode().encode("utf-16"), JSON, 400),
    "H6 bad utf-8": (_with()[:-1] + b', "meta": {"a": "\xff"}}', JSON, 400),
    "H7 bom": (b"\xef\xbb\xbf" + _with(), JSON, 400),
    "H8 nan": (_raw("content", "[[NaN, 0], [0, 0]]"), JSON, 400),
    "H9 infinity": (_raw("content", "[[Infinity, 0], [0, 0]]"), JSON, 400),
    "H9 1e999": (_raw("content", "[[1e999, 0], [0, 0]]"), JSON, 400),
    "H10 twice": (_with()[:-1] + b', "label": "two"}', JSON, 400),
    "H11 deep": (b"[" * 100_000, JSON, 400),
    "H11 deep meta": (_raw("meta", '{"a": ' * 100 + "1" + "}" * 100), JSON, 400),
    "H12 long integer": (_raw("at", "9" * 5000), JSON, 400),
    "H13 beyond 64 bits": (_raw("at", str(2**63)), JSON, 400),
    "H14 id a float": (_raw("id", "9007199254740993.0"), JSON, 400),
    "H14 id an integer": (_raw("id", "7"), JSON, 400),
    "H15 surrogate": (_raw("id", '"\\ud800"'), JSON, 400),
    "H16 nul": (_raw("id", '"a\\u0000b"'), JSON, 400),
    "H18 unknown label": (_with(label="nine"), JSON, 400),
    "H19 boolean label": (_with(label=True), JSON, 400),
    "H19 float label": (_with(label=1.5), JSON, 400),
    "H20 one short": (_with(content=[[1, 2], [3]]), JSON, 400),
    "H21 one long": (_with(content=[[1, 2], [3, 4, 5]]), JSON, 400),
    "H22 texts": (_with(content=[["1", 2], [3, 4]]), JSON, 400),
    "H23 null": (_with(content=[[None, 2], [3, 4]]), JSON, 400),
    "H24 empty id": (_with(id=""), JSON, 400),
    "H24 blank id": (_with(id="  "), JSON, 400),
    "H25 long id": (_with(id="x" * 50_000), JSON, 400),
    "H26 newline": (_with(id="a\nb"), JSON, 400),
    "H26 escape": (_with(id="a\x1b[31mb"), JSON, 400),
    "H26 bidi": (_with(id="a\u202eb"), JSON, 400),
    "H27 over the cap": (_with(meta={"a": "x" * 200_000}), JSON, 413),
    "H28 empty array": (b"[]", JSON, 400),
    "H28 empty lines": (b"\n\n", "application/x-ndjson", 400),
    "H33 many rows": (b"{}\n" * 2000, "application/x-ndjson", 413),
    "H33 many in an array": (json.dumps([0] * 2000).encode(), JSON, 413),
    "H37 year 9999": (_with(at=253370764800), JSON, 400),
    "H37 negative": (_with(at=-1), JSON, 400),
    "unknown field": (_with(role="admin"), JSON, 400),
    "no content": (json.dumps({"id": "x"}).encode(), JSON, 400),
    "large meta": (_with(meta={"a": "x" * 20_000}), JSON, 400),
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    options = {"max_body": 100_000, "max_batch": 1000}
    with served(tmp_path_factory.mktemp("http"), server=options) as found:
        yield found


@pytest.fixture(autouse=True)
def _nothing_stored(here: Site) -> Iterator[None]:
    """What is refused leaves no trace, and the next request works."""
    before = dict(here.service.stored)
    yield
    assert here.service.stored == before
    fine = here.client("source").post("/api/v1/examples", json=example("probe"))
    assert fine.status_code in (200, 202)
    del here.service.stored["probe"]


def _shape(response: Any, status: int) -> None:
    assert response.status_code == status, response.text
    assert set(response.json) == {"ok", "error", "code", "status", "retry_after"}
    assert response.json["ok"] is False
    assert response.json["status"] == status
    assert len(response.json["error"]) < 700


@pytest.mark.parametrize(("body", "kind", "status"), ROWS.values(), ids=ROWS.keys())
def test_refused(here: Site, body: bytes, kind: str, status: int) -> None:
    headers = {"Content-Type": kind} if kind else {}
    _shape(here.client("source").post("/api/v1/examples", data=body, headers=headers), status)


LINES = {name: row for name, row in ROWS.items()
         if row[1] == JSON and row[2] == 400 and row[0].strip() and b"\n" not in row[0]
         and name not in ("H5 utf-16", "H28 empty array", "H11 deep")}


@pytest.mark.parametrize("body", [row[0] for row in LINES.values()], ids=LINES.keys())
def test_h34_one_bad_line_never_sinks_its_neighbours(here: Site, body: bytes) -> None:
    one, two = (json.dumps(example(name)).encode() for name in ("n1", "n2"))
    response = here.client("source").post(
        "/api/v1/examples", data=b"\n".join((one, body, two)),
        content_type="application/x-ndjson")
    assert response.status_code == 202
    assert [item["answer"] for item in response.json["items"]] == ["stored", "rejected", "stored"]
    assert response.json["items"][1]["code"]
    assert response.json["items"][1]["error"]
    del here.service.stored["n1"], here.service.stored["n2"]


def test_h17_without_a_label_is_an_arrival_to_be_asked_about(here: Site) -> None:
    response = here.client("source").post(
        "/api/v1/examples", json={"id": "bare", "content": IMAGE})
    assert response.status_code == 202
    assert here.service.stored.pop("bare").given is None


def test_h29_content_length_that_lies(here: Site) -> None:
    with socket.create_connection(("127.0.0.1", int(here.url.rsplit(":", 1)[1])), 5) as wire:
        body = json.dumps(GOOD).encode()
        wire.sendall(_head(here, f"Content-Length: {len(body) + 10}") + body)
        wire.shutdown(socket.SHUT_WR)
        answer = wire.makefile("rb").read()
    assert b" 400 " in answer.splitlines()[0]


@pytest.mark.parametrize(("lines", "body", "status"), [
    ("Transfer-Encoding: chunked", b"30d40\r\n" + b" " * 200_000 + b"\r\n0\r\n\r\n", b"413"),
    ("Transfer-Encoding: chunked\r\nContent-Length: 5", b"0\r\n\r\n", b"400"),
], ids=["H28 chunked over the cap", "H32 both lengths"])
def test_framing(here: Site, lines: str, body: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(here.url.rsplit(":", 1)[1])), 5) as wire:
        wire.sendall(_head(here, lines) + body)
        answer = wire.makefile("rb").readline()
    assert status in answer


def _head(here: Site, lines: str) -> bytes:
    return ("POST /api/v1/examples HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {here.secrets['source']}\r\n{lines}\r\n\r\n").encode()


def test_h30_compressed_bodies_are_not_inflated(here: Site) -> None:
    import gzip

    response = here.client("source").post(
        "/api/v1/examples", data=gzip.compress(b" " * 5_000_000), content_type=JSON,
        headers={"Content-Encoding": "gzip"})
    _shape(response, 415)


def test_h31_a_body_that_drips_is_given_up(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from cincer.server import body

    monkeypatch.setattr(body, "DEADLINE", 0.0)
    response = here.client("source").post("/api/v1/examples", json=GOOD)
    _shape(response, 400)
    monkeypatch.undo()


def test_h35_same_id_other_content_is_a_conflict(here: Site) -> None:
    client = here.client("source")
    client.post("/api/v1/examples", json=GOOD)
    assert client.post("/api/v1/examples", json=GOOD).json["duplicate"] == 1
    _shape(client.post("/api/v1/examples", json=GOOD | {"label": "two"}), 409)
    del here.service.stored["good"]


def test_h38_markup_is_stored_and_given_back_as_it_came(here: Site) -> None:
    text = "<script>alert(1)</script>"
    here.client("source").post("/api/v1/examples", json=example(text, meta={"note": text}))
    shown = here.client("admin").get(f"/api/v1/examples/{text}")
    assert shown.mimetype == JSON
    assert (shown.json["id"], shown.json["meta"]) == (text, {"note": text})
    del here.service.stored[text]


@pytest.mark.parametrize("name", ["token", "access_token", "api_key"])
def test_h40_a_token_in_the_address_is_refused(here: Site, name: str) -> None:
    secret = here.secrets["admin"]
    _shape(here.client("admin").get(f"/api/v1/stats?{name}={secret}"), 400)


@pytest.mark.parametrize("value", [
    "Bearer {0}, Bearer {0}", "Bearer {0},Bearer {1}", "Basic {0}", "Bearer", "{0}", "Bearer  {0}"])
def test_h41_odd_authorization(here: Site, value: str) -> None:
    header = value.format(here.secrets["admin"], here.secrets["reader"])
    _shape(here.client().get("/api/v1/stats", headers={"Authorization": header}), 401)


def test_h42_methods_are_what_they_are(here: Site) -> None:
    for header in ("X-HTTP-Method-Override", "X-Method-Override"):
        response = here.client("reader").get("/api/v1/stats", headers={header: "POST"})
        assert response.status_code == 200
    _shape(here.client("admin").post("/api/v1/stats"), 405)


@pytest.mark.parametrize("path", [
    "/..%2f..%2fetc%2fpasswd", "/assets/..%2f..%2fapp.py", "/%2e%2e/app.py", "//etc/passwd.txt",
    "/api/v1/nothing", "/api/v2/stats", "/api"])
def test_h43_paths_lead_nowhere(here: Site, path: str) -> None:
    response = here.client("admin").get(path)
    assert response.status_code in (404, 503, 308)
    assert b"import" not in response.data
    assert b"root:" not in response.data


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "9" * 30, "30001", "\u0665"])
def test_bad_parameters(here: Site, text: str) -> None:
    _shape(here.client("source").post(f"/api/v1/examples?wait={text}", json=GOOD), 400)


REPLIES: dict[str, Any] = {
    "W17 null": None, "W17 list": [], "W17 number": 3,
    "W18 no example": {"key": "k"},
    "label with keep": {"key": "k", "example": {"action": "keep", "label": "one"}},
    "relabel without": {"key": "k", "example": {"action": "relabel"}},
    "W24 unknown label": {"key": "k", "example": {"action": "relabel", "label": "nine"}},
    "unknown action": {"key": "k", "example": {"action": "burn"}},
    "W33 long comment": {"key": "k", "example": {"action": "keep"}, "comment": "x" * 2001},
    "W33 control": {"key": "k", "example": {"action": "keep"}, "comment": "a\x07b"},
    "W34 forged": {"key": "k", "example": {"action": "keep"}, "annotator": "boss"},
    "negative time": {"key": "k", "example": {"action": "keep"}, "seconds": -1},
    "another query": {"key": "k", "example": {"action": "keep"}, "query": "q-77"},
    "bad key": {"key": "a b", "example": {"action": "keep"}},
}


@pytest.mark.parametrize("body", REPLIES.values(), ids=REPLIES.keys())
def test_bad_replies(here: Site, body: Any) -> None:
    log = list(here.service.log)
    response = here.client("annotator").post(
        "/api/v1/queries/q-1/reply", data=json.dumps(body), content_type=JSON)
    _shape(response, 400)
    assert here.service.log == log


@pytest.mark.parametrize("name", ["q-", "1", "q-1;drop", "q-" + "9" * 60])
def test_bad_query_names(here: Site, name: str) -> None:
    response = here.client("annotator").post(
        f"/api/v1/queries/{name}/reply", json={"key": "k", "example": {"action": "keep"}})
    _shape(response, 400)


def test_no_answer_in_time_is_unavailable_and_says_when_to_try(here: Site) -> None:
    here.service.hung = True
    try:
        parts = here.app.extensions["cincer"]
        object.__setattr__(parts, "patience", 0.05)
        response = here.client("source").post("/api/v1/examples", json=GOOD)
        _shape(response, 503)
        assert response.headers["Retry-After"] == "1"
        assert here.client().get("/api/v1/health").status_code == 503
    finally:
        here.service.hung = False
        object.__setattr__(parts, "patience", 10.0)
