"""A project of one's own, over HTTP alone: push, lease, reply, export."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request

import numpy as np
import pytest
from demo.conftest import until

from cincer.server.auth.tokens import Tokens


@pytest.fixture
def project(start, tmp_path):
    """A running `cincer serve` with 30 known examples in two clusters; a caller by role."""
    found = start("serve", "--classes", "cat,dog", "--features", "3", "--bootstrap", "30",
                  "--port", "0", "--audit-share", "0", "--data-dir", str(tmp_path))
    secrets = {role: Tokens(tmp_path).create(role, [role])[1]
               for role in ("source", "annotator", "curator")}
    base = found.url

    def call(role, method, path, body=None, kind="application/json"):
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(
            body).encode()
        headers = {"Authorization": f"Bearer {secrets[role]}", "Content-Type": kind}
        request = urllib.request.Request(
            f"{base}/api/v1/{path}", data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            return json.load(error)
        return json.loads(text) if text.startswith("{") else text

    found.call, found.folder, found.secrets = call, tmp_path, secrets
    return found


def _rows(count, first=0, wrong=()):
    draw = np.random.default_rng(7)
    for n in range(first, first + count):
        label = n % 2
        x = draw.normal(size=3) + 4 * label
        given = 1 - label if n in wrong else label
        yield {"id": f"e-{n}", "content": x.tolist(), "label": ("cat", "dog")[given]}


def _ndjson(rows):
    return "\n".join(json.dumps(row) for row in rows).encode()


def test_push_lease_reply_export_without_a_websocket(project):
    call = project.call
    told = call("source", "POST", "examples", _ndjson(_rows(30)), "application/x-ndjson")
    assert (told["stored"], told["rejected"]) == (30, 0)
    wrong = next(_rows(1, 30, wrong=(30,)))
    told = call("source", "POST", "examples?wait=20000", wrong)
    assert told["items"][0]["decision"] == "asked"
    leased = until(lambda: call("annotator", "POST", "queries/lease", {"count": 1})["queries"])
    [query] = leased
    assert query["example"]["id"] == "e-30"
    assert query["example"]["given_label"] == "dog"
    assert query["counter_example"]["given_label"] == "cat"
    reply = {"key": "k1", "example": {"action": "relabel", "label": "cat"},
             "counter_example": {"action": "keep"}, "seconds": 3.2, "comment": "a cat"}
    first = call("annotator", "POST", f"queries/{query['query']}/reply", reply)
    assert first["counted"]
    assert {c["id"]: c["after"] for c in first["changes"]}["e-30"] == "cat"
    assert call("annotator", "POST", f"queries/{query['query']}/reply", reply) == first
    other = {**reply, "example": {"action": "keep"}}
    assert call("annotator", "POST", f"queries/{query['query']}/reply", other)["code"] == "conflict"
    example = call("curator", "GET", "examples/e-30")
    assert (example["labels"]["observed"], example["labels"]["human"]) == ("dog", "cat")
    rows = call("curator", "GET", "export?format=labels").splitlines()
    assert any(row.startswith("e-30,cat,dog,cat") for row in rows)


def test_a_bad_row_sinks_nothing_and_a_duplicate_is_told(project):
    call = project.call
    good = list(_rows(3))
    bad = {"id": "e-x", "content": [1, "two", 3], "label": "cat"}
    told = call("source", "POST", "examples", _ndjson([*good[:2], bad, good[2], good[0]]),
                "application/x-ndjson")
    assert [item["answer"] for item in told["items"]] == [
        "stored", "stored", "rejected", "stored", "duplicate"]
    assert told["items"][2]["error"]


def test_a_token_does_only_what_its_role_may(project):
    assert project.call("annotator", "POST", "examples", next(_rows(1)))["code"] == "forbidden"
    assert project.call("source", "GET", "export?format=labels")["code"] == "forbidden"


def test_push_command_goes_through(project, tmp_path):
    file = tmp_path / "more.jsonl"
    file.write_bytes(_ndjson(_rows(40, 100)))
    done = subprocess.run(
        [sys.executable, "-m", "cincer", "push", str(file), "--url", project.url, "--token",
         project.secrets["source"], "--json"],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["stored"] == 40


def test_the_worker_ends_in_order(project):
    project.call("source", "POST", "examples", _ndjson(_rows(5)), "application/x-ndjson")
    assert project.interrupt() == 0
    assert "Traceback" not in "".join(project.printed)
