"""Every check of the contract fails on a pipeline that is broken in its way, and says why."""

import re

import pytest

from headrace.testing import PipelineContract

_OPTIONS = {
    "not_a_number": {"folds": 0},
    "marginal": {"holdout": 1e-9},
    "first_row": {"order_free": True},
}

_FAILS = [
    # pipeline, check, what it says
    ("troubled", "test_the_plugin_has_no_problems", "returns a str from headrace_register_models"),
    (
        "other_params",
        "test_the_pipeline_and_its_params_are_of_the_right_types",
        "OtherParamsPipeline.params_type is .*RoundedParams.*; name the same class in both",
    ),
    (
        "adds_nothing",
        "test_the_spec_says_which_column_scoring_adds",
        r"adds \(\); wanted adds=\('adds_nothing_prediction',\)",
    ),
    (
        "unregistered",
        "test_the_pipelines_model_is_registered",
        r"return ModelSpec\('nowhere', load=...\) from headrace_register_models",
    ),
    (
        "two_models",
        "test_the_pipeline_has_exactly_one_model",
        "the fit returns a OtherModel; wanted .*MarginalModel",
    ),
    ("marginal", "test_the_holdout_has_metrics", "no metrics, for it has 0 rows"),
    ("rounded", "test_params_survive_json", r"alpha=0.125\) becomes .*alpha=0.1\)"),
    ("silent", "test_params_are_described_by_a_schema", "without a description: alpha"),
    ("changing", "test_params_never_change", "keep frozen=True"),
    ("lenient", "test_an_unknown_param_is_refused", "accepted; keep extra='forbid'"),
    (
        "heavy",
        "test_the_hooks_and_params_import_no_heavy_library",
        "importing specimens.heavy_hooks and .* imports numpy, pyarrow",
    ),
    (
        "not_a_number",
        "test_every_row_has_one_finite_prediction",
        "5 of 400 predictions are null, NaN or infinite; the first is row 211",
    ),
    (
        "not_a_number",
        "test_any_unknown_category_gives_the_same_finite_prediction",
        "an unknown category in 'color' gives the prediction nan",
    ),
    (
        "matrix_product",
        "test_predictions_are_the_same_bits_in_batches_of",
        "in batches of 7, .* of 400 predictions differ.*no BLAS product",
    ),
    (
        "batch_mean",
        "test_predictions_are_the_same_bits_in_batches_of",
        "in batches of 7, 400 of 400 predictions differ.*no statistic over the batch",
    ),
    (
        "batch_mean",
        "test_predictions_are_the_same_bits_in_threads",
        "in 4 threads, 1600 of 1600 predictions differ",
    ),
    (
        "batch_mean",
        "test_out_of_fold_scoring_gives_holdout_rows_the_full_model",
        "of the rows of fold 0, .* predictions differ",
    ),
    (
        "batch_mean",
        "test_what_is_missing_is_handled_or_rejected_and_harms_no_other_row",
        "beside rows with missing values, .* a bad row may harm no other",
    ),
    (
        "sorted",
        "test_predictions_are_in_the_order_of_the_rows",
        "after the order of the rows is reversed, 400 of 400 predictions differ",
    ),
    (
        "sorted",
        "test_predictions_are_the_same_bits_in_batches_of",
        "in batches of 7, .* of 400 predictions differ",
    ),
    ("sorted", "test_predictions_are_the_same_bits_in_threads", "in 4 threads, 1600 of 1600"),
    (
        "shared_buffer",
        "test_predictions_are_the_same_bits_in_threads",
        "in 4 threads, .* predict must not keep anything in the model",
    ),
    (
        "no_empty_batch",
        "test_a_batch_without_rows_has_no_predictions",
        "predict fails on a batch without rows: ValueError: zero-size array",
    ),
    (
        "no_empty_batch",
        "test_scoring_no_rows_is_a_data_error",
        "scoring no rows fails with ValueError: zero-size array",
    ),
    (
        "worker_bound",
        "test_scoring_keeps_the_rows_and_adds_the_prediction",
        "scored by a run, 400 of 400 predictions differ",
    ),
    (
        "target_reading",
        "test_the_target_is_not_read_when_scoring",
        "with other values of the target, .* a model may read nothing but the features",
    ),
    (
        "target_reading",
        "test_data_without_a_target_can_be_scored",
        "of data without y, .* predictions differ",
    ),
    (
        "digits_lost",
        "test_a_restored_model_predicts_the_same_bits",
        "after state.. and from_state.., 400 of 400 .* save every number with all its digits",
    ),
    (
        "restless",
        "test_the_state_of_a_restored_model_is_the_same",
        r"other bytes in \['loads.txt'\]; leave out what changes",
    ),
    ("pickled", "test_the_files_hold_no_code", "folds/0/state.bin is a pickle, which runs code"),
    ("stateless", "test_the_state_is_files_of_bytes", "returns no files"),
    (
        "random",
        "test_rows_in_several_files_give_the_same_bytes",
        "other bytes are in .*model/marginal.json",
    ),
    (
        "hash_order",
        "test_training_again_in_another_process_gives_the_same_bytes",
        "other bytes are in .*model/marginal.json; .* do not depend on the order of sets",
    ),
    (
        "unknown_raises",
        "test_any_unknown_category_gives_the_same_finite_prediction",
        "an unknown category in 'color' makes predict fail: KeyError: 'never seen'",
    ),
    (
        "unknown_raises",
        "test_training_on_no_rows_is_a_data_error",
        "training on no rows fails with RuntimeError: ZeroDivisionError",
    ),
    (
        "unknown_raises",
        "test_training_on_no_targets_is_a_data_error",
        "training on no targets fails with RuntimeError: ZeroDivisionError",
    ),
    (
        "unknown_nan",
        "test_any_unknown_category_gives_the_same_finite_prediction",
        "an unknown category in 'color' gives the prediction nan; wanted a finite one",
    ),
    (
        "unknowns_differ",
        "test_any_unknown_category_gives_the_same_finite_prediction",
        "two unknown categories in 'color' give different predictions",
    ),
    (
        "missing_claimed",
        "test_what_is_missing_is_handled_or_rejected_and_harms_no_other_row",
        "a missing value in one of .* ends the scoring: The model predicts nan .*handles_missing",
    ),
    (
        "no_folds",
        "test_there_is_a_model_for_each_fold",
        "0 fold models; wanted 2. Warnings of the training: .*wanted 250",
    ),
    (
        "leaking",
        "test_a_row_is_scored_by_a_model_that_never_saw_it",
        "a fold model may learn only from the rows that its fit is given",
    ),
    (
        "batchwise",
        "test_rows_in_several_files_give_the_same_bytes",
        "in three files instead of one, other bytes are in .*model/marginal.json",
    ),
    (
        "first_row",
        "test_rows_in_any_order_give_the_same_model",
        "in another order, other bytes are in .*model/marginal.json",
    ),
    (
        "mean_of_means",
        "test_a_statistic_gives_the_same_model_however_workers_share_the_rows",
        "on 7 pieces of the same rows .tree 0., other bytes are in marginal.json; .*sums exact",
    ),
    (
        "silently_sure",
        "test_the_spec_says_whether_there_are_intervals",
        "says intervals=False, and the model has predict_interval",
    ),
    ("less_sure", "test_intervals_lie_around_the_prediction", "at level 0.99 a lower end is above"),
    (
        "sure_of_batch",
        "test_intervals_are_the_same_bits_in_batches_of",
        "of lower ends, reversed and in batches of 7, .* must not depend on a row's neighbours",
    ),
    (
        "sure_of_workers",
        "test_scoring_adds_the_ends_of_intervals",
        "of sure_of_workers_prediction_lower, scored by a run, 400 of 400 predictions differ",
    ),
    (
        "forgetful",
        "test_the_summary_of_a_restored_model_is_the_same",
        "a restored model has another summary",
    ),
]

_QUICK = {  # checks that make no run of their own
    "test_every_row_has_one_finite_prediction",
    "test_predictions_are_in_the_order_of_the_rows",
    "test_predictions_are_the_same_bits_in_batches_of",
    "test_predictions_are_the_same_bits_in_threads",
    "test_a_batch_without_rows_has_no_predictions",
    "test_the_target_is_not_read_when_scoring",
    "test_the_state_is_files_of_bytes",
    "test_a_restored_model_predicts_the_same_bits",
    "test_the_state_of_a_restored_model_is_the_same",
    "test_the_files_hold_no_code",
    "test_any_unknown_category_gives_the_same_finite_prediction",
    "test_the_pipeline_has_exactly_one_model",
    "test_a_statistic_gives_the_same_model_however_workers_share_the_rows",
    "test_there_is_a_model_for_each_fold",
    "test_the_spec_says_whether_there_are_intervals",
    "test_intervals_lie_around_the_prediction",
    "test_intervals_are_the_same_bits_in_batches_of",
    "test_the_summary_of_a_restored_model_is_the_same",
}
_TRAINED = sorted({name for name, check, _ in _FAILS if check in _QUICK})


@pytest.mark.parametrize(
    ("pipeline", "check", "message"), _FAILS, ids=[f"{row[0]}-{row[1]}" for row in _FAILS]
)
def test_a_check_fails_on_a_broken_pipeline_and_says_why(examine, pipeline, check, message):
    failure = examine(pipeline, **_OPTIONS.get(pipeline, {})).failure(check)
    assert re.search(message, failure, re.DOTALL), failure


@pytest.mark.parametrize("pipeline", _TRAINED)
def test_no_other_check_fails_on_a_broken_pipeline(examine, pipeline):
    examination = examine(pipeline, **_OPTIONS.get(pipeline, {}))
    expected = {check for name, check, _ in _FAILS if name == pipeline} & _QUICK
    assert {check for check in _QUICK if examination.failure(check)} == expected


def test_no_check_fails_on_a_pipeline_with_good_intervals(examine):
    examination = examine("sure")
    checks = {*_QUICK, "test_scoring_adds_the_ends_of_intervals"}
    assert not {check for check in checks if examination.failure(check)}


def test_every_check_was_seen_to_fail():
    checks = {name for name in dir(PipelineContract) if name.startswith("test_")}
    assert {check for _, check, _ in _FAILS} == checks
