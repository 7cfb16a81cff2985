import pyarrow as pa
import pytest

from headrace import Column, DataError
from headrace_bayes.winsorize import Winsorize, WinsorizeOptions


def fitted(values, width):
    transform = Winsorize(WinsorizeOptions(width=width))
    statistic = transform.statistic()
    state = statistic.add(statistic.zero(), pa.array(values, pa.float64()))
    return transform.fit(statistic.finish(state))


def test_what_is_too_far_moves_to_the_edge_and_the_rest_stays():
    transform = fitted([0, 2, 4, 2, None], width=1.0)
    assert transform.low == pytest.approx(2 - 2**0.5)
    (column,) = transform.apply(Column("x", pa.array([-9, 2, 9, None])))
    assert column.name == "x"
    clipped = column.values.to_pylist()
    assert clipped[:3] == [transform.low, 2, transform.high]
    assert clipped[3] != clipped[3]  # NaN: it is still missing


def test_its_state_restores_it():
    transform = fitted([1, 2, 3], width=2.0)
    assert Winsorize(WinsorizeOptions(width=2.0)).restore(transform.state()) == transform
    with pytest.raises(ValueError, match=r"winsorize has the edges 2\.0 and 1\.0"):
        Winsorize(WinsorizeOptions()).restore({"low": 2, "high": 1})


def test_a_column_without_values_has_no_usual_range():
    with pytest.raises(DataError, match="has no usual range"):
        fitted([None], width=1.0)
