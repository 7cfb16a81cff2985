import pytest
from hypothesis import strategies as st


def _any_way(data, statistic, values, column_of):
    """Return a statistic's state of values in a drawn order, batching, sharding and merge tree."""
    shuffled = data.draw(st.permutations(values))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=6)))
    pieces = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(values)], strict=True)]
    states = []
    for piece in pieces:
        if states and data.draw(st.booleans()):
            states[-1] = statistic.add(states[-1], column_of(piece))
        else:
            states.append(statistic.add(statistic.zero(), column_of(piece)))
    while len(states) > 1:
        left = states.pop(data.draw(st.integers(0, len(states) - 1)))
        right = states.pop(data.draw(st.integers(0, len(states) - 1)))
        states.append(statistic.merge(left, right))
    return states[0]


@pytest.fixture(scope="session")
def any_way():
    return _any_way
