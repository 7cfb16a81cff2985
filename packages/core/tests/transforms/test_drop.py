import pyarrow as pa

from headrace.data.kinds import Kind


def test_nothing_is_left_of_a_column(make, learn, applied):
    drop = make("drop")
    assert drop.statistic() is None
    assert applied(learn(drop), [1.0, None]) == {}
    assert applied(drop.restore({}), pa.array([b"raw"])) == {}


def test_any_column_may_be_dropped(make):
    assert make("drop").accepts == set(Kind)
