"""The same rows give the same bundle, byte for byte, however they lie in files."""

import numpy as np
import pyarrow as pa
import pytest

from headrace.runtime.run import run
from headrace.testing import regression_sample, sample_params
from headrace.testing.trial import Trial

KEYED = sample_params()
KEYLESS = sample_params() | {"key": [], "holdout": 0, "folds": 0}


@pytest.mark.parametrize("params", [KEYED, KEYLESS], ids=["keyed", "keyless"])
def test_order_files_row_groups_and_workers_leave_no_trace_in_the_bundle(tmp_path, params):
    trial = Trial("linreg", params, tmp_path)
    table = regression_sample(1_500)
    wanted = trial.train(table, "one-file")
    shuffled = table.take(pa.array(np.random.default_rng(3).permutation(table.num_rows)))
    files = [shuffled.slice(900), shuffled.slice(0, 0), shuffled.slice(0, 900)]
    request = trial.training(trial.write(files, row_group_size=117), "shuffled")
    request = request.model_copy(update={"runner_options": {"workers": 3}})
    got = trial.published(run(request, trial.plugins)[0])
    assert got.manifest.digest == wanted.manifest.digest
    assert got.files == wanted.files
    assert "golden.arrow" in got.files


def test_rows_that_are_equal_may_stand_in_any_order(tmp_path):
    trial = Trial("linreg", KEYLESS, tmp_path)
    table = regression_sample(60)
    table = pa.concat_tables([table, table, table.slice(0, 5)])
    wanted = trial.train(table, "as-is")
    backwards = table.take(pa.array(np.arange(table.num_rows)[::-1]))
    assert trial.train(backwards, "backwards").files == wanted.files
