"""Kernel ridge that is kept, against kernel ridge that is solved anew. float64."""

import torch

from cincer.kernels.kernel_ridge import Shape, kernel, onehot
from cincer.models.support import Support

SHAPE, CLASSES = Shape(3.0, 0.2), 3


def damped(x):
    ridge = SHAPE.ridge * torch.eye(len(x), dtype=torch.float64)
    return kernel(x, x, SHAPE.scale) + ridge


def rows(count, seed=0):
    source = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 4, generator=source, dtype=torch.float64)
    return x, torch.randint(CLASSES, (count,), generator=source)


def filled(x, labels, room=60):
    found = Support(SHAPE, x.shape[1], CLASSES, room)
    for part in torch.arange(len(x)).split(7):
        found.add(part + 100, x[part], labels[part])
    return found


def solved(x, labels, outside):
    """What rows `x` say of `outside`, by one solve."""
    targets = onehot(labels, CLASSES)
    mean = targets.mean(dim=0)
    weights = torch.linalg.solve(damped(x), targets - mean)
    return kernel(outside, x, SHAPE.scale) @ weights + mean


def left_out(x, labels):
    """By a refit without each row; the mean that is taken off stays that of all rows."""
    mean = onehot(labels, CLASSES).mean(dim=0)
    found = torch.empty(len(x), CLASSES, dtype=torch.float64)
    for row in range(len(x)):
        rest = torch.arange(len(x)) != row
        targets = onehot(labels[rest], CLASSES) - mean
        near = kernel(x[row : row + 1], x[rest], SHAPE.scale)
        found[row] = (near @ torch.linalg.solve(damped(x[rest]), targets) + mean)[0]
    return found


def check(found, x, labels):
    outside, _ = rows(5, seed=9)
    assert torch.allclose(found.left_out(), left_out(x, labels), rtol=0, atol=1e-10)
    assert torch.allclose(found.say(outside), solved(x, labels, outside), rtol=0, atol=1e-10)


def test_rows_added_in_blocks_are_rows_solved_at_once():
    x, labels = rows(30)
    check(filled(x, labels), x, labels)


def test_other_labels_are_one_product():
    x, labels = rows(30)
    found = filled(x, labels)
    slots = torch.tensor([3, 29, 11])
    labels[slots] = (labels[slots] + 1) % CLASSES
    found.relabel(slots, labels[slots])
    check(found, x, labels)


def test_the_last_row_takes_the_place_of_one_that_leaves():
    x, labels = rows(30)
    found = filled(x, labels)
    assert found.remove(4) == 129
    kept = torch.tensor([0, 1, 2, 3, 29, *range(5, 29)])
    assert torch.equal(found.rows, kept + 100)
    check(found, x[kept], labels[kept])
    found.remove(28)
    check(found, x[kept[:28]], labels[kept[:28]])


def test_two_hundred_changes_leave_no_trace_but_rounding():
    x, labels = rows(300)
    found, at, here = filled(x[:40], labels[:40]), 40, list(range(40))
    for turn in range(200):
        if turn % 3 == 0 and found.room:
            found.add(torch.tensor([at + 100]), x[at : at + 1], labels[at : at + 1])
            here.append(at)
            at += 1
        elif turn % 3 == 1:
            slot = turn % found.count
            found.remove(slot)
            here[slot] = here[-1]
            here.pop()
        else:
            slot = (turn * 5) % found.count
            labels[here[slot]] = (labels[here[slot]] + 1) % CLASSES
            found.relabel(torch.tensor([slot]), labels[here[slot] : here[slot] + 1])
    check(found, x[here], labels[here])


def test_single_precision_is_close():
    x, labels = rows(50)
    outside, _ = rows(8, seed=3)
    found = filled(x, labels)
    single = found.say(outside.float())
    assert single.dtype == torch.float32
    assert torch.allclose(single.double(), found.say(outside), rtol=0, atol=1e-5)
