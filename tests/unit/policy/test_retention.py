"""Who may be erased: what a country's terms keep, and until which day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.policy.rules.retention import Contact, Debt, reasons_to_keep, retention_terms

ON = date(2026, 7, 15)


def test_an_open_debt_has_no_date_and_comes_first() -> None:
    kept = reasons_to_keep([Debt("CO", date(2020, 2, 29)), Debt("CO", None)], [Contact("CO", date(2026, 7, 1))], ON)
    told = [(one.code, one.until) for one in kept]
    assert told == [
        ("open-debt", None),
        ("debt-record", date(2030, 2, 28)),
        ("contact-record", date(2028, 7, 1)),
    ]


@pytest.mark.parametrize(("on", "is_kept"), [(date(2030, 2, 28), True), (date(2030, 3, 1), False)])
def test_the_last_day_still_holds(on: date, is_kept: bool) -> None:
    assert bool(reasons_to_keep([Debt("CO", date(2020, 2, 29))], [], on)) is is_kept


def test_a_country_without_terms_takes_those_of_the_product() -> None:
    assert retention_terms("ZZ").confidence == "product"


@given(
    st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), max_size=4),
    st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), max_size=4),
    st.dates(date(2000, 1, 1), date(2050, 1, 1)),
)
def test_once_free_always_free(ended: list[date], contacts: list[date], on: date) -> None:
    debts, told = [Debt("CO", day) for day in ended], [Contact("US", day) for day in contacts]
    kept = reasons_to_keep(debts, told, on)
    assert all(one.until is not None and one.until >= on for one in kept)
    free_on = max((one.until for one in kept if one.until), default=None)
    assert free_on is None or reasons_to_keep(debts, told, date.fromordinal(free_on.toordinal() + 1)) == ()
