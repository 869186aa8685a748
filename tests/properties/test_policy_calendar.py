"""The calendar of permitted windows says of every instant what the gate says of it."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from acuerdo.policy.rules import judge, load_pack
from acuerdo.policy.rules.calendar import permitted_days
from tests.properties.policy_worlds import AUTUMN, SPRING, random_contacts


@pytest.mark.parametrize("start", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("code", ["co", "cl", "us"])
def test_every_instant_of_the_calendar_is_as_the_gate_says(code: str, start: date) -> None:
    pack, dice = load_pack(code), random.Random(11)
    for question, facts in random_contacts(23, 25, pack, {}, start=start).asked:  # type: ignore[arg-type]
        days = permitted_days(pack, question, facts, days=4)
        assert [day.on for day in days] == [days[0].on + timedelta(days=ahead) for ahead in range(4)]
        spans = [span for day in days for span in day.spans]
        for _ in range(25):
            at = question.at + timedelta(seconds=dice.randrange(3 * 86_400))
            inside = any(opens <= at < closes for opens, closes in spans)
            assert inside == judge(pack, replace(question, at=at), facts).is_allowed, (question, at)


def test_a_closed_day_says_what_closes_it() -> None:
    pack = load_pack("co")
    asked = random_contacts(1, 40, pack, {}, start=SPRING).asked
    told = [day for question, facts in asked for day in permitted_days(pack, question, facts, days=14)]
    assert all(bool(day.spans) != bool(day.stops) for day in told if day.spans or day.stops)
    sundays = [day for day in told if day.on.weekday() == 6 and not day.spans]
    assert sundays
