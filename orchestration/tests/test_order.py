from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from headrace_orchestration.order import find_cycle, in_order

graphs = st.integers(1, 12).flatmap(
    lambda n: st.dictionaries(
        st.integers(0, n - 1), st.lists(st.integers(0, n - 1), max_size=4), max_size=n
    ).map(
        lambda edges: {str(name): [str(need) for need in edges.get(name, [])] for name in range(n)}
    )
)


@given(graphs)
def test_names_come_after_what_they_need_or_there_is_a_circle(needs):
    ordered = in_order(needs)
    for position, name in enumerate(ordered):
        assert set(needs[name]) <= set(ordered[:position])
    cycle = find_cycle(needs)
    if len(ordered) == len(needs):
        assert not cycle
    else:
        assert cycle[0] == cycle[-1]
        assert all(before in needs[after] for before, after in pairwise(cycle))


def test_what_is_free_keeps_the_order_of_the_file():
    assert in_order({"z": [], "a": ["m"], "m": [], "b": ["z"]}) == ["z", "m", "a", "b"]
