"""Cron expressions, checked before a scheduler meets them."""

import pytest

from headrace_orchestration.cron import cron_problem


@pytest.mark.parametrize(
    "text",
    [
        "0 3 * * *",
        "*/15 0-6,22-23 1,15 jan-mar mon-fri",
        "0 0 29 2 *",
        "0 0 31 2 fri",
        "5/10 * ? * 7",
        "0 0 L * *",
        "0 0 * * fri#3",
        "0 0 * * L5",
        "@daily",
    ],
)
def test_what_schedulers_take_is_taken(text):
    assert cron_problem(text) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 3 * *", "wanted minute, hour, day, month, weekday, such as '0 3 * * *', or @hourly,"),
        ("@dayly", "wanted minute, hour"),
        ("60 * * * *", "minute '60'; wanted 0 to 59"),
        ("0 24 * * *", "hour '24'; wanted 0 to 23"),
        ("0 0 0 * *", "day '0'; wanted 1 to 31"),
        ("0 0 * 13 *", "month '13'; wanted 1 to 12 or jan to dec"),
        ("0 0 * * thur", "weekday 'thur'; wanted 0 to 7 or sun to sat"),
        ("*/0 * * * *", "minute '*/0'; wanted a number of at least 1 after '/'"),
        ("*/x * * * *", "minute '*/x'; wanted a number"),
        ("0 9-5 * * *", "hour '9-5' runs backwards"),
        ("0 1, * * *", "hour ''; wanted 0 to 23"),
        ("0 0 31 4,6 *", "no month it names has a day 31, so it would never come"),
        ("0 0 30 2 *", "no month it names has a day 30"),
    ],
)
def test_what_is_wrong_is_said(text, said):
    assert cron_problem(text).startswith(said)
