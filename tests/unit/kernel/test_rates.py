"""Conversions between rates, against the published vectors of Colombian practice."""

from decimal import Decimal

import pytest

from acuerdo.kernel import rates

CENT = Decimal("0.01")


def rounded(value: Decimal) -> Decimal:
    return rates.CONTEXT.quantize(value, Decimal("1e-40"))


@pytest.mark.parametrize(
    ("percent", "daily", "compounded", "simple"),
    [  # COP 1,000,000 for 30 days
        ("28.59", "0.000689165755516633", "20882.91", "20674.97"),
        ("25.52", "0.000622919748869106", "18857.37", "18687.59"),
        ("24.36", "0.000597467177392095", "18080.17", "17924.02"),
    ],
)
def test_daily_rate_vectors(percent: str, daily: str, compounded: str, simple: str) -> None:
    annual = Decimal(percent) / 100
    rate = rates.daily_from_effective(annual)
    assert rate.quantize(Decimal("1e-18")) == Decimal(daily)
    assert (rates.over_days(annual, 30) * 1_000_000).quantize(CENT) == Decimal(compounded)
    assert (rate * 30 * 1_000_000).quantize(CENT) == Decimal(simple)


@pytest.mark.parametrize(
    ("ibc", "usury"),
    [  # certified pairs that fail under banker's rounding
        ("31.39", "47.09"), ("30.27", "45.41"), ("23.31", "34.97"), ("19.47", "29.21"),
        ("17.59", "26.39"), ("16.59", "24.89"), ("34.59", "51.89"), ("16.67", "25.01"),
    ],
)  # fmt: skip
def test_usury_rounds_half_up(ibc: str, usury: str) -> None:
    assert rates.usury_from_ibc(Decimal(ibc)) == Decimal(usury)


def test_every_kind_converts_to_every_other() -> None:
    periods = Decimal(12)
    annual = rates.Rate("effective_annual", Decimal("0.24"))
    monthly = annual.periodic(periods)
    assert monthly.quantize(Decimal("1e-12")) == Decimal("0.018087582484")
    nominal = annual.nominal_annual(periods)
    for same in (rates.Rate("periodic", monthly), rates.Rate("nominal_annual", nominal)):
        assert rounded(same.effective_annual(periods)) == Decimal("0.24")
        assert rounded(same.periodic(periods)) == rounded(monthly)
        assert rounded(same.nominal_annual(periods)) == rounded(nominal)


def test_daily_and_annual_undo_each_other() -> None:
    annual = Decimal("0.2859")
    assert rounded(rates.effective_from_daily(rates.daily_from_effective(annual))) == annual
    assert rates.nominal_from_effective(annual, Decimal(1)) == annual


def test_finds_the_rate_of_dated_flows() -> None:
    flows = [(Decimal(0), Decimal(-1000)), (Decimal("0.5"), Decimal(600)), (Decimal(1), Decimal("571.863"))]
    rate = rates.find_effective_rate(flows)
    assert abs(rates.present_value(flows, rate)) < Decimal("1e-12")
    assert rates.find_effective_rate([(Decimal(0), Decimal(-1000)), (Decimal(1), Decimal(1240))]).quantize(
        Decimal("1e-14")
    ) == Decimal("0.24")
    assert rates.find_effective_rate([(Decimal(0), Decimal(-1000)), (Decimal(1), Decimal(900))]).quantize(
        Decimal("1e-14")
    ) == Decimal("-0.1")
    with pytest.raises(ValueError, match="both ways"):
        rates.find_effective_rate([(Decimal(0), Decimal(1))])
