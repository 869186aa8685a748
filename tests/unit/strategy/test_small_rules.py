"""Reasons, the scorecard and the draw."""

from uuid import UUID

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.rules.dice import PARTS, dice_of, draw
from acuerdo.strategy.rules.reasons import HOLD_KINDS, REASONS, say
from acuerdo.strategy.rules.scorecard import (
    SCORE_MAX,
    STAKE_MINOR_MAX,
    UNIT_MINOR,
    UPLIFT_BP,
    cost_points_of,
    points_of,
    score_of,
)


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("paid", "es", "No debe nada."),
        ("paid", "en", "Nothing is owed."),
        ("email:no-consent", "es", "Correo: no autorizó el canal"),
        ("call:no-contact-point", "en", "Call: there is no valid contact point"),
        ("no-consent", "es", "No autorizó el canal"),
        ("co.ley2300.art3.hours", "es", "Una regla del país no lo permite"),
        ("sms:co.ley2300.art3.hours", "en", "SMS: a rule of the country does not permit it"),
    ],
)
def test_said(code: str, language: str, expected: str) -> None:
    assert say(code, language) == expected


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        say("porque-si")
    assert refused.value.code == "unknown-reason"


def test_every_reason_is_said_in_both_languages_and_fits_its_column() -> None:
    assert all(len(code) <= 60 and reason.spanish and reason.english for code, reason in REASONS.items())
    assert HOLD_KINDS[0] == "dispute"


@pytest.mark.parametrize(
    ("where", "stake", "currency", "expected"),
    [
        ("early email", 1_000_000_00, "COP", 1_000_000_00 * 180 // 10_000 * 100 // 400_000),
        ("early call", 1_000_000_00, "COP", 1_000_000_00 * 420 // 10_000 * 100 // 400_000),
        ("none call", 1_000_000_00, "COP", 0),  # a stage without uplift brings nothing
        ("early call", -5, "COP", 0),  # nothing at stake
        ("late sms", STAKE_MINOR_MAX * 10, "USD", SCORE_MAX),  # the bounds that keep products exact
        ("early call", 100_000_00, "XXX", 100_000_00 * 420 // 10_000),  # an unknown currency ranks as it stands
    ],
)
def test_points(where: str, stake: int, currency: str, expected: int) -> None:
    stage, channel = where.split()
    assert points_of(stage=stage, channel=channel, stake_minor=stake, currency=currency) == expected


@pytest.mark.parametrize(
    ("cost", "fatigue", "contacts", "expected"),
    [
        (4_000_00, 0, 0, 100),
        (1, 0, 0, 1),  # rounded up
        (0, 0, 7, 0),
        (0, 4_000_00, 2, 200),
        (0, 4_000_00, 99, 3_000),  # fatigue stops growing at 30 contacts
    ],
)
def test_cost_points(cost: int, fatigue: int, contacts: int, expected: int) -> None:
    told = cost_points_of(cost_minor=cost, fatigue_minor=fatigue, contacts_7_days=contacts, currency="COP")
    assert told == expected


def test_a_contact_about_several_obligations_pays_its_cost_once() -> None:
    assert score_of([500], 30) == 470
    assert score_of([500, 200], 30) == 670
    assert score_of([10], 30) == score_of([], 0) == 0
    assert score_of([SCORE_MAX, SCORE_MAX], 0) == SCORE_MAX


def test_products_stay_exact_on_every_engine() -> None:
    largest = max(bp for uplifts in UPLIFT_BP.values() for bp in uplifts)
    assert STAKE_MINOR_MAX * largest < 2**53
    assert STAKE_MINOR_MAX * largest // 10_000 * 100 < 2**53
    assert min(UNIT_MINOR.values()) > 0


def test_the_draw_is_stable() -> None:
    uid = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    assert dice_of(uid) == 0x188EE1D9
    assert draw(dice_of(uid), "estrategia_base") == draw(0x188EE1D9, "estrategia_base")


def test_the_draw_splits_evenly_and_apart_for_each_salt() -> None:
    dice = [(n * 2_654_435_761) % 2**32 for n in range(20_000)]
    one, two = ([draw(die, salt) < PARTS // 10 for die in dice] for salt in ("una", "otra"))
    assert abs(sum(one) - 2_000) < 150
    assert abs(sum(two) - 2_000) < 150
    both = sum(a and b for a, b in zip(one, two, strict=True))
    assert abs(both - 200) < 60  # independent: a tenth of a tenth
