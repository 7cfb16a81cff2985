import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from headrace.data.keys import fold_of, hash_keys, is_holdout, is_key_type

GOLDEN = 0x9E3779B97F4A7C15
WORD = 2**64


def mix(value):
    """SplitMix64 in plain integers, after the paper."""
    z = (value + GOLDEN) % WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
    return z ^ (z >> 31)


def key_hash(parts, seed):
    state = seed
    for part in parts:
        hashed = (
            mix(part % WORD) if isinstance(part, int) else xxhash.xxh64_intdigest(part.encode())
        )
        state = mix((state * GOLDEN + hashed) % WORD)
    return state


def hashes_of(column, seed=0):
    return hash_keys(pa.record_batch({"key": column}), ["key"], seed).tolist()


def test_the_mixer_gives_the_published_first_value_of_splitmix64():
    assert mix(0) == 0xE220A8397B1DCDAF


def test_hashes_never_change():
    # Pinned: another value here would move rows between training, holdout and folds.
    assert hashes_of(pa.array([0, 1, -1, 2**40])) == [
        12035550249420947055,
        6791897765849424158,
        6755974106381971767,
        3686752072253880996,
    ]
    assert hashes_of(pa.array(["", "a", "ä", "long enough to matter, really"])) == [
        16751153094010446916,
        4027004032462944611,
        15133051925857897759,
        1722574201132347363,
    ]


def test_holdout_and_folds_never_change():
    hashes = hash_keys(pa.record_batch({"id": pa.array(range(10))}), ["id"], 0)
    assert np.flatnonzero(is_holdout(hashes, 0.2)).tolist() == [1, 3]
    assert fold_of(hashes, 5).tolist() == [4, 0, 4, 4, 2, 4, 2, 4, 3, 2]


@given(
    st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.text()), min_size=1, max_size=5),
    st.integers(0, 2**63 - 1),
)
def test_hashes_are_those_of_plain_integers(rows, seed):
    numbers, texts = zip(*rows, strict=True)
    batch = pa.record_batch({"n": pa.array(numbers, pa.int64()), "s": pa.array(texts, pa.string())})
    got = hash_keys(batch, ["n", "s"], seed).tolist()
    assert got == [key_hash(row, seed) for row in rows]


@pytest.mark.parametrize(
    "type_", [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint32(), pa.uint64()]
)
def test_integers_of_all_widths_agree(type_):
    assert hashes_of(pa.array([0, 7, 100], type_)) == hashes_of(pa.array([0, 7, 100]))


def test_greater_unsigned_integers_are_keys_too():
    assert hashes_of(pa.array([2**64 - 1], pa.uint64())) == [key_hash([2**64 - 1], 0)]


@pytest.mark.parametrize("type_", [pa.large_string(), pa.string_view()])
def test_texts_of_all_types_agree(type_):
    assert hashes_of(pa.array(["a", "ä"], type_)) == hashes_of(pa.array(["a", "ä"]))


def test_a_dictionary_of_texts_or_integers_agrees_with_its_values():
    for values in (pa.array(["b", "a", "b"]), pa.array([3, 1, 3])):
        assert hashes_of(values.dictionary_encode()) == hashes_of(values)


def test_a_slice_has_the_hashes_of_its_rows():
    values = pa.array([f"k{i}" for i in range(20)])
    assert hashes_of(values.slice(5, 7)) == hashes_of(values)[5:12]


def test_the_order_of_key_columns_and_the_seed_matter():
    batch = pa.record_batch({"a": pa.array([1]), "b": pa.array([2])})
    found = {
        int(hash_keys(batch, key, seed)[0])
        for key, seed in ((["a", "b"], 0), (["b", "a"], 0), (["a", "b"], 1), (["a"], 0))
    }
    assert len(found) == 4


def test_the_holdout_has_the_fraction_asked_for():
    hashes = hash_keys(pa.record_batch({"id": pa.array(range(100_000))}), ["id"], 3)
    for fraction in (0.05, 0.2, 0.5):
        assert abs(is_holdout(hashes, fraction).mean() - fraction) < 0.006
    assert not is_holdout(hashes, 0.0).any()


def test_a_greater_holdout_holds_the_smaller_one():
    hashes = hash_keys(pa.record_batch({"id": pa.array(range(1_000))}), ["id"], 0)
    assert not (is_holdout(hashes, 0.1) & ~is_holdout(hashes, 0.3)).any()


def test_folds_are_of_like_size_and_independent_of_the_holdout():
    hashes = hash_keys(pa.record_batch({"id": pa.array(range(100_000))}), ["id"], 0)
    for rows in (hashes, hashes[is_holdout(hashes, 0.2)]):
        shares = np.bincount(fold_of(rows, 5).astype(int), minlength=5) / len(rows)
        assert np.abs(shares - 0.2).max() < 0.012


def test_two_pipelines_with_the_same_key_agree_whatever_else_they_read():
    rows = {"id": pa.array([5, 6, 7]), "x": pa.array([1.0, 2.0, 3.0])}
    one = hash_keys(pa.record_batch(rows), ["id"], 0)
    other = hash_keys(pa.record_batch({"z": pa.array(["p", "q", "r"]), **rows}), ["id"], 0)
    assert one.tolist() == other.tolist()


@pytest.mark.parametrize(
    ("type_", "is_key"),
    [
        (pa.int8(), True),
        (pa.string(), True),
        (pa.large_string(), True),
        (pa.dictionary(pa.int32(), pa.string()), True),
        (pa.float64(), False),
        (pa.bool_(), False),
        (pa.timestamp("s"), False),
    ],
)
def test_integers_and_texts_are_keys_and_nothing_else(type_, is_key):
    assert is_key_type(type_) is is_key
