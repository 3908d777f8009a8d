"""What was saved comes back; anything else is `Corrupt`."""

import hashlib
import pickle

import pytest
import torch

from cincer.errors import Corrupt, NotFound
from cincer.models.checkpoints import digest_path, load, save
from cincer.models.networks import network


def test_round_trip(tmp_path):
    path = tmp_path / "model.pt"
    saved, other = network("mlp", (4,), 3, 1), network("mlp", (4,), 3, 2)
    digest = save(path, saved)
    assert load(path, other, digest) == digest
    for a, b in zip(saved.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.pt", "model.pt.sha256"]


def test_every_flipped_byte_and_every_truncation_is_found(tmp_path):
    path = tmp_path / "model.pt"
    net = network("logreg", (2,), 2, 1)
    save(path, net)
    whole = path.read_bytes()
    for i in range(0, len(whole), 7):
        path.write_bytes(whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :])
        with pytest.raises(Corrupt, match="SHA-256"):
            load(path, net)
        path.write_bytes(whole[:i])
        with pytest.raises(Corrupt, match="SHA-256"):
            load(path, net)


def test_another_network_another_digest_and_missing_files(tmp_path):
    path = tmp_path / "model.pt"
    net = network("logreg", (4,), 3, 1)
    with pytest.raises(NotFound):
        load(path, net)
    save(path, net)
    with pytest.raises(Corrupt, match="does not fit"):
        load(path, network("mlp", (4,), 3, 1))
    with pytest.raises(Corrupt, match="SHA-256"):
        load(path, net, "0" * 64)
    digest_path(path).unlink()
    with pytest.raises(Corrupt, match="incomplete"):
        load(path, net)


class Planted:
    def __reduce__(self):
        return (print, ("code ran",))


def test_pickled_code_is_not_run(tmp_path, capsys):
    path = tmp_path / "model.pt"
    net = network("logreg", (4,), 3, 1)
    torch.save({"trunk": Planted()}, path)
    digest_path(path).write_text(hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(Corrupt, match="does not fit"):
        load(path, net)
    path.write_bytes(pickle.dumps(Planted(), protocol=2))
    digest_path(path).write_text(hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(Corrupt, match="does not fit"):
        load(path, net)
    assert "code ran" not in capsys.readouterr().out


def test_a_crash_while_writing_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "model.pt"
    digest = save(path, network("logreg", (4,), 3, 1))

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr("cincer.models.checkpoints.os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        save(path, network("logreg", (4,), 3, 2))
    assert load(path, network("logreg", (4,), 3, 3), digest) == digest
