import gc
import weakref

import numpy as np
import pytest

from headrace_lgbm.rows import matrix_of, sequences_of


class Counted:
    """Shards that know how often they were gone through, and how many batches are alive."""

    def __init__(self, shards):
        self.shards = shards
        self.passes = 0
        self.most_alive = 0

    def __iter__(self):
        self.passes += 1
        alive = []
        for batch in self.shards:
            gc.collect()
            self.most_alive = max(self.most_alive, sum(target() is not None for target in alive))
            alive.append(weakref.ref(batch.target))
            yield batch


@pytest.fixture
def shards(rows):
    return Counted(rows(1_050, 100))


@pytest.fixture
def sequences(shards):
    return sequences_of(shards, [100] * 10 + [50])


def test_there_is_a_sequence_for_each_batch_and_it_is_one_slice(sequences):
    assert [len(sequence) for sequence in sequences] == [100] * 10 + [50]
    assert [sequence.batch_size for sequence in sequences] == [100] * 10 + [50]


def test_sequences_hold_the_rows_of_their_batches_in_float64(shards, sequences):
    got = np.concatenate([sequence[0 : len(sequence)] for sequence in sequences])
    assert got.dtype == np.float64
    assert got.tobytes() == matrix_of(shards.shards.rows.features).tobytes()


def test_going_through_in_order_is_one_pass(shards, sequences):
    for sequence in sequences:
        for row in (0, 3, 3, 49):
            assert sequence[row].shape == (3,)
    assert shards.passes == 1


def test_another_order_gives_the_same_rows(shards, sequences):
    wanted = matrix_of(shards.shards.rows.features)
    for number in (7, 2, 2, 10, 0):
        got = sequences[number][5:20]
        assert got.tobytes() == wanted[number * 100 + 5 : number * 100 + 20].tobytes()
    assert shards.passes == 3


def test_one_batch_at_a_time_is_in_memory(shards, sequences):
    for sequence in sequences:
        assert len(sequence[0:100])
    assert shards.most_alive <= 1


def test_batches_without_rows_have_no_sequence(rows):
    class WithEmpty:
        def __iter__(self):
            for batch in rows(20, 10):
                yield batch.rows(np.zeros(10, bool))
                yield batch

    sequences = sequences_of(WithEmpty(), [0, 10, 0, 10])
    got = np.concatenate([sequence[0:10] for sequence in sequences])
    assert got.tobytes() == matrix_of(rows(20).rows.features).tobytes()
