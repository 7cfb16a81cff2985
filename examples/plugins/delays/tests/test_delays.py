from collections import Counter

import pyarrow as pa
import pytest

from headrace import DataError
from headrace_delays.counts import DelayCounts
from headrace_delays.log import FlightLines, FlightLog
from headrace_delays.model import Cell, DelaysModel
from headrace_delays.weather import JoinWind

WEATHER = pa.table(
    {
        "origin": ["EWR", "EWR", "JFK"],
        "hour": ["2013-01-01T05:00", "2013-01-01T06:00", "2013-01-01T05:00"],
        "wind": [15, 14, None],
    }
)


def flights(*lines, is_landed=False):
    batches = FlightLog().batches(pa.BufferReader("\n".join(lines).encode()))
    (batch,) = batches
    return FlightLines(is_landed=is_landed).check(batch)


def test_lines_become_flights_and_others_are_bad_with_their_place():
    lines = "2013-01-01T05:15 EWR>IAH UA1545 +11", "", "2013-01-01T05:29 LGA>IAH UA1714 ?"
    checked = flights(*lines)
    assert checked.good.to_pylist()[0] == {
        "departs": "2013-01-01T05:15",
        "origin": "EWR",
        "destination": "IAH",
        "flight": "UA1545",
        "delay": "+11",
    }
    assert checked.good.num_rows == 2
    assert (checked.rows.tolist(), checked.reasons) == ([1], ["the line is no flight"])
    assert checked.bad.to_pylist() == [{"line": ""}]
    landed = flights(*lines, is_landed=True)
    assert (landed.good.num_rows, landed.counts.unlabelled) == (1, 1)


def test_a_flight_has_the_wind_of_its_origin_and_hour():
    batch = flights(
        "2013-01-01T05:15 EWR>IAH UA1 +11",
        "2013-01-01T06:59 EWR>IAH UA2 +11",
        "2013-01-01T05:15 JFK>IAH UA3 +11",
        "2013-01-01T05:15 LGA>IAH UA4 +11",
    ).good
    joined = JoinWind(WEATHER, 15.0)(batch)
    assert joined.column("wind").to_pylist() == ["windy", "calm", "unknown", "unknown"]


@pytest.mark.parametrize(
    ("weather", "what"),
    [
        (WEATHER.drop_columns(["wind"]), "has origin .string., hour .string.; wanted"),
        (pa.concat_tables([WEATHER, WEATHER]), "The weather has an origin and hour twice"),
    ],
)
def test_weather_that_joins_nothing_is_a_data_error(weather, what):
    with pytest.raises(DataError, match=what):
        JoinWind(weather, 15.0)


def test_cells_have_quantiles_and_small_ones_none_of_their_own():
    counts = DelayCounts(low=0.1, high=0.9, least=10)
    state = Counter({("EWR", "calm", minutes): 1 for minutes in range(-4, 6)})
    state["JFK", "windy", 100] = 9
    everything, calm = counts.finish(counts.merge(state, counts.zero()))
    assert (calm["origin"], calm["low"], calm["middle"], calm["high"]) == ("EWR", -4, 0, 4)
    assert (everything["n_flights"], everything["middle"], everything["high"]) == (19, 5, 100)


def test_no_flights_teach_nothing():
    counts = DelayCounts(low=0.1, high=0.9, least=10)
    with pytest.raises(DataError, match="No flight has a delay"):
        counts.finish(counts.zero())


def test_a_flight_of_no_cell_has_the_delays_of_all():
    delays = {"n_flights": 20, "low": -5, "middle": 0, "high": 30}
    everything = Cell(origin="", wind="", **delays)
    model = DelaysModel(windy=15, cells=(everything, Cell(origin="EWR", wind="calm", **delays)))
    model = DelaysModel.from_state(model.state())
    batch = flights("2013-01-01T05:15 LGA>IAH UA1545 ?", "2013-01-01T06:15 EWR>IAH UA1545 ?").good
    predicted = model.add_predictions(JoinWind(WEATHER, model.windy)(batch))
    assert predicted.column("delays_high").to_pylist() == [30, 30]
    assert "delay" not in predicted.schema.names
