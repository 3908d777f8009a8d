"""`cincer token` beside whatever server uses the same folder."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cincer.cli import main
from cincer.errors import Unauthenticated
from cincer.server.auth.tokens import Tokens


@pytest.fixture
def token(tmp_path):
    def run(*words):
        return CliRunner().invoke(main, ["token", *words, "--data-dir", str(tmp_path)])

    return run


def test_a_created_token_is_valid_and_shown_once(token, tmp_path):
    secret = token("create", "anna", "--role", "annotator").stdout.strip()
    assert Tokens(tmp_path).check(secret).name == "anna"
    assert secret not in (tmp_path / "tokens.json").read_text()
    assert secret not in token("list").output


def test_a_revoked_token_is_not_valid(token, tmp_path):
    made = json.loads(token("create", "bob", "--role", "source", "--json").stdout)
    assert token("revoke", made["id"]).exit_code == 0
    with pytest.raises(Unauthenticated):
        Tokens(tmp_path).check(made["token"])
    assert json.loads(token("list", "--json").stdout)[0]["state"] == "revoked"


@pytest.mark.parametrize(("words", "code", "told"), [
    (("create", "x", "--role", "king"), 2, "king"),
    (("create", "x"), 2, "role"),
    (("create", "\x07", "--role", "admin"), 2, "printable"),
    (("create", "x", "--role", "admin", "--days", "0"), 2, "0"),
    (("revoke", "nobody"), 1, "nobody"),
])
def test_what_is_wrong_is_said(token, words, code, told):
    found = token(*words)
    assert found.exit_code == code
    assert told in found.stderr
