"""Published least-squares fits of the flights data, found again through the entrypoint."""

import json
import subprocess

import pytest


@pytest.fixture
def run(headrace, flights, tmp_path):
    """Return a function that runs a command of linreg on all flights and returns its manifest."""

    def run(command, *arguments):
        common = ("linreg", "--input", flights, "--root", tmp_path, "--json")
        done = subprocess.run(
            [headrace, command, *common, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize(
    ("features", "intercept", "coefficients", "r2"),
    [
        (["dep_delay"], "-5.8994935", ["1.0190929"], "0.8369"),
        (["dep_delay", "air_time"], "-4.8318053", ["1.0187233", "-0.0070547"], None),
    ],
)
def test_a_published_fit_is_found_again_to_all_its_digits(
    run, tmp_path, features, intercept, coefficients, r2
):
    trained = run(
        *("train", "--model", "fit", "--version", "v1", "--set", f"features={features}"),
        *("--set", "target=arr_delay", "--set", "holdout=0", "--set", "folds=0"),
    )
    assert trained["rows"] == {
        "read": 336_776,
        "written": 0,
        "rejected": 0,
        "unlabelled": 9_430,
        "trained": 327_346,
        "holdout": 0,
    }
    (file,) = tmp_path.glob("models/fit/versions/v1/*/model/linear.json")
    state = json.loads(file.read_text())
    assert f"{state['intercept']:.7f}" == intercept
    assert list(state["coefficients"]) == features
    assert [f"{value:.7f}" for value in state["coefficients"].values()] == coefficients
    measured = run("evaluate", "--model", "fit@v1")
    assert measured["rows"]["unlabelled"] == 9_430
    if r2 is not None:
        assert f"{measured['metrics']['input']['r2']:.4f}" == r2
