from datetime import date, datetime

import pyarrow as pa
import pytest
from pydantic import ValidationError

from headrace.models import Column
from headrace.transforms.calendar import Calendar, CalendarOptions

ALL = ("year", "month", "day", "day_of_year", "weekday", "hour", "minute")
MOMENT = datetime(2024, 12, 31, 23, 59)  # noqa: DTZ001 - a Tuesday of a leap year


def applied(values, parts=ALL):
    fitted = Calendar(CalendarOptions(parts=parts)).fit(None)
    return {c.name: c.values.to_pylist() for c in fitted.apply(Column("at", values))}


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parts_of_a_timestamp_in_any_unit(unit):
    assert applied(pa.array([MOMENT], pa.timestamp(unit))) == {
        "at.year": [2024],
        "at.month": [12],
        "at.day": [31],
        "at.day_of_year": [366],
        "at.weekday": [1],
        "at.hour": [23],
        "at.minute": [59],
    }


def test_parts_are_those_of_the_columns_own_time_zone():
    utc = pa.array([MOMENT], pa.timestamp("us", "UTC"))
    tokyo = utc.cast(pa.timestamp("us", "Asia/Tokyo"))
    assert applied(utc, ("day", "hour")) == {"at.day": [31], "at.hour": [23]}
    assert applied(tokyo, ("day", "hour")) == {"at.day": [1], "at.hour": [8]}


@pytest.mark.parametrize("type_", [pa.date32(), pa.date64()])
def test_a_date_is_its_midnight(type_):
    got = applied(pa.array([date(2026, 1, 4)], type_), ("weekday", "hour"))
    assert got == {"at.weekday": [6], "at.hour": [0]}


def test_a_null_timestamp_has_no_parts():
    assert applied(pa.array([None], pa.timestamp("s")), ("month",)) == {"at.month": [None]}


def test_parts_are_floats_in_the_order_asked_for():
    fitted = Calendar(CalendarOptions(parts=("hour", "month"))).fit(None)
    columns = fitted.apply(Column("at", pa.array([MOMENT])))
    assert [column.name for column in columns] == ["at.hour", "at.month"]
    assert {column.values.type for column in columns} == {pa.float64()}


def test_parts_are_checked():
    with pytest.raises(ValidationError):
        CalendarOptions(parts=("fortnight",))
    with pytest.raises(ValidationError):
        CalendarOptions(parts=())


def test_the_state_is_empty_for_the_options_say_it_all():
    calendar = Calendar(CalendarOptions(parts=("hour",)))
    assert calendar.statistic() is None
    assert calendar.restore(dict(calendar.fit(None).state())) == calendar.fit(None)


def cyclic(values, *parts):
    fitted = Calendar(CalendarOptions(parts=parts, cyclic=True)).fit(None)
    return {c.name: c.values.to_pylist() for c in fitted.apply(Column("at", values))}


def test_a_cyclic_part_is_sine_and_cosine_of_its_place():
    got = cyclic(pa.array([datetime(2024, 1, 1, 6), datetime(2024, 4, 1, 12)]), "month", "hour")  # noqa: DTZ001
    assert got == {
        "at.month.sin": [0.0, 1.0],
        "at.month.cos": [1.0, 0.0],
        "at.hour.sin": [1.0, 0.0],
        "at.hour.cos": [0.0, -1.0],
    }


def test_the_end_of_a_period_is_as_near_to_its_start_as_the_next_step():
    months = pa.array([date(2024, month, 1) for month in (12, 1, 2)])
    got = cyclic(months, "month")
    points = list(zip(got["at.month.sin"], got["at.month.cos"], strict=True))
    before, after = (abs(complex(*points[1]) - complex(*points[i])) for i in (0, 2))
    assert before == after


@pytest.mark.parametrize("moment", [datetime(2024, 12, 31, 23, 59), datetime(2023, 1, 1)])  # noqa: DTZ001
def test_every_part_but_the_year_has_a_cyclic_form(moment):
    got = cyclic(pa.array([moment, None]), *ALL[1:])
    assert len(got) == 12
    for values in got.values():
        assert -1 <= values[0] <= 1
        assert values[1] != values[1]


def test_years_do_not_come_again():
    with pytest.raises(ValidationError, match="years do not come again"):
        CalendarOptions(parts=("month", "year"), cyclic=True)
