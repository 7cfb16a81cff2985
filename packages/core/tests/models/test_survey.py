import numpy as np
import pytest

from headrace.data.features import Feature, Features
from headrace.errors import DataError
from headrace.models.survey import Survey, narrowed


def surveyed(*batches, targets=None, weights=None):
    """A survey of batches of one feature."""
    survey = Survey()
    for number, values in enumerate(batches):
        features = Features((Feature("x", np.asarray(values, float)),), len(values))
        target = survey.n_rows + np.arange(len(values)) if targets is None else targets[number]
        weight = None if weights is None else np.asarray(weights[number], float)
        survey.add(features, np.asarray(target, float), weight)
    return survey


def test_it_counts_rows_and_keeps_what_the_features_are():
    survey = surveyed([1, 2], [3])
    assert survey.n_rows == 3
    (feature,) = survey.features
    assert (feature.name, len(feature.values), feature.n_categories) == ("x", 0, None)


def test_nothing_odd_is_no_warning():
    assert surveyed([1, 2]).warnings(is_constant=False) == ()


def test_one_row_is_a_warning_and_says_all():
    assert surveyed([1]).warnings(is_constant=True) == ("fitted on a single row",)


@pytest.mark.parametrize("batches", [([2, 2], [2]), ([np.nan], [np.nan])])
def test_a_feature_with_one_value_in_all_batches_is_a_warning(batches):
    assert surveyed(*batches).warnings(is_constant=False) == (
        "constant features, of no use to the model: x",
    )


@pytest.mark.parametrize("batches", [([2], [3]), ([np.nan], [2]), ([2], [np.nan]), ([2, np.nan],)])
def test_a_feature_with_two_values_is_not_constant_and_missing_is_one(batches):
    assert surveyed(*batches).constant_features == ()


def test_a_target_with_one_value_is_a_warning_rather_than_what_follows_from_it():
    survey = surveyed([1, 2], [3], targets=[[7.5, 7.5], [7.5]])
    assert survey.warnings(is_constant=True) == ("the target is 7.5 in all training rows",)


def test_a_model_that_says_one_thing_is_a_warning():
    assert surveyed([1, 2]).warnings(is_constant=True) == ("every row gets the same prediction",)


def test_batches_without_rows_change_nothing():
    survey = surveyed([], [2, 2], [], [2])
    assert (survey.n_rows, survey.constant_features) == (3, ("x",))


def test_rows_of_which_one_counts_are_fine():
    surveyed([1, 2], [3], weights=[[0, 0], [1]]).check_weights()
    surveyed([1, 2]).check_weights()


def test_rows_that_all_weigh_nothing_are_refused():
    with pytest.raises(DataError, match="All weights of the training rows are 0"):
        surveyed([1, 2], [3], weights=[[0, 0], [0]]).check_weights()


def test_values_are_narrowed_to_float32():
    narrow = narrowed(np.array([0.1, -3e38, 1e-60]), "target")
    assert narrow.dtype == np.float32
    assert narrow.tolist() == np.array([0.1, -3e38, 0], np.float32).tolist()


def test_a_value_beyond_float32_is_a_data_error():
    with pytest.raises(DataError) as caught:
        narrowed(np.array([1.0, -1e39]), "weight")
    assert caught.value.what == (
        "A weight has magnitude 1e+39; the fit computes in float32, up to 3.4e+38"
    )
    assert caught.value.fix == "scale the weight"
