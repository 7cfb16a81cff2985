import pyarrow as pa
import pytest

from headrace import Column, DataError
from headrace_bayes.clip import Clip, ClipOptions


def fitted(values, width):
    clip = Clip(ClipOptions(width=width))
    statistic = clip.statistic()
    state = statistic.add(statistic.zero(), pa.array(values, pa.float64()))
    return clip.fit(statistic.finish(state))


def test_what_is_too_far_moves_to_the_edge_and_the_rest_stays():
    clip = fitted([0, 2, 4, 2, None], width=1.0)
    assert clip.low == pytest.approx(2 - 2**0.5)
    (column,) = clip.apply(Column("x", pa.array([-9, 2, 9, None])))
    assert column.name == "x"
    clipped = column.values.to_pylist()
    assert clipped[:3] == [clip.low, 2, clip.high]
    assert clipped[3] != clipped[3]  # NaN: it is still missing


def test_its_state_restores_it():
    clip = fitted([1, 2, 3], width=2.0)
    assert Clip(ClipOptions(width=2.0)).restore(clip.state()) == clip
    with pytest.raises(ValueError, match=r"clip has the edges 2\.0 and 1\.0"):
        Clip(ClipOptions()).restore({"low": 2, "high": 1})


def test_a_column_without_values_has_no_usual_range():
    with pytest.raises(DataError, match="has no usual range"):
        fitted([None], width=1.0)
