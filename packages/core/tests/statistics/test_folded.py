from hypothesis import given
from hypothesis import strategies as st

from headrace.statistics import Folded, FoldedItem, Statistic

items = st.lists(st.tuples(st.integers(0, 3), st.integers(-9, 9)), max_size=20)


class Sum(Statistic):
    def zero(self):
        return 0

    def add(self, state, item):
        return state + item

    def merge(self, left, right):
        return left + right

    def finish(self, state):
        return state


def learn(folded, pairs):
    state = folded.zero()
    for fold, value in pairs:
        state = folded.add(state, FoldedItem(fold, value))
    return state


@given(items)
def test_all_but_a_fold_is_the_sum_of_the_others(pairs):
    folded = Folded(Sum())
    states = folded.finish(learn(folded, pairs))
    assert folded.all_but(states) == sum(value for _, value in pairs)
    for left_out in range(5):
        rest = sum(value for fold, value in pairs if fold != left_out)
        assert folded.all_but(states, left_out) == rest


@given(items, items)
def test_merging_is_adding_both_and_changes_neither(one, other):
    folded = Folded(Sum())
    left, right = learn(folded, one), learn(folded, other)
    before = dict(left), dict(right)
    assert folded.merge(left, right) == learn(folded, one + other)
    assert (left, right) == before


def test_the_states_are_sorted_by_fold():
    folded = Folded(Sum())
    assert list(folded.finish(learn(folded, [(2, 1), (0, 1), (1, 1)]))) == [0, 1, 2]
