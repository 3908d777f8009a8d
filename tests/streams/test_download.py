"""Downloads from a server of our own: what comes whole is kept, all else is said and leaves
nothing; and what the homes' table knows fits what `CINCER_DATA` holds."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import published_files
import pytest

from cincer.errors import InvalidInput
from cincer_streams import download
from cincer_streams.datasets import DATASETS, load
from cincer_streams.download import NotFetched, Remote, cache_folder, fetch
from cincer_streams.homes import HOMES, WITHOUT
from cincer_streams.shelf import Shelf

BODY = b"some bytes " * 20_000


@dataclass
class Home:
    """A server: `files` by path; `cut` ends every answer early, `unsized` says no length."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    cut: bool = False
    unsized: bool = False


@pytest.fixture
def home() -> Iterator[Home]:
    found = Home()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            body = found.files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            if not found.unsized:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:len(body) // 2] if found.cut else body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def remote(home: Home, body: bytes = BODY) -> Remote:
    return Remote("x.bin", f"{home.url}/x.bin", hashlib.sha256(body).hexdigest())


def silent(*_: Any) -> None:
    pass


def test_what_comes_whole_is_kept_under_its_name(home: Home, tmp_path: Path) -> None:
    home.files["/x.bin"] = BODY
    steps: list[tuple[str, int, int | None]] = []
    found = fetch(remote(home), tmp_path / "deep" / "er", lambda *step: steps.append(step))
    assert found == BODY
    assert [p.name for p in (tmp_path / "deep" / "er").iterdir()] == ["x.bin"]
    assert (tmp_path / "deep" / "er" / "x.bin").read_bytes() == BODY
    assert steps[0] == (f"{home.url}/x.bin", 0, len(BODY))
    assert steps[-1][1] == len(BODY)
    home.unsized = True
    assert fetch(remote(home), tmp_path, silent) == BODY


def wrong_checksum(home: Home) -> str:
    home.files["/x.bin"] = BODY[:-1] + b"!"
    return "another checksum"


def cut_off(home: Home) -> str:
    home.files["/x.bin"], home.cut = BODY, True
    return f"broke off after {len(BODY) // 2} of {len(BODY)} bytes"


def cut_off_unsized(home: Home) -> str:
    home.unsized = True
    cut_off(home)
    return "another checksum"


def absent(home: Home) -> str:
    return "answered 404"


def no_network(home: Home) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        home.url = f"http://127.0.0.1:{free.getsockname()[1]}"
    return "cannot be reached"


def no_such_host(home: Home) -> str:
    home.url = "http://nowhere.invalid"
    return "cannot be reached"


@pytest.mark.parametrize("break_it", [
    wrong_checksum, cut_off, cut_off_unsized, absent, no_network, no_such_host])
def test_what_does_not_come_whole_leaves_nothing(
    home: Home, tmp_path: Path, break_it: Callable[[Home], str]
) -> None:
    reason = break_it(home)
    (tmp_path / "x.bin").write_bytes(b"older")
    with pytest.raises(NotFetched, match=reason):
        fetch(remote(home), tmp_path, silent)
    assert [p.name for p in tmp_path.iterdir()] == ["x.bin"]
    assert (tmp_path / "x.bin").read_bytes() == b"older"


def test_too_much_is_not_taken(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.files["/x.bin"] = BODY
    monkeypatch.setattr(download, "MAX_FILE", len(BODY) - 1)
    with pytest.raises(NotFetched, match="sends more than"):
        fetch(remote(home), tmp_path, silent)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_is_no_folder_is_said(home: Home, tmp_path: Path) -> None:
    home.files["/x.bin"] = BODY
    (tmp_path / "file").write_text("")
    with pytest.raises(NotFetched, match="cannot write"):
        fetch(remote(home), tmp_path / "file", silent)


def shelf(home: Home, cache: Path, folder: Path | None = None) -> Shelf:
    """A shelf that asks `home` instead of the real ones."""
    homes = {name: tuple(replace(r, url=f"{home.url}/{r.file}") for r in remotes)
             for name, remotes in HOMES.items()}
    return Shelf(folder, cache, homes, silent)


def data() -> Path:
    if not os.environ.get("CINCER_DATA"):
        pytest.skip("the published files are made from CINCER_DATA, which is not set")
    return Path(os.environ["CINCER_DATA"])


@pytest.mark.parametrize("name", ["adult", "pima", "wisconsin", "breast_cancer_scale"])
def test_downloaded_equals_prepared(home: Home, tmp_path: Path, name: str) -> None:
    """The homes' very bytes (their checksums hold) give the set that the prepared file gives."""
    files = getattr(published_files, name)(data())
    home.files = {f"/{file}": body for file, body in files.items()}
    fetched, prepared = load(name, shelf(home, tmp_path)), load(name, Shelf(data()))
    assert sorted(home.asked) == sorted(home.files)
    assert fetched.schema == prepared.schema
    for ours, theirs in ((fetched.train, prepared.train), (fetched.test, prepared.test)):
        assert ours.ids == theirs.ids
        assert np.array_equal(ours.labels, theirs.labels)
        assert np.array_equal(ours.encoded(fetched.schema), theirs.encoded(prepared.schema))
    load(name, shelf(home, tmp_path))
    assert len(home.asked) == len(home.files), "the second time it comes from the cache"


@pytest.mark.parametrize("labels", ["2 4", "2.000000 4.000000", "-1 +1"])
def test_libsvm_may_call_its_labels_either_way(home: Home, tmp_path: Path, labels: str) -> None:
    files = published_files.breast_cancer_scale(data(), labels)
    home.files = {f"/{file}": body for file, body in files.items()}
    assert len(load("breast_cancer_scale", shelf(home, tmp_path)).train) == 547
    broken = home.files["/breast-cancer_scale"].replace(b"2:-0.111111", b"2:-0.111112", 1)
    home.files["/breast-cancer_scale"] = broken
    with pytest.raises(InvalidInput, match="another checksum"):
        load("breast_cancer_scale", shelf(home, tmp_path / "other"))


def test_a_damaged_cache_is_fetched_anew(home: Home, tmp_path: Path) -> None:
    home.files = {f"/{f}": body for f, body in published_files.pima(data()).items()}
    load("pima", shelf(home, tmp_path))
    file = tmp_path / "pima" / "pima-indians-diabetes.csv"
    file.write_bytes(file.read_bytes()[:-3])
    load("pima", shelf(home, tmp_path))
    assert len(home.asked) == 2
    assert file.read_bytes() == home.files["/pima-indians-diabetes.csv"]


def test_the_prepared_file_comes_first(home: Home, tmp_path: Path) -> None:
    load("pima", shelf(home, tmp_path, data()))
    assert home.asked == []


@pytest.mark.parametrize("name", sorted(set(DATASETS) - {"digits", "breast"}))
@pytest.mark.parametrize("where", ["nowhere", "a folder"])
def test_what_is_missing_is_said_and_how_to_place_it(
    home: Home, tmp_path: Path, name: str, where: str
) -> None:
    no_network(home)
    folder, cache = (tmp_path if where == "a folder" else None), tmp_path / "cache"
    with pytest.raises(InvalidInput) as raised:
        load(name, shelf(home, cache, folder))
    told = str(raised.value)
    assert f"data set {name!r} is not there" in told
    assert "or set CINCER_DATA to a folder that holds " in told
    assert (f"{tmp_path}/" in told.splitlines()[0]) == (folder is not None)
    assert ("CINCER_DATA is not set" in told) == (folder is None)
    if name in WITHOUT:
        assert WITHOUT[name] in told
    else:
        assert f"not in the cache {cache / name}" in told
        assert "cannot be reached" in told
        assert all(f"{home.url}/{r.file}" in told for r in HOMES[name])


def test_every_set_has_a_home_or_a_reason() -> None:
    assert set(HOMES) | set(WITHOUT) | {"digits", "breast"} == set(DATASETS)
    assert not set(HOMES) & set(WITHOUT)
    for remotes in HOMES.values():
        for each in remotes:
            assert each.url.startswith("https://")
            assert each.url.endswith(f"/{each.file}")
            assert len(bytes.fromhex(each.sha256)) == 32


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CINCER_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("CINCER_CACHE")
    monkeypatch.setattr(download.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "cincer"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "cincer"
    monkeypatch.setattr(download.sys, "platform", "darwin")
    assert cache_folder() == Path.home() / "Library" / "Caches" / "cincer"


def test_progress_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for done in (0, 5, 10):
        download.shown("https://x/y", done, 10)
    assert capsys.readouterr().err == "downloading https://x/y\n"
