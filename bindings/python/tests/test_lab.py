"""The lab and the theory from Python: the numbers of the command, interruptions, missing pieces."""

import json
import subprocess

import numpy as np
import pytest

import alvor
from alvor import _lab_abi

SMALL = dict(schemes=["zeros", "he_normal"], hidden="10x3", activations="relu", steps=60, seeds=2, rates=[0.1],
             extra=False, backend="portable")


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return alvor.compare("blobs", directory=tmp_path_factory.mktemp("run"), **SMALL)


def test_a_comparison_is_that_of_the_command(comparison, command, tmp_path):
    run = subprocess.run(
        [command, "compare", "--data", "blobs", "--init", "zeros,he_normal", "--hidden", "10x3",
         "--act", "relu", "--steps", "60", "--seeds", "2", "--lr", "0.1", "--no-extra",
         "--backend", "portable", "-q", "--json", "-o", str(tmp_path / "run")], check=True,
        capture_output=True, text=True)
    theirs = json.loads(run.stdout)
    for ours, wanted in zip(comparison.document["trials"], theirs["trials"]):
        assert {**ours, "seconds": 0} == {**wanted, "seconds": 0}
    assert comparison.conclusion == theirs["conclusion"]["en"]


def test_trials_are_arrays(comparison):
    trials = comparison.trials
    assert trials["final_train_loss"].dtype == float and len(trials["scheme"]) == 4
    best = trials["final_train_loss"][trials["scheme"] == "he_normal"]
    assert (best < trials["final_train_loss"][trials["scheme"] == "zeros"]).all()
    assert np.isnan(trials["diverged_at"]).all()


def test_reports_are_shown(comparison):
    assert "he_normal" in repr(comparison) and comparison.conclusion in repr(comparison)
    assert comparison._repr_html_().startswith("<iframe srcdoc=")
    with open(comparison.report, encoding="utf-8") as page:
        assert "<html" in page.read(2000)


def test_progress_is_told_and_exceptions_come_back(tmp_path):
    seen = []
    alvor.compare("blobs", directory=tmp_path / "a", progress=seen.append, **SMALL)
    assert seen[-1]["done"] == seen[-1]["total"] == 4 and seen[-1]["best"] == "he_normal"

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        alvor.compare("blobs", directory=tmp_path / "b", progress=interrupt, **SMALL)
    resumed = alvor.compare("blobs", directory=tmp_path / "b", **SMALL)
    assert len(resumed.document["trials"]) == 4


def test_mistakes_are_told(tmp_path):
    with pytest.raises(TypeError, match="no setting 'hiden'.*hidden"):
        alvor.compare("blobs", hiden="10x3")
    with pytest.raises(alvor.Error, match="did you mean 'he_normal'"):
        alvor.compare("blobs", schemes="he_norml", directory=tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_missing_lab_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("ALVOR_LIBRARY_DIR", str(tmp_path))
    _lab_abi.lab.cache_clear()
    with pytest.raises(ImportError, match="libalvor-lab.so.*apt-get install libdnnl2"):
        alvor.compare("blobs")
    monkeypatch.undo()
    _lab_abi.lab.cache_clear()


@pytest.mark.parametrize("scheme, activation, more", [
    ("he_normal", "relu", {}), ("xavier_normal", "tanh", dict(depth=50, width=100)),
    ("normal(std=0.3)", "tanh", dict(inputs=2.0, bias="normal(std=0.1)")),
    ("he_normal", "gelu", dict(skip=1.0, branch=0.5)), ("he_normal", "relu", dict(norm="layer")),
])
def test_predictions_are_those_of_the_command(command, scheme, activation, more):
    options = [x for key, value in more.items() for x in ("--" + key, str(value))]
    run = subprocess.run([command, "predict", "--init", scheme, "--act", activation, "--json",
                          *options], check=True, capture_output=True, text=True)
    theirs, ours = json.loads(run.stdout), alvor.predict(scheme, activation, **more)
    for name in ("q", "q_lo", "q_hi", "chi", "gradient", "flat"):
        column = [np.nan if row[name] is None else row[name] for row in theirs["layers"]]
        np.testing.assert_allclose(getattr(ours, name), column, rtol=1e-12)
    edge = theirs["edge_weight_variance"]
    np.testing.assert_allclose(ours.edge_weight_variance, np.nan if edge is None else edge)


def test_predictions_refuse_what_theory_does_not_know():
    with pytest.raises(alvor.Error, match="mean is 0"):
        alvor.predict("normal(mean=1)")
    with pytest.raises(ValueError, match="none, batch, layer, rms"):
        alvor.predict(norm="group")
