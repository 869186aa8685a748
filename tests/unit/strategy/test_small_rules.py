"""Reasons, the scorecard and the draw."""

from uuid import UUID

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.rules.dice import PARTS, dice_of, draw
from acuerdo.strategy.rules.reasons import HOLD_KINDS, REASONS, say
from acuerdo.strategy.rules.scorecard import SCORE_MAX, STAKE_MINOR_MAX, UNIT_MINOR, UPLIFT_BP, gained_minor, score_of


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
    ("where", "stake", "cost", "fatigue", "contacts", "expected"),
    [
        ("early email", 1_000_000_00, 500, 0, 0, 1_000_000_00 * 180 // 10_000 - 500),
        ("early call", 1_000_000_00, 1_800_00, 150_00, 2, 1_000_000_00 * 420 // 10_000 - 1_800_00 - 300_00),
        ("none call", 1_000_000_00, 100, 0, 0, -100),  # a stage without uplift never pays
        ("early call", -5, 100, 0, 0, -100),  # nothing at stake
        (
            "late sms",
            STAKE_MINOR_MAX * 10,
            0,
            0,
            0,
            STAKE_MINOR_MAX * 80 // 10_000,
        ),  # the bound that keeps products exact
        ("due sms", 10_000, 0, 1, 99, 10_000 * 140 // 10_000 - 30),  # fatigue stops growing at 30 contacts
    ],
)
def test_gained(where: str, stake: int, cost: int, fatigue: int, contacts: int, expected: int) -> None:
    stage, channel = where.split()
    assert (
        gained_minor(
            stage=stage,
            channel=channel,
            stake_minor=stake,
            cost_minor=cost,
            fatigue_minor=fatigue,
            contacts_7_days=contacts,
        )
        == expected
    )


def test_score_ranks_across_currencies() -> None:
    assert score_of(400_000, "COP") == score_of(360, "PEN") == 100
    assert score_of(0, "COP") == score_of(-1, "COP") == 0
    assert score_of(10**18, "USD") == SCORE_MAX


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
