"""Contacts used of those allowed are told by the very caps that the gate judges by."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.policy.rules import Consent, Facts, PastContact, Question, Reading, judge, load_pack
from acuerdo.policy.rules.allowance import Allowance, allowances

AT = datetime(2026, 11, 17, 15, tzinfo=UTC)  # Tuesday, ten in Bogotá
EVER = datetime(2026, 1, 1, tzinfo=UTC)
STRICT = {"frequency_policy": Reading("strict_one_per_week")}
CHANNELS = ("call", "sms", "email", "whatsapp", "voice")


def told(pack: str, *past: PastContact, channel: str = "sms") -> list[tuple[str, int, int]]:
    question = Question(AT, channel, zones=("America/Bogota",))
    found = allowances(load_pack(pack), question, Facts((Consent(channel, EVER),), history=past, settings=STRICT))
    return [(one.per, one.used, one.limit) for one in found]


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        ((), [("day", 0, 1), ("rolling7", 0, 1)]),
        ((PastContact(AT - timedelta(hours=2), "call"),), [("day", 1, 1), ("rolling7", 1, 1)]),
        # Yesterday by its own calendar: it weighs on the week alone.
        ((PastContact(AT - timedelta(days=1), "email"),), [("day", 0, 1), ("rolling7", 1, 1)]),
        # Seven days later it weighs no more.
        ((PastContact(AT - timedelta(days=7), "email"),), [("day", 0, 1), ("rolling7", 0, 1)]),
        # What never reached the person, and what they began, uses nothing.
        ((PastContact(AT - timedelta(hours=1), "sms", counts=False),), [("day", 0, 1), ("rolling7", 0, 1)]),
        ((PastContact(AT - timedelta(hours=1), "sms", direction="in"),), [("day", 0, 1), ("rolling7", 0, 1)]),
    ],
)
def test_colombias_strict_reading_allows_one_a_day_and_one_a_week(
    past: tuple[PastContact, ...], expected: list[tuple[str, int, int]]
) -> None:
    assert told("co", *past) == expected


def test_a_cap_of_one_channel_is_told_only_for_it() -> None:
    question = Question(AT, "call", zones=("America/Santiago",))
    calls = {one.rule for one in allowances(load_pack("cl"), question, Facts())}
    texts = {
        one.rule for one in allowances(load_pack("cl"), Question(AT, "email", zones=("America/Santiago",)), Facts())
    }
    assert calls
    assert calls != texts


def test_what_is_left_never_goes_below_nothing() -> None:
    assert Allowance("r", "c", "day", "attempt", used=3, limit=1).left == 0


@given(
    pack=st.sampled_from(["ar", "br", "cl", "co", "ec", "mx", "pe", "us"]),
    channel=st.sampled_from(CHANNELS),
    past=st.lists(st.tuples(st.integers(0, 24 * 10), st.sampled_from(CHANNELS), st.booleans()), max_size=9),
)
def test_used_up_is_exactly_what_the_gate_denies_by_a_cap(
    pack: str, channel: str, past: list[tuple[int, str, bool]]
) -> None:
    """Whenever a cap denies, the figures say that nothing is left of it, and the other way round."""
    history = tuple(
        PastContact(AT - timedelta(hours=hours), by, answered=talked, right_party=talked) for hours, by, talked in past
    )
    question, facts = (
        Question(AT, channel, zones=("America/Bogota",)),
        Facts((Consent(channel, EVER),), history=history),
    )
    found = allowances(load_pack(pack), question, facts)
    verdict = judge(load_pack(pack), question, facts)
    denied = {one.id for one in verdict.rules if one.verdict == "deny" and one.values.get("kind") == "cap"}
    assert {one.rule for one in found if one.left == 0} == denied
