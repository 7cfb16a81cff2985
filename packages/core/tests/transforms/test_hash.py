import pyarrow as pa
import pytest

from headrace.models import Column

XXH64 = {"": 0xEF46DB3751D8E999, "a": 0xD24EC4F1A98C6E5B}  # as its specification has them


def codes(fitted, values):
    (column,) = fitted.apply(Column("x", values))
    return column.values.to_pylist()


def test_the_bucket_is_a_published_hash_modulo_their_number(make, learn):
    for buckets in (2, 64, 1000):
        fitted = learn(make("hash", buckets=buckets, output="codes"))
        wanted = [value % buckets for value in XXH64.values()]
        assert codes(fitted, pa.array(list(XXH64))) == wanted


def test_every_bucket_but_the_first_has_an_indicator(make, learn, applied):
    got = applied(learn(make("hash", buckets=4)), [str(number) for number in range(50)])
    assert list(got) == ["x#1", "x#2", "x#3"]
    sums = [sum(row) for row in zip(*got.values(), strict=True)]
    assert set(sums) == {0, 1}
    with_codes = learn(make("hash", buckets=4, output="codes"))
    of_rows = codes(with_codes, pa.array([str(number) for number in range(50)]))
    for code in (1, 2, 3):
        assert got[f"x#{code}"] == [float(each == code) for each in of_rows]


def test_codes_are_those_of_so_many_categories(make, learn):
    (column,) = learn(make("hash", buckets=7, output="codes")).apply(Column("x", pa.array(["a"])))
    assert column.n_categories == 7
    assert column.values.type == pa.float32()


@pytest.mark.parametrize(
    "type_", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_any_type_of_text_gives_the_same(make, learn, type_):
    fitted = learn(make("hash", output="codes"))
    values = pa.array(["a", None, "", "snow \N{SNOWMAN}", "a"])
    assert codes(fitted, values.cast(type_)) == codes(fitted, values)


def test_null_is_hashed_like_a_category_of_its_own(make, learn):
    fitted = learn(make("hash", buckets=10_000, output="codes"))
    null, empty, text = codes(fitted, pa.array([None, "", "None"]))
    assert len({null, empty, text}) == 3
    in_dictionary = pa.DictionaryArray.from_arrays(pa.array([0, None]), pa.array([None, "b"]))
    assert codes(fitted, in_dictionary) == [null, null]


def test_an_empty_batch_keeps_the_columns(make, learn, applied):
    assert applied(learn(make("hash", buckets=2)), pa.array([], pa.string())) == {"x#1": []}


def test_options_are_checked(refused):
    refused("hash", "greater than or equal to 2", buckets=1)
