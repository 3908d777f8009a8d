"""Login by link, cookies, the web application's files, and the headers of every response."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server.fakes import Site, example, site

from cincer.server.routes import ROUTES
from cincer.server.routes.pages import NOT_BUILT

HEADERS = {
    "Content-Security-Policy":
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
        "connect-src 'self' ws://localhost; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
PATHS = [
    *sorted({"/api/v1" + re.sub("<.*>", "q-1", route.rule) for route in ROUTES}),
    "/", "/answer", "/login", "/login?code=x", "/assets/app-1.js", "/missing.js",
    "/socket.io/?EIO=4&transport=polling", "/api/v1/none", "/api/v1/stats?token=x"]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>cincer</title>")
    (static / "assets" / "app-1.js").write_text("1")
    (static / "favicon.svg").write_text("<svg/>")
    with site(tmp_path / "data", static=static) as found:
        yield found


@pytest.mark.parametrize("role", [None, "admin"])
def test_every_response_carries_the_headers(here: Site, role: str | None) -> None:
    seen = 0
    for path in PATHS:
        for method in ("GET", "POST", "OPTIONS", "DELETE"):
            response = here.client(role).open(path, method=method)
            got = {name: response.headers.getlist(name) for name in HEADERS}
            assert got == {name: [value] for name, value in HEADERS.items()}, (method, path)
            assert "Access-Control-Allow-Origin" not in response.headers
            assert not re.search(r"\d", response.headers.get("Server", ""))
            seen += 1
    assert seen == 4 * len(PATHS)


def test_an_odd_host_gets_no_place_in_the_policy(here: Site) -> None:
    response = here.client().get("/", headers={"Host": "x; script-src *"})
    assert "connect-src 'self';" in response.headers["Content-Security-Policy"]


def test_https_is_kept_to(here: Site) -> None:
    response = here.client().get("/", base_url="https://localhost")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "wss://localhost" in response.headers["Content-Security-Policy"]


class TestLogin:
    def link(self, here: Site, role: str = "annotator") -> str:
        url: str = here.client(role).post("/api/v1/login-links").json["url"]
        return url.removeprefix("http://localhost")

    def test_a_link_becomes_a_cookie_and_leads_away(self, here: Site) -> None:
        browser, link = here.client(), self.link(here)
        response = browser.get(link)
        assert (response.status_code, response.headers["Location"]) == (303, "/")
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Secure" not in cookie
        me = browser.get("/api/v1/me").json
        assert (me["name"], me["roles"], me["via"]) == ("annotator", ["annotator"], "cookie")
        again = here.client().get(link)
        assert (again.status_code, again.mimetype) == (401, "text/plain")

    def test_the_cookie_is_secure_under_tls(self, here: Site) -> None:
        response = here.client().get(self.link(here), base_url="https://localhost")
        assert "Secure" in response.headers["Set-Cookie"]

    def test_guessing_is_slow(self, here: Site) -> None:
        codes = [here.client().get(f"/login?code={n}").status_code for n in range(7)]
        assert codes == [401] * 5 + [429] * 2
        assert int(here.client().get("/login?code=x").headers["Retry-After"]) >= 1

    def test_logging_out_ends_it(self, here: Site) -> None:
        browser = here.client()
        browser.get(self.link(here))
        origin = {"Origin": "http://localhost"}
        kept = browser.get_cookie(here.app.extensions["cincer"].cookie).value
        assert browser.post("/api/v1/logout", headers=origin).status_code == 200
        browser.set_cookie(here.app.extensions["cincer"].cookie, kept)
        assert browser.get("/api/v1/me").status_code == 401
        assert here.client("annotator").post("/api/v1/logout").status_code == 400
        assert here.client("annotator").get("/api/v1/me").status_code == 200

    @pytest.mark.parametrize(("headers", "status"), [
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://friend.example"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({}, 403),
    ])
    def test_a_cookie_writes_only_from_our_own_pages(
        self, tmp_path: Path, headers: dict[str, str], status: int
    ) -> None:
        options = {"allowed_origins": "https://friend.example"}
        with site(tmp_path / "other", server=options) as here:
            browser = here.client()
            browser.get(self.link(here))
            told = browser.post("/api/v1/queries/lease", json={"key": "k"}, headers=headers)
            assert told.status_code == status
            assert browser.get("/api/v1/me", headers=headers).status_code == 200
            bearer = here.client("annotator").post(
                "/api/v1/queries/lease", json={"key": "k2"}, headers=headers)
            assert bearer.status_code == 200

    def test_secrets_are_in_no_answer_and_no_log(
        self, here: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        browser = here.client()
        browser.get(self.link(here))
        secret = browser.get_cookie(here.app.extensions["cincer"].cookie).value
        told: list[Any] = [here.client("admin").get(path).text for path in PATHS]
        for word in (secret, *here.secrets.values()):
            assert word not in "".join(told) + caplog.text


class TestFiles:
    def test_the_application_answers_every_page(self, here: Site) -> None:
        for path in ("/", "/answer", "/studies/3", "/index.html"):
            response = here.client().get(path)
            assert response.text.startswith("<!doctype html>")
            assert response.headers["Cache-Control"] == "no-cache"

    def test_hashed_files_are_kept_for_ever(self, here: Site) -> None:
        response = here.client().get("/assets/app-1.js")
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "immutable" not in here.client().get("/favicon.svg").headers["Cache-Control"]

    def test_missing_files_are_missing(self, here: Site) -> None:
        for path in ("/assets/app-2.js", "/x.html", "/api/v1/x", "/api/x"):
            response = here.client().get(path)
            assert (response.status_code, response.json["code"]) == (404, "not_found")

    def test_files_outside_are_out_of_reach(self, here: Site, tmp_path: Path) -> None:
        (tmp_path / "secret.txt").write_text("secret")
        for path in ("/../secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt"):
            assert here.client().get(path).status_code == 404

    def test_without_the_files_one_line_says_how_to_build_them(self, tmp_path: Path) -> None:
        with site(tmp_path, static=tmp_path / "nothing") as bare:
            assert bare.client().get("/answer").text == NOT_BUILT
            assert NOT_BUILT.count("\n") == 1
            assert bare.client("source").post(
                "/api/v1/examples", json=example("a")).status_code == 202
