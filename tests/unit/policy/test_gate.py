"""The pure gate where cases cannot reach: senseless facts, unapproved readings, and the shape of the verdict."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.rules import Consent, Facts, Hold, OwnHours, PastContact, Question, Reading, judge, load_pack
from acuerdo.policy.rules.pack_format import parse_windows
from acuerdo.policy.rules.vocabulary import HOLD_NAMES, HOLDS, hold_bit

CO = load_pack("co")
AT = datetime(2026, 11, 17, 15, tzinfo=UTC)  # Tuesday, ten in Bogotá
EVER = datetime(2026, 1, 1, tzinfo=UTC)
SMS = (Consent("sms", EVER),)


def refused(code: str) -> Any:
    return pytest.raises(Refusal, check=lambda error: error.code == code)


def ask(facts: Facts, **changes: Any) -> Any:
    return judge(CO, Question(**{"at": AT, "channel": "sms", **changes}), facts)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Question(datetime(2026, 11, 17, 10), "sms"), "naive-time"),  # noqa: DTZ001
        (lambda: Question(datetime(1800, 1, 1, tzinfo=UTC), "sms"), "time-out-of-range"),
        (lambda: Question(AT, "fax"), "unknown-channel"),
        (lambda: Question(AT, "sms", "gossip"), "unknown-purpose"),
        (lambda: Question(AT, "sms", recipient="neighbour"), "unknown-recipient"),
        (lambda: Question(AT, "sms", direction="up"), "unknown-direction"),
        (lambda: Question(AT, "sms", zones=("America/Atlantida",)), "unknown-timezone"),
        (lambda: Question(AT, "sms", zones=("../../etc/passwd",)), "unknown-timezone"),
        (lambda: PastContact(datetime(2026, 1, 1), "sms"), "naive-time"),  # noqa: DTZ001
        (lambda: Consent("sms", AT, AT - timedelta(seconds=1)), "consent-revoked-before-granted"),
        (lambda: Hold("siesta"), "unknown-hold"),
        (lambda: Hold("dispute", AT, AT - timedelta(seconds=1)), "hold-ends-before-start"),
        (
            lambda: OwnHours(parse_windows({"mon": ["08:00-09:00"]}), AT, AT - timedelta(1)),
            "own-hours-revoked-before-given",
        ),
        (lambda: OwnHours(parse_windows({"mon": ["08:00-09:00", "10:00-11:00"]}), AT), "own-hours-two-spans"),
        (lambda: Facts(evidence=frozenset({"gut_feeling"})), "unknown-evidence"),
        (lambda: load_pack("zz"), "unknown-pack"),
        (lambda: load_pack("../co"), "unknown-pack"),
    ],
)
def test_senseless_questions_have_named_errors(make: Any, code: str) -> None:
    with refused(code):
        make()


def test_future_history_is_refused() -> None:
    with refused("future-history"):
        ask(Facts(SMS, history=(PastContact(AT + timedelta(microseconds=1), "sms"),)))


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        ({"frequency_policy": Reading("lenient_after_two_way")}, "setting-not-approved"),
        ({"frequency_policy": Reading("lenient_after_two_way", "Comité")}, "setting-not-approved"),
        ({"frequency_policy": Reading("lenient_after_two_way", "", date(2026, 1, 1))}, "setting-not-approved"),
        ({"frequency_policy": Reading("lenient_after_two_way", "Comité", date(2026, 11, 18))}, "setting-not-in-force"),
        ({"frequency_policy": Reading("whenever")}, "unknown-reading"),
        ({"frecuencia": Reading("strict_one_per_week")}, "unknown-setting"),
    ],
)
def test_readings_that_loosen_need_a_name_and_a_date(reading: dict[str, Reading], code: str) -> None:
    with refused(code):
        ask(Facts(SMS, settings=reading))


def test_stricter_readings_need_nobody() -> None:
    assert ask(Facts(SMS, settings={"frequency_policy": Reading("strict_one_per_week")})).is_allowed


def test_reminder_as_a_service_notice_is_a_dated_choice() -> None:
    night = datetime(2026, 11, 17, 3, tzinfo=UTC)
    softer = {"reminder": Reading("service", "Comité", date(2026, 2, 1))}
    assert not ask(Facts(SMS), at=night, purpose="reminder").is_allowed
    assert ask(Facts(SMS, settings=softer), at=night, purpose="reminder").is_allowed
    assert not ask(Facts(SMS, (Hold("dispute"),), settings=softer), at=night, purpose="reminder").is_allowed


def test_verdict_is_a_receipt() -> None:
    history = (PastContact(AT - timedelta(hours=1), "call", answered=True, right_party=True),)
    verdict = ask(Facts(SMS, history=history))
    daily, lock = verdict.rules
    assert (daily.id, lock.id) == ("co.ley2300.art3.daily", "co.ley2300.art3.channel")
    assert lock.reason == "Esta semana ya se usó otro canal (llamada): no se mezclan canales en una semana (art. 3)."
    assert lock.values["effective_from"] == "2023-10-10"
    assert lock.next_allowed_at == datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert verdict.next_allowed_at == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert verdict.pack_version == CO.version


def test_hold_says_which_and_until_when() -> None:
    verdict = ask(Facts(SMS, (Hold("hardship", None, datetime(2026, 11, 30, 17, tzinfo=UTC)),)))
    assert verdict.rules[0].reason == "En pausa: dificultad de pago en estudio hasta el 30/11/2026."


def test_warning_does_not_deny() -> None:
    verdict = ask(Facts(SMS, excluded_number=True))
    assert verdict.is_allowed
    assert [(rule.id, rule.verdict) for rule in verdict.rules] == [("co.rne.collection", "allow")]


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        (Facts(SMS, balance_minor=100, balance_due_minor=50, balance_stated_minor=50), True),
        (Facts(SMS, balance_minor=100, balance_due_minor=50, balance_stated_minor=51), False),
        (Facts(SMS, balance_minor=100, balance_due_minor=0), False),  # nothing is due: nothing to collect
        (Facts(SMS, balance_minor=100), True),
        (Facts(SMS, point_is_valid=False), False),
        (Facts(SMS, point_ownership=19), False),
        (Facts(SMS, point_ownership=20), True),
    ],
)
def test_balance_and_number_are_looked_at_again(facts: Facts, allowed: bool) -> None:
    assert ask(facts).is_allowed is allowed


def test_reminder_needs_only_a_debt() -> None:
    assert ask(Facts(SMS, balance_minor=100, balance_due_minor=0), purpose="reminder").is_allowed
    assert not ask(Facts(SMS, balance_minor=0, balance_due_minor=0), purpose="reminder").is_allowed


def test_own_hours_widen_only_from_the_day_they_were_given() -> None:
    sunday = datetime(2026, 11, 22, 23, tzinfo=UTC)  # 18:00 in Bogotá
    given = sunday + timedelta(minutes=30)
    hours = OwnHours(parse_windows({"sun": ["18:00-20:00"]}), given, None, True)
    verdict = ask(Facts(SMS, own_hours=hours), at=sunday)
    assert not verdict.is_allowed
    assert verdict.next_allowed_at == given


def test_own_hours_lapse_when_taken_back() -> None:
    taken_back = datetime(2026, 11, 18, 15, tzinfo=UTC)
    hours = OwnHours(parse_windows({"sun": ["18:00-20:00"]}), EVER, taken_back, True)
    verdict = ask(Facts(SMS, own_hours=hours))
    assert [rule.id for rule in verdict.rules] == ["common.own_hours"]
    assert verdict.next_allowed_at == taken_back


def test_holds_have_a_name_and_a_bit_of_their_own() -> None:
    assert set(HOLD_NAMES) == set(HOLDS)
    assert [hold_bit(kind) for kind in HOLDS[:3]] == [1, 2, 4]
