"""Every check of the contract fails on a pipeline that is broken in its way, and says why."""

import inspect
import re
from functools import cached_property

import pytest

from headrace.testing import PipelineContract, regression_sample
from headrace.testing.fitting import fit_in_memory
from headrace.testing.trial import Trial

_FINITE = "test_every_row_has_one_finite_prediction"
_ORDER = "test_predictions_are_in_the_order_of_the_rows"
_BATCHES = "test_predictions_are_the_same_bits_in_batches_of"
_THREADS = "test_predictions_are_the_same_bits_in_threads"
_NO_ROWS = "test_a_batch_without_rows_has_no_predictions"
_SCORING = "test_scoring_keeps_the_rows_and_adds_the_prediction"
_TARGET = "test_the_target_is_not_read_when_scoring"
_NO_TARGET = "test_data_without_a_target_can_be_scored"
_FILES = "test_the_state_is_files_of_bytes"
_RESTORED = "test_a_restored_model_predicts_the_same_bits"
_STATE = "test_the_state_of_a_restored_model_is_the_same"
_AGAIN = "test_training_again_in_another_process_gives_the_same_bytes"
_CODE = "test_the_files_hold_no_code"
_UNKNOWN = "test_any_unknown_category_gives_the_same_finite_prediction"
_MISSING = "test_what_is_missing_is_handled_or_rejected_and_harms_no_other_row"
_EMPTY_TRAIN = "test_training_on_no_rows_is_a_data_error"
_EMPTY_TARGET = "test_training_on_no_targets_is_a_data_error"
_EMPTY_SCORE = "test_scoring_no_rows_is_a_data_error"
_FOLDS = "test_there_is_a_model_for_each_fold"
_UNSEEN = "test_a_row_is_scored_by_a_model_that_never_saw_it"
_OUT_OF_FOLD = "test_out_of_fold_scoring_gives_holdout_rows_the_full_model"
_SEVERAL = "test_rows_in_several_files_give_the_same_bytes"
_SHUFFLED = "test_rows_in_any_order_give_the_same_model"
_PROBLEMS = "test_the_plugin_has_no_problems"
_TYPES = "test_the_pipeline_and_its_params_are_of_the_right_types"
_ADDS = "test_the_spec_says_which_column_scoring_adds"
_REGISTERED = "test_the_pipelines_model_is_registered"
_ONE_MODEL = "test_the_pipeline_has_exactly_one_model"
_METRICS = "test_the_holdout_has_metrics"
_JSON = "test_params_survive_json"
_SCHEMA = "test_params_are_described_by_a_schema"
_FROZEN = "test_params_never_change"
_UNKNOWN_PARAM = "test_an_unknown_param_is_refused"
_LIGHT = "test_the_hooks_and_params_import_no_heavy_library"

_SLOW = {_AGAIN, _UNSEEN, _SEVERAL, _SHUFFLED, _EMPTY_TRAIN, _EMPTY_TARGET, _EMPTY_SCORE}
_RUNS = {_SCORING, _NO_TARGET, _MISSING, _OUT_OF_FOLD, _LIGHT, _UNKNOWN_PARAM}

_SPECIMENS = {
    "not_a_number": {_FINITE: "2 of 400 predictions are null, NaN or infinite; the first is row"},
}
