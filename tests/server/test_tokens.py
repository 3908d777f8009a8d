"""The file of tokens: secrets are not in it, it is private, and it is shared."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import pytest

from cincer.errors import InvalidInput, NotFound, Unauthenticated, UnknownName
from cincer.server.auth.login import Codes
from cincer.server.auth.tokens import Tokens


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(tmp_path: Path, clock: Clock) -> Tokens:
    return Tokens(tmp_path, clock)


def test_a_secret_names_its_token_and_is_nowhere_in_the_file(tokens: Tokens) -> None:
    token, secret = tokens.create("anna", ["annotator", "curator"], lifetime=60)
    assert tokens.check(secret) == token
    assert token.roles == ("annotator", "curator")
    assert token.expires == 1060
    text = tokens.path.read_text()
    assert secret not in text
    assert secret.removeprefix("cincer_") not in text
    assert len(secret.removeprefix("cincer_")) >= 43


@pytest.mark.skipif(sys.platform == "win32", reason="no file modes")
def test_the_file_is_private_and_a_public_one_is_refused(tokens: Tokens) -> None:
    tokens.create("anna", ["annotator"])
    assert tokens.path.stat().st_mode & 0o777 == 0o600
    tokens.path.chmod(0o644)
    with pytest.raises(InvalidInput, match="chmod 600"):
        Tokens(tokens.path.parent)


@pytest.mark.parametrize("secret", ["", "cincer_", "anna", "x" * 5000, "\ud800",
                                    "cincer_" + "A" * 43])
def test_other_words_are_no_secrets(tokens: Tokens, secret: str) -> None:
    tokens.create("anna", ["annotator"])
    with pytest.raises(Unauthenticated):
        tokens.check(secret)


def test_expiry(tokens: Tokens, clock: Clock) -> None:
    _, secret = tokens.create("anna", ["annotator"], lifetime=60)
    clock.now += 59.9
    tokens.check(secret)
    clock.now += 0.1
    with pytest.raises(Unauthenticated):
        tokens.check(secret)


def test_another_process_sees_changes_at_once(tokens: Tokens, clock: Clock) -> None:
    other = Tokens(tokens.path.parent, clock)
    token, secret = tokens.create("anna", ["annotator"])
    assert other.check(secret).id == token.id
    other.revoke(token.id)
    with pytest.raises(Unauthenticated):
        tokens.check(secret)
    assert tokens.dead([token.id, "unknown"]) == {token.id, "unknown"}


def test_revoking_by_name_ends_all_of_that_name_and_a_parent_its_children(tokens: Tokens) -> None:
    one, _ = tokens.create("anna", ["annotator"])
    _, two = tokens.create("anna", ["curator"])
    _, child = tokens.create("anna", ["annotator"], parent=one.id)
    _, other = tokens.create("ben", ["annotator"])
    tokens.revoke(one.id)
    with pytest.raises(Unauthenticated):
        tokens.check(child)
    tokens.check(two)
    tokens.revoke("anna")
    with pytest.raises(Unauthenticated):
        tokens.check(two)
    tokens.check(other)
    with pytest.raises(NotFound):
        tokens.revoke("nobody")


def test_bad_names_and_roles(tokens: Tokens) -> None:
    for name in ("", " anna", "a\nb", "x" * 101, "a\u202eb"):
        with pytest.raises(InvalidInput):
            tokens.create(name, ["annotator"])
    with pytest.raises(UnknownName, match="annotator"):
        tokens.create("anna", ["anotator"])
    with pytest.raises(InvalidInput):
        tokens.create("anna", [])


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    def write(name: str) -> None:
        mine = Tokens(tmp_path)
        for _ in range(8):
            mine.create(name, ["reader"])

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Tokens(tmp_path).all()) == 24
    assert {p.name for p in tmp_path.iterdir()} == {"tokens.json", "tokens.lock"}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"tokens": [{}]}', '{"tokens": [1]}'])
def test_a_broken_file_is_told_not_overwritten(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(InvalidInput, match="not a file of tokens"):
        Tokens(tmp_path)
    assert path.read_text() == text


def test_ended_logins_are_forgotten_after_a_week_but_tokens_are_kept(
    tokens: Tokens, clock: Clock
) -> None:
    parent, _ = tokens.create("anna", ["annotator"])
    child, _ = tokens.create("anna", ["annotator"], lifetime=60, parent=parent.id)
    clock.now += 8 * 86400
    tokens.create("ben", ["reader"])
    ids = {entry["id"] for entry in json.loads(tokens.path.read_text())["tokens"]}
    assert parent.id in ids
    assert child.id not in ids


class TestCodes:
    def test_a_code_is_good_once(self, tokens: Tokens, clock: Clock) -> None:
        codes = Codes(tokens, clock)
        token, _ = tokens.create("anna", ["annotator"])
        code, ends = codes.issue(token.id)
        assert ends == 1060
        login, secret = codes.exchange(code)
        assert (login.name, login.roles, login.parent) == ("anna", ("annotator",), token.id)
        assert tokens.check(secret).id == login.id
        with pytest.raises(Unauthenticated):
            codes.exchange(code)

    def test_a_code_ends_after_a_minute_and_with_its_token(
        self, tokens: Tokens, clock: Clock
    ) -> None:
        codes = Codes(tokens, clock)
        token, _ = tokens.create("anna", ["annotator"])
        late, _ = codes.issue(token.id)
        clock.now += 60
        with pytest.raises(Unauthenticated):
            codes.exchange(late)
        soon, _ = codes.issue(token.id)
        tokens.revoke(token.id)
        with pytest.raises(Unauthenticated):
            codes.exchange(soon)

    def test_a_login_made_from_a_login_hangs_on_the_first_token(
        self, tokens: Tokens, clock: Clock
    ) -> None:
        codes = Codes(tokens, clock)
        token, _ = tokens.create("anna", ["annotator"])
        first, _ = codes.exchange(codes.issue(token.id)[0])
        second, secret = codes.exchange(codes.issue(first.id)[0])
        assert second.parent == token.id
        tokens.revoke(first.id)
        tokens.check(secret)


def test_the_lock_is_freed_by_an_error(tmp_path: Path) -> None:
    from cincer.server.auth.locked import locked

    with pytest.raises(RuntimeError), locked(tmp_path / "lock"):
        raise RuntimeError
    with locked(tmp_path / "lock"):
        pass
