import pyarrow as pa
import pytest

from headrace.data.domain import Domain
from headrace.data.rows import RowCounts, RowRules, check_rejected
from headrace.data.where import parse_where
from headrace.errors import DataError

INF, NAN = float("inf"), float("nan")


def batch_of(**columns):
    return pa.record_batch({name: pa.array(values) for name, values in columns.items()})


def test_a_good_batch_is_passed_on_as_it_is():
    batch = batch_of(x=[1.0, 2.0])
    checked = RowRules({"x": False}).check(batch)
    assert checked.good is batch
    assert checked.bad is None
    assert checked.counts == RowCounts(read=2)


def test_a_missing_number_makes_a_row_bad_unless_it_is_handled():
    batch = batch_of(x=[1.0, None, NAN, 4.0])
    checked = RowRules({"x": False}).check(batch)
    assert checked.good.column("x").to_pylist() == [1.0, 4.0]
    assert checked.reasons == ["x is missing", "x is missing"]
    assert checked.rows.tolist() == [1, 2]
    assert RowRules({"x": True}).check(batch).counts.rejected == 0


def test_an_infinite_number_is_bad_even_where_missing_ones_are_handled():
    checked = RowRules({"x": True}).check(batch_of(x=[INF, None, -INF, 1.0]))
    assert checked.counts.reasons == {"x is infinite": 2}
    assert checked.good.column("x").to_pylist() == [None, 1.0]


def test_a_null_text_is_missing():
    checked = RowRules({"s": False}).check(batch_of(s=["a", None]))
    assert checked.counts.reasons == {"s is missing": 1}


def test_a_row_is_rejected_once_for_the_first_of_its_reasons():
    rules = RowRules({"x": False, "z": False}, key=("id",))
    checked = rules.check(batch_of(x=[None, 1.0], z=[None, INF], id=[None, 1]))
    assert checked.reasons == ["x is missing", "z is infinite"]
    assert checked.counts == RowCounts(2, 2, 0, {"x is missing": 1, "z is infinite": 1})
    assert checked.bad.num_rows == 2


def test_a_null_key_makes_a_row_bad():
    checked = RowRules({}, key=("id",)).check(batch_of(id=["a", None]))
    assert checked.counts.reasons == {"key id is null": 1}


def test_a_row_without_a_target_is_unlabelled_whatever_else_it_lacks():
    rules = RowRules({"x": False}, target="y")
    checked = rules.check(batch_of(x=[None, 1.0, 2.0], y=[None, NAN, 3.0]))
    assert checked.counts == RowCounts(read=3, unlabelled=2)
    assert checked.good.column("y").to_pylist() == [3.0]


def test_an_infinite_target_is_bad():
    checked = RowRules({}, target="y").check(batch_of(y=[INF, 1.0]))
    assert checked.counts.reasons == {"target y is infinite": 1}


def test_a_binary_target_is_0_or_1():
    rules = RowRules({}, target="y", is_binary=True)
    checked = rules.check(batch_of(y=[0.0, 1.0, 2.0, 0.5, None]))
    assert checked.counts.reasons == {"target y is neither 0 nor 1": 2}
    assert checked.counts.unlabelled == 1
    assert rules.check(batch_of(y=[True, False])).counts.rejected == 0


def test_a_weight_is_finite_and_not_negative():
    checked = RowRules({}, weight="w").check(batch_of(w=[0.0, 2.0, -1.0, None, NAN, INF]))
    assert checked.counts.reasons == {"weight w is missing, negative or infinite": 4}
    assert checked.good.column("w").to_pylist() == [0.0, 2.0]


def test_rows_that_where_leaves_out_are_not_read_and_positions_are_those_of_the_file():
    rules = RowRules({"x": False}, where=parse_where("day > 1"))
    checked = rules.check(batch_of(day=[1, 2, None, 3, 4], x=[None, None, 1.0, 5.0, INF]))
    assert checked.counts.read == 3
    assert checked.rows.tolist() == [1, 4]
    assert checked.good.column("x").to_pylist() == [5.0]


def test_integers_and_booleans_are_never_infinite():
    checked = RowRules({"n": False, "b": False}).check(batch_of(n=[1, 2], b=[True, None]))
    assert checked.counts.reasons == {"b is missing": 1}


def test_counts_add_up_by_reason():
    one = RowCounts(10, 2, 1, {"a": 1, "b": 1})
    assert one + RowCounts(5, 1, 0, {"b": 1}) == RowCounts(15, 3, 1, {"a": 1, "b": 2})


def test_too_many_bad_rows_are_refused_with_their_reasons():
    counts = RowCounts(1_000, 5, 0, {"x is missing": 4, "x is infinite": 1})
    check_rejected(counts, 0.005)
    check_rejected(RowCounts(), 0)
    with pytest.raises(DataError) as caught:
        check_rejected(counts, 0.004)
    assert "5 of 1,000 rows are bad (0.50%); at most 0.40% may be" in str(caught.value)
    assert "x is missing (4), x is infinite (1)" in str(caught.value)


def test_a_value_outside_its_domain_makes_a_row_bad_and_a_missing_one_does_not():
    batch = batch_of(x=[1.0, 0.0, -2.0, None, NAN, 5e-324])
    checked = RowRules({"x": True}, domains={"x": Domain(above=0)}).check(batch)
    assert checked.counts.reasons == {"x is not above 0": 2}
    assert checked.rows.tolist() == [1, 2]
    assert str(checked.good.column("x").to_pylist()) == "[1.0, None, nan, 5e-324]"


def test_a_domain_is_for_integers_as_well():
    rules = RowRules({"x": False}, domains={"x": Domain(above=-1)})
    assert rules.check(batch_of(x=[0, -1])).counts.reasons == {"x is not above -1": 1}
