"""What training said of its labels: found again by position and label, and from its file."""

import numpy as np
import pytest
import torch

from cincer.errors import Corrupt, NotFound
from cincer.models import checkpoints
from cincer.models.known import KnownRows
from cincer.models.learned import Learned, learned_path, load, save


def learned():
    return Learned(torch.tensor([2, 40, 7]), torch.tensor([0, 1, 1]),
                   torch.tensor([0.5, 1.5, 0.25]))


def known(positions, labels):
    found = KnownRows(2, 3)
    count = len(positions)
    found.append(np.array(positions), torch.zeros(count, 2), np.array(labels),
                 np.ones(count, dtype=np.float32), torch.zeros(count, 3))
    return found


def test_rows_that_came_later_or_changed_since_have_none():
    rows = known([7, 2, 3, 99, 40], [1, 2, 0, 1, 1])
    wanted = [0.25, float("nan"), float("nan"), float("nan"), 1.5]
    np.testing.assert_array_equal(learned().of(rows).numpy(), np.array(wanted, dtype=np.float32))
    rows.change(1, 0, 1.0)
    rows.change(0, 2, 1.0)
    found = learned().of(rows)
    assert float(found[1]) == 0.5
    assert bool(found[0].isnan())


def test_nothing_learned_says_nothing():
    none = Learned(*(torch.zeros(0, dtype=kind) for kind in (torch.int64, torch.int64,
                                                             torch.float32)))
    assert bool(none.of(known([0, 5], [1, 2])).isnan().all())


def test_it_comes_back_from_its_file(tmp_path):
    path = learned_path(tmp_path / "network.pt")
    assert path.name == "network.pt.learned"
    with pytest.raises(NotFound):
        load(path)
    save(path, learned())
    for name in ("positions", "labels", "losses"):
        assert torch.equal(getattr(load(path), name), getattr(learned(), name))


def test_another_file_in_its_place_is_found(tmp_path):
    path = tmp_path / "a"
    checkpoints.write(path, {"weight": torch.zeros(3)})
    with pytest.raises(Corrupt, match="not what a training left"):
        load(path)
    save(path, learned())
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Corrupt, match="SHA-256"):
        load(path)
