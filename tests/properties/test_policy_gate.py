"""The gate against a plain model of the law written from the article, and the promises that any pack must keep."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, example, given
from hypothesis import strategies as st

from acuerdo.kernel.calendar import holidays
from acuerdo.kernel.verdict import Verdict
from acuerdo.policy.rules import Consent, Facts, Hold, OwnHours, PastContact, Question, judge, load_pack, pack_codes
from acuerdo.policy.rules.hours import instant, microseconds, next_open
from acuerdo.policy.rules.pack_format import parse_windows
from acuerdo.policy.rules.vocabulary import CHANNELS, HOLDS

CO = load_pack("co")
ZONES = (
    *(
        "America/Bogota",
        "America/Lima",
        "America/Mexico_City",
        "America/Tijuana",
        "America/Santiago",
        "America/Punta_Arenas",
    ),
    *("America/Sao_Paulo", "America/New_York", "America/Havana", "Europe/Madrid", "Africa/Casablanca"),
    *("Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "Antarctica/Troll"),
)
EVER = datetime(2015, 1, 1, tzinfo=UTC)
START = datetime(2023, 10, 10, 12, tzinfo=UTC)

zones = st.sampled_from(ZONES)
instants = st.integers(0, 9 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
channels = st.sampled_from(CHANNELS)
ages = st.one_of(st.integers(0, 12 * 24 * 60), st.integers(6 * 24 * 60, 8 * 24 * 60), st.integers(0, 24 * 60))


@st.composite
def contacts(draw: st.DrawFn, at: datetime, direction: str = "out") -> PastContact:
    answered = draw(st.booleans())
    return PastContact(
        at - timedelta(minutes=draw(ages)),
        draw(channels),
        direction,
        answered=answered,
        right_party=answered and draw(st.booleans()),
        counts=draw(st.integers(0, 5)) > 0,
    )


@st.composite
def own_hours(draw: st.DrawFn) -> OwnHours | None:
    if draw(st.integers(0, 3)):
        return None
    first = draw(st.integers(0, 23))
    last = draw(st.integers(first + 1, 24))
    days = draw(st.sampled_from(["mon-fri", "mon-sun", "sat", "sun", "mon-holiday"]))
    return OwnHours(parse_windows({days: [f"{first:02}:00-{last:02}:00"]}), EVER, None, draw(st.booleans()))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Question, Facts]:
    at = draw(instants)
    question = Question(
        at,
        draw(channels),
        draw(st.sampled_from(["collection", "collection", "reminder", "service", "requested"])),
        draw(st.sampled_from(["debtor", "debtor", "debtor", "co_debtor", "guarantor", "reference", "third_party"])),
        tuple(draw(st.lists(zones, min_size=1, max_size=2, unique=True))),
    )
    consents = [Consent(channel, EVER) for channel in draw(st.sets(channels, min_size=4))]
    holds = [
        Hold(draw(st.sampled_from(HOLDS)), None, draw(st.none() | st.just(at + timedelta(minutes=draw(ages)))))
        for _ in range(draw(st.sampled_from([0, 0, 0, 1])))
    ]
    history = draw(st.lists(contacts(at), max_size=5))
    return question, Facts(tuple(consents), tuple(holds), tuple(history), draw(own_hours()))


def is_open_in_colombia(at: datetime, zone: str, facts: Facts) -> bool:
    """Art. 3 in plain words: the clock on the person's wall, and the date on their calendar."""
    local = at.astimezone(ZoneInfo(zone))
    hour = local.hour + local.minute / 60 + local.second / 3600 + local.microsecond / 3.6e9
    is_holiday = local.date() in holidays("CO", local.year)
    day = "holiday" if is_holiday else ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[local.weekday()]
    if facts.own_hours is not None:
        index = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday").index(day)
        spans = facts.own_hours.windows[index] or ()
        if not any(first <= hour * 3600 < last for first, last in spans):
            return False
        if facts.own_hours.has_instrument:
            return True
    if day in ("sun", "holiday"):
        return False
    return 8 <= hour < 15 if day == "sat" else 7 <= hour < 19


def is_frequent_in_colombia(question: Question, zone: str, facts: Facts) -> bool:
    """Already contacted that day, or in conversation by another channel in the last seven days."""
    today = question.at.astimezone(ZoneInfo(zone)).date()
    counted = [one for one in facts.history if one.counts and one.direction == "out"]
    days = [(today - one.at.astimezone(ZoneInfo(zone)).date()).days for one in counted]
    if 0 in days:
        return True
    talked = [
        one.channel for one, day in zip(counted, days, strict=True) if day < 7 and (one.answered or one.right_party)
    ]
    return any(channel != question.channel for channel in talked)


def is_stopped(question: Question, facts: Facts) -> bool:
    kinds = {hold.kind for hold in facts.holds if hold.ends_at is None or question.at < hold.ends_at}
    stops = {"deceased", "represented", "wrong_person", "fraud", "lawsuit", "authority_order"}
    if question.purpose == "requested":
        return bool(kinds & stops)
    if question.purpose == "service":
        return bool(kinds & (stops | {"do_not_contact"}))
    return bool(kinds - {"commitment"} if question.purpose == "reminder" else kinds)


def may_contact_in_colombia(question: Question, facts: Facts) -> bool:
    """The default reading of Ley 2300 de 2023, from its articles."""
    if question.recipient in ("reference", "third_party") or is_stopped(question, facts):
        return False
    authorised = {consent.channel for consent in facts.consents}
    demands = question.purpose in ("collection", "reminder")
    if question.channel not in authorised and (demands or question.channel != "letter"):
        return False
    if not demands:
        return True
    if question.channel == "visit":
        return False
    return all(
        is_open_in_colombia(question.at, zone, facts) and not is_frequent_in_colombia(question, zone, facts)
        for zone in question.zones
    )


@given(situations())
def test_gate_agrees_with_the_articles(situation: tuple[Question, Facts]) -> None:
    question, facts = situation
    assert judge(CO, question, facts).is_allowed == may_contact_in_colombia(question, facts)


def at_instant(question: Question, at: datetime) -> Question:
    return Question(at, question.channel, question.purpose, question.recipient, question.zones)


@given(st.sampled_from(pack_codes()), situations(), st.lists(st.floats(0, 0.999), min_size=5, max_size=5))
@example("co", (Question(datetime(2026, 4, 1, 22, tzinfo=UTC), "call"), Facts((Consent("call", EVER),))), [0.1] * 5)
def test_next_moment_is_permitted_and_nothing_before_it_is(
    code: str, situation: tuple[Question, Facts], fractions: list[float]
) -> None:
    pack, (question, facts) = load_pack(code), situation
    verdict = judge(pack, question, facts)
    assume(not verdict.is_allowed)
    opens = verdict.next_allowed_at
    reach = opens - question.at if opens else timedelta(days=30)
    between = [question.at + reach * fraction for fraction in fractions]
    if opens is not None:
        assert opens > question.at
        assert judge(pack, at_instant(question, opens), facts).is_allowed
        between.append(opens - timedelta(microseconds=1))
    for moment in between:
        assert not judge(pack, at_instant(question, moment), facts).is_allowed


@given(st.sampled_from(pack_codes()), situations(), st.data())
def test_one_more_past_contact_never_opens_what_was_closed(
    code: str, situation: tuple[Question, Facts], data: st.DataObject
) -> None:
    pack, (question, facts) = load_pack(code), situation
    more = data.draw(contacts(question.at))
    verdict = judge(pack, question, facts)
    fuller = Facts(facts.consents, facts.holds, (*facts.history, more), facts.own_hours)
    after = judge(pack, question, fuller)
    assert denied(verdict) <= denied(after)
    if verdict.next_allowed_at and after.next_allowed_at:
        assert after.next_allowed_at >= verdict.next_allowed_at


def denied(verdict: Verdict) -> set[str]:
    return {rule.id for rule in verdict.rules if rule.verdict == "deny"}


@given(st.sampled_from(pack_codes()), situations())
def test_references_and_strangers_are_denied_everywhere(code: str, situation: tuple[Question, Facts]) -> None:
    question, facts = situation
    for recipient in ("reference", "third_party"):
        verdict = judge(
            load_pack(code), Question(question.at, question.channel, question.purpose, recipient, question.zones), facts
        )
        assert not verdict.is_allowed
        assert verdict.next_allowed_at is None


WINDOWS = parse_windows(
    {"mon-fri": ["00:00-01:30", "02:00-03:15", "07:00-19:00"], "sat": ["22:45-24:00"], "sun": [], "holiday": []}
)
QUARTER = 15 * 60 * 1_000_000
DAYS_WITH_CHANGES = st.sampled_from(
    [
        date(2026, 3, 8),
        date(2026, 3, 29),
        date(2026, 4, 4),
        date(2026, 4, 5),
        date(2026, 9, 5),
        date(2026, 10, 25),
        date(2026, 11, 1),
    ]
)


@given(zones, DAYS_WITH_CHANGES, st.integers(-96, 96))
def test_openings_across_clock_changes_equal_a_walk_through_the_clock(zone: str, day: date, quarters: int) -> None:
    start = microseconds(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)) + quarters * QUARTER
    expected = next((us for us in range(start, start + 500 * QUARTER, QUARTER) if walks_open(us, zone)), None)
    assert next_open(WINDOWS, "CO", zone, start) == expected


def walks_open(us: int, zone: str) -> bool:
    local = instant(us, zone)
    if local.date() in holidays("CO", local.year):
        return False
    second = local.hour * 3600 + local.minute * 60
    return any(first <= second < last for first, last in WINDOWS[local.weekday()] or ())
