"""Bad websocket traffic, by its number in the catalogue (W): every numbered event is answered,
nothing is stored, the neighbour does not notice."""

from __future__ import annotations

import json
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket
from hypothesis import given, settings
from hypothesis import strategies as st
from server.fakes import Site, example, served
from server.wires import Wire

from cincer.server import gate, limits
from cincer.server.sockets import packets
from cincer.server.sockets.inbound import STRIKES

REPLY = {"query": "q-1", "epoch": 1, "key": "k", "example": {"action": "keep"}}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("sockets")) as found:
        found.token("neighbour", "annotator")
        found.client("source").post("/api/v1/examples", json=[example("q1"), example("q2")])
        yield found


@pytest.fixture
def wire(here: Site) -> Iterator[Wire]:
    found = Wire(here.url, here.secrets["annotator"])
    assert found.join().startswith("40/annotate,")
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _neighbour_is_fine(here: Site) -> Iterator[None]:
    other = Wire(here.url, here.secrets["neighbour"])
    other.join()
    yield
    assert other.ask("session:resume", {"push": 0})["ok"] is True
    other.close()


NUMBERED: dict[str, str] = {
    "W3 binary event": '451-/annotate,7["query:reply",{"_placeholder":true,"num":0}]',
    "W4 many attachments": '459999999-/annotate,7["query:reply",{}]',
    "W5 packet type 8": '48/annotate,7["x",{}]',
    "W8 cut short": "42/annotate,7[",
    "W9 empty list": "42/annotate,7[]",
    "W10 object": "42/annotate,7{}",
    "W11 name a number": "42/annotate,7[1,{}]",
    "W11 name null": "42/annotate,7[null,{}]",
    "W12 unknown event": '42/annotate,7["query:burn",{}]',
    "W13 connect": '42/annotate,7["connect",{}]',
    "W13 disconnect": '42/annotate,7["disconnect",{}]',
    "W14 unknown namespace": '42/nowhere,7["query:reply",{}]',
    "W14 not joined": '42/stream,7["example:push",{"key":"k","examples":[1]}]',
    "W14 event of another": '42/annotate,7["example:push",{"key":"k","examples":[1]}]',
    "W17 null": '42/annotate,7["query:reply",null]',
    "W17 list": '42/annotate,7["query:reply",[]]',
    "W17 number": '42/annotate,7["query:reply",3]',
    "W17 nothing": '42/annotate,7["query:reply"]',
    "W17 two": '42/annotate,7["query:reply",{},{}]',
    "W18 no query": '42/annotate,7["query:reply",{"key":"k","example":{"action":"keep"}}]',
    "W32 deep": '42/annotate,7["query:reply",' + "[" * 9000 + "]" * 9000 + "]",
    "W32 deep, open": '42/annotate,7["query:reply",' + "[" * 9000,
    "nan": '42/annotate,7["query:reply",{"seconds":NaN}]',
    "twice": '42/annotate,7["query:lease",{"key":"a","key":"b"}]',
    "nul": '42/annotate,7["query:lease",{"key":"a\\u0000"}]',
    "surrogate": '42/annotate,7["query:lease",{"key":"\\ud800"}]',
}


@pytest.mark.parametrize("text", NUMBERED.values(), ids=NUMBERED.keys())
def test_numbered_packets_are_answered(here: Site, wire: Wire, text: str) -> None:
    log = list(here.service.log)
    namespace = text[text.index("/"):text.index(",")]
    told = wire.raw(text, namespace=namespace)
    assert told["ok"] is False
    assert 400 <= told["status"] < 500
    assert len(told["error"]) < 700
    assert here.service.log == log
    assert wire.ask("session:resume", {"push": 0})["ok"] is True


SILENT: dict[str, str | bytes] = {
    "W6 text": "zzz", "W7 empty": "", "W8 no number": "42/annotate,[", "W10": "42/annotate,{}",
    "W15 long number": '42/annotate,' + "9" * 200 + '["query:lease",{"key":"k"}]',
    "W16 ack unasked": "43/annotate,99[1]", "bytes": b"\x04\x00", "4 alone": "4",
    "type 4": "44/annotate,{}", "engine type 7": "7x", "unicode number": "42/annotate,٣[]",
}


@pytest.mark.parametrize("raw", SILENT.values(), ids=SILENT.keys())
def test_unnumbered_nonsense_is_survived(here: Site, wire: Wire, raw: str | bytes) -> None:
    log = list(here.service.log)
    try:
        wire.ws.send(raw) if isinstance(raw, str) else wire.ws.send_binary(raw)
        assert wire.ask("session:resume", {"push": 0})["ok"] is True
    except (websocket.WebSocketException, ConnectionError, OSError):
        pass
    assert [c for c in here.service.log if c not in log and type(c).__name__ != "Gone"] == []


def test_w1_a_message_over_the_cap_closes(wire: Wire) -> None:
    wire.ws.send('42/annotate,7["query:flag",{"comment":"' + "x" * gate.FRAME + '"}]')
    assert wire.closed()


def test_w1_a_source_may_send_more(here: Site) -> None:
    wire = Wire(here.url, here.secrets["source"])
    wire.join("/stream")
    big = example("big", meta={"a": "x" * 10_000})
    told = wire.ask("example:push", {"key": "k", "examples": [big] * 10}, namespace="/stream")
    assert (told["stored"], told["duplicate"]) == (1, 9)
    wire.ws.send("42/stream,8" + "x" * gate.SOURCE_FRAME)
    assert wire.closed()


def test_w2_fragments_without_end_close(wire: Wire) -> None:
    def fragment(opcode: int, data: bytes) -> bytes:
        return struct.pack("!BBH", opcode, 0x80 | 126, len(data)) + bytes(4) + data

    with pytest.raises(OSError):  # noqa: PT011, PT012
        wire.ws.sock.sendall(fragment(1, b"4" * 1000))
        for _ in range(200):
            wire.ws.sock.sendall(fragment(0, b"x" * 1000))
            time.sleep(0.001)
        if wire.closed():
            raise ConnectionResetError


def test_w19_a_query_never_issued(wire: Wire) -> None:
    told = wire.ask("query:reply", REPLY | {"query": "q-999"})
    assert (told["code"], told["status"]) == ("not_found", 404)


def test_w20_to_w23_leases_keys_and_labels(here: Site, wire: Wire) -> None:
    held = wire.ask("query:lease", {"count": 1, "key": "lease-1"})["held"][0]
    other = Wire(here.url, here.secrets["neighbour"])
    other.join()
    assert other.ask("query:reply", REPLY | {"query": held})["code"] == "not_found"
    assert wire.ask("query:reply", REPLY | {"query": held, "epoch": 0})["code"] == "stale"
    bad = {"action": "relabel", "label": "nine"}
    told = wire.ask("query:reply", REPLY | {"query": held, "example": bad})
    assert told["code"] == "unknown_name"
    fine = REPLY | {"query": held, "key": "reply-1"}
    first = wire.ask("query:reply", fine)
    assert first["ok"] is True
    assert wire.ask("query:reply", fine) == first
    changed = fine | {"example": {"action": "unsure"}}
    assert wire.ask("query:reply", changed)["code"] == "conflict"
    assert wire.ask("query:reply", fine | {"key": "reply-2"})["code"] == "stale"
    other.close()


def test_w26_before_connect(here: Site) -> None:
    wire = Wire(here.url, here.secrets["annotator"])
    told = wire.ask("query:reply", REPLY)
    assert told["ok"] is False
    assert "join" in told["error"]
    assert wire.join().startswith("40")
    wire.close()


def test_w27_never_connecting_is_closed(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cincer.server.sockets.hub.DEADLINE", 0.3)
    wire = Wire(here.url, here.secrets["annotator"])
    assert wire.closed(3)


def test_w28_a_second_connect_is_refused_and_harmless(wire: Wire) -> None:
    assert wire.join().startswith("44")
    assert wire.ask("session:resume", {"push": 0})["ok"] is True


def test_w29_a_burst_is_answered_in_order(wire: Wire) -> None:
    for number in range(1000):
        wire.ws.send(f'42/annotate,{number}["session:resume",{{"push":0}}]')
    numbers = []
    while len(numbers) < 1000:
        raw = wire.until("43/annotate,")
        numbers.append(int(raw[len("43/annotate,"):raw.index("[")]))
        assert '"ok":true' in raw
    assert numbers == list(range(1000))


def test_w29_a_flood_is_told_to_wait(here: Site, wire: Wire) -> None:
    parts = here.app.extensions["cincer"]
    object.__setattr__(parts, "limits", limits.Limits(actors=limits.Buckets(0.1, 5, "requests")))
    try:
        told = [wire.ask("session:resume", {"push": 0}) for _ in range(8)]
    finally:
        object.__setattr__(parts, "limits", limits.Limits())
    assert [t["ok"] for t in told] == [True] * 5 + [False] * 3
    assert told[-1]["code"] == "busy"
    assert told[-1]["retry_after"] > 0


def test_w31_who_reads_nothing_is_hung_up_and_costs_little(here: Site) -> None:
    slow = Wire(here.url, here.secrets["annotator"])
    slow.join()
    hub = here.app.extensions["cincer.hub"]
    before = threading.active_count()
    for _ in range(400):
        hub.server.emit("stats:updated", {"x": "y" * 50_000}, namespace="/annotate",
                        to="of annotator")
    end = time.monotonic() + 5
    while threading.active_count() >= before and time.monotonic() < end:
        time.sleep(0.02)
    assert threading.active_count() < before
    slow.close()


def test_w33_w34_comments_and_forged_fields(wire: Wire) -> None:
    for change in ({"comment": "x" * 2001}, {"comment": "a\x1bb"}, {"role": "admin"},
                   {"annotator": "boss"}, {"worker": "w"}):
        assert wire.ask("query:reply", REPLY | change)["code"] == "invalid"


@pytest.mark.parametrize(("origin", "opens"), [
    ("https://evil.example", False), ("null", False), ("http://127.0.0.1", False),
    ("{url}.evil.example", False), ("{url}", True), (None, True)])
def test_w35_w36_origins(here: Site, origin: str | None, opens: bool) -> None:
    headers = {} if origin is None else {"Origin": origin.format(url=here.url)}
    if opens:
        Wire(here.url, here.secrets["annotator"], **headers).close()
        return
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        Wire(here.url, here.secrets["annotator"], **headers)


def test_w37_revoking_closes_within_a_second(here: Site) -> None:
    wire = Wire(here.url, here.token("leaver", "annotator"))
    wire.join()
    began = time.monotonic()
    here.tokens.revoke("leaver")
    assert wire.closed(2)
    assert time.monotonic() - began < 1


def test_w37_an_expired_token_closes_too(here: Site) -> None:
    wire = Wire(here.url, here.token("guest", "annotator", lifetime=0.6))
    wire.join()
    assert wire.closed(2)


def test_w38_polling_is_not_served(here: Site) -> None:
    for query in ("EIO=4&transport=polling", "EIO=4", "", "EIO=4&transport=websocket"):
        response = here.client("annotator").get(f"/socket.io/?{query}")
        assert response.status_code == 400
        assert response.json["ok"] is False


def test_w39_compression_is_not_agreed(here: Site) -> None:
    wire = Wire(here.url, here.secrets["annotator"],
                Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits")
    assert "sec-websocket-extensions" not in wire.ws.headers
    wire.close()


def test_many_strikes_close(wire: Wire) -> None:
    with pytest.raises((websocket.WebSocketException, OSError)):  # noqa: PT012
        for _ in range(STRIKES + 2):
            wire.ws.send("42/annotate,[")
        if wire.closed():
            raise ConnectionResetError


def test_no_cookie_without_an_origin(here: Site) -> None:
    name = here.app.extensions["cincer"].cookie
    cookie = f"{name}={here.secrets['annotator']}"
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        Wire(here.url, Cookie=cookie)
    Wire(here.url, Cookie=cookie, Origin=here.url).close()


def test_bad_tokens_start_nothing(here: Site) -> None:
    before = threading.active_count()
    for number in range(20):
        with pytest.raises(websocket.WebSocketBadStatusException, match=r"401|429"):
            Wire(here.url, f"cincer_{number}")
    time.sleep(0.1)
    assert threading.active_count() <= before + 2


def test_the_caps(tmp_path: Path) -> None:
    with served(tmp_path, server={"max_sockets": 2}) as found:
        wires = [Wire(found.url, found.secrets["annotator"]) for _ in range(2)]
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            Wire(found.url, found.secrets["annotator"])
        assert refused.value.status_code == 503
        assert refused.value.resp_headers["retry-after"] == "5"
        assert found.client().get("/api/v1/health").status_code == 200
        wires[0].close()
        end = time.monotonic() + 3
        while len(found.app.extensions["cincer.hub"]._slots.all()) > 1 < end - time.monotonic():
            time.sleep(0.01)
        Wire(found.url, found.secrets["annotator"]).close()
        wires[1].close()


def test_pending_sockets_of_one_address_are_capped() -> None:
    slots = gate.Slots(100, pending=3)
    one = [gate.Slot(Any, "1.1.1.1", None) for _ in range(4)]  # type: ignore[arg-type]
    for slot in one[:3]:
        slots.add(slot)
    with pytest.raises(gate.Unavailable):
        slots.add(one[3])
    slots.add(gate.Slot(Any, "2.2.2.2", None))  # type: ignore[arg-type]
    one[0].ready = True
    slots.add(one[3])


@settings(max_examples=300)
@given(st.text(max_size=80) | st.binary(max_size=20))
def test_any_packet_is_read_or_refused(raw: str | bytes) -> None:
    packet = packets.decode(raw)
    assert packet.kind in (0, 1, 2, 3)
    assert packet.namespace.startswith("/")


@settings(max_examples=200)
@given(st.sampled_from(["/annotate,", "/stream,", ""]), st.none() | st.integers(0, 10**15 - 1),
       st.recursive(st.none() | st.integers(-9, 9) | st.text(
           st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=4),
           lambda inner: st.lists(inner, max_size=3), max_leaves=8))
def test_good_packets_read_as_they_are(place: str, number: int | None, data: Any) -> None:
    text = f"2{place}{'' if number is None else number}{json.dumps([data])}"
    packet = packets.decode(text)
    assert packet == packets.Packet(2, place.rstrip(",") or "/", number, [data])
