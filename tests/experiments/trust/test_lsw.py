"""`cincer experiment lsw` and its parts, on little data."""

import json

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from cincer.cli import main
from cincer.errors import InvalidInput, UnknownName
from cincer.kernels.metrics import detection
from cincer_experiments.trust import study, training
from cincer_experiments.trust.edges import edges
from cincer_experiments.trust.features import Kernel
from cincer_experiments.trust.problem import Noise, problem
from cincer_experiments.trust.published import ACCURACY, F1, nearest
from cincer_experiments.trust.study import METHODS, Plan
from cincer_experiments.trust.training import table_6
from cincer_experiments.trust.weighing import weigh


def run(*words):
    return CliRunner().invoke(main, ["experiment", "lsw", *words])


@pytest.fixture(scope="module")
def digits():
    return problem("digits", Noise("symmetric", 0.4), 3, 1300, 10)


def test_tables_figures_and_verdicts(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "LEAST_STEPS", 60)
    noises = (Noise("symmetric", 0.4), Noise("pair", 0.3))
    plan = Plan(400, ("uniform", "lsw", "l2rw"), noises, (10, 20))
    found = study.run(["digits"], 0, 1, lambda text: None, plan)
    detected, trained, counts = found.tables
    assert [row[:3] for row in detected.rows[:3]] == [["symmetric", 0.4, m] for m in plan.methods]
    assert [row[1] for row in trained.rows] == [
        "base", "joint", "retrain", "filter", "filter + weights", "oracle"]
    assert [row[0] for row in counts.rows] == [10, 20]
    lsw = next(row for row in detected.rows if row[2] == "lsw")
    assert lsw[-2:] == pytest.approx([92.84, 91.14])
    assert 90 < lsw[6] <= 100
    assert detected.rows[0][3] is None
    assert len(found.verdicts) == 2 * len(noises) + 1
    for picture in found.pictures:
        from cincer_experiments.studies.plotting import save

        save(picture.draw(), tmp_path / "a.svg", tmp_path / "a.png")
    assert [picture.name for picture in found.pictures] == ["detection-digits", "weights-digits"]


def test_the_command_writes_what_it_says(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "NOISES", (Noise("pair", 0.5),))
    monkeypatch.setattr(study.Plan, "__init__", _shortened(study.Plan.__init__))
    found = run("--data", "digits", "--rows", "150", "--trusted", "100", "--methods", "lsw",
                "--json", "--out", str(tmp_path))
    assert found.exit_code == 0, found.stderr
    document = json.loads(found.stdout)
    assert json.loads((tmp_path / "study.json").read_text()) == document
    assert document["settings"]["trusted"] == [100]
    assert all(verdict["holds"] is None for verdict in document["verdicts"])


def _shortened(init):
    def short(self, *args, **kwargs):
        init(self, *args, **(kwargs | {"noises": (Noise("pair", 0.5),)}))

    return short


def test_finds_wrong_digits_as_well_as_claimed(digits):
    """AUC above 0.97, F1 no lower than the paper's 92.84 %, without a true label but the trusted.
    """
    weighed = weigh(Kernel(digits), digits, "lsw", 0)
    many = len(digits.given)
    found = detection(digits.wrong, ~weighed.found.clean[:many], -weighed.found.weights[:many])
    assert found.auc > 0.97
    assert found.f1 > F1["symmetric"][0.4] / 100
    assert (weighed.found.weights[many:] == 1).all()
    steps = table_6(digits, weighed, 0)
    assert steps["filter"] > steps["base"]
    assert steps["oracle"] > 0.9


def test_predictions_leave_their_own_label_out_exactly(digits):
    """Changing a row's label does not change what is said of it, if ridge and mean stay; against
    fitting without the row, to 1e-4 in float32."""
    few = problem("digits", Noise("symmetric", 0.3), 0, 120, 5)
    kernel = Kernel(few, 60)
    weights = torch.ones(len(kernel.labels))
    said = kernel.left_out(weights).rows
    phi = kernel.seen.rows.double()
    targets = torch.nn.functional.one_hot(kernel.labels, 10).double()
    mean = targets.mean(dim=0)
    errors = []
    for ridge in (0.01, 0.1, 1.0, 3.0, 10.0, 30.0):
        without = _refitted(phi, targets - mean, ridge) + mean
        errors.append(float((without - said).abs().max()))
    assert min(errors) < 1e-4


def _refitted(phi, targets, ridge):
    found = []
    for at in range(len(phi)):
        kept = torch.arange(len(phi)) != at
        a = phi[kept].T @ phi[kept] + ridge * torch.eye(phi.shape[1]).double()
        found.append(phi[at] @ torch.linalg.solve(a, phi[kept].T @ targets[kept]))
    return torch.stack(found)


def test_trusted_rows_are_right_and_apart(digits):
    assert np.bincount(digits.trusted_y).tolist() == [10] * 10
    assert float(digits.wrong.double().mean()) == pytest.approx(0.4, abs=0.001)
    again = problem("digits", Noise("symmetric", 0.4), 3, 1300, 10)
    assert torch.equal(again.given, digits.given)
    apart = torch.cdist(digits.trusted_x, digits.x).min(dim=1).values
    assert float(apart.min()) > 0


def test_edges_have_length_one_and_leave_tables_alone():
    images = torch.rand(5, 784)
    assert torch.allclose(edges(images).norm(dim=1), torch.ones(5), atol=1e-5)
    assert edges(torch.zeros(2, 784)).abs().max() == 0
    table = torch.rand(4, 30)
    assert edges(table) is table


def test_the_nearest_published_row():
    assert nearest(F1, Noise("pair", 0.45)) == pytest.approx(0.9319)
    assert nearest(ACCURACY, Noise("instance", 0.6)) == pytest.approx(0.8910)


@pytest.mark.parametrize(("words", "text"), [
    (("--methods", "lws"), "unknown reweighter"), (("--methods", "l2rw"), "must include lsw"),
    (("--data", "mnits"), "did you mean 'mnist'"), (("--data", "no.npz"), "no.npz"),
    (("--data", "digits", "--trusted", "5000"), "nothing to judge")])
def test_bad_options_are_one_line(words, text, tmp_path):
    found = run(*words, "--out", str(tmp_path))
    assert found.exit_code == 2
    assert text in found.stderr


def test_the_default_plan():
    assert Plan().methods == METHODS
    assert len(list(Plan().tasks)) == 15
    with pytest.raises(UnknownName):
        Plan(methods=("nothing",))
    with pytest.raises(InvalidInput):
        Plan(methods=())
