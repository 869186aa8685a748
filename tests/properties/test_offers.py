"""Laws of the offers: exact sums, floors, authority, and nobody told less than somebody else."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.rates import Rate
from acuerdo.ledger.rules.components import Amounts, no_amounts
from acuerdo.ledger.rules.due_dates import parse_frequency
from acuerdo.ledger.rules.terms import ScheduleTerms
from acuerdo.negotiation.rules.offers import (
    KINDS,
    Case,
    Debt,
    Offer,
    OfferRequest,
    Overdue,
    Wish,
    offers_for,
    policy_on,
    price,
)
from acuerdo.negotiation.rules.offers.delaying import moves, put_off
from acuerdo.negotiation.rules.offers.dividing import divide_evenly
from acuerdo.negotiation.rules.offers.figures import ROLES, Role
from acuerdo.negotiation.rules.offers.pricing import WAIVABLE
from acuerdo.negotiation.rules.offers.shares import owed_by_debt, waived_by_debt

TODAY = date(2026, 3, 10)
POLICY = policy_on(TODAY, "CO")
amounts = st.integers(0, 5_000_000_00)
shares = st.decimals(0, 1, places=2)


@st.composite
def debts(draw: st.DrawFn, number: int = 1) -> Debt:
    due, balance = no_amounts(), no_amounts()
    for component in due:
        due[component] = draw(amounts)
        balance[component] = due[component]
    balance["principal"] += draw(amounts)
    days = draw(st.sampled_from([0, 3, 20, 31, 45, 75, 200]))
    stage = draw(st.sampled_from(["due", "early", "middle", "late", "written_off"]))
    left = tuple(
        (TODAY + timedelta(days=20 + 30 * step), draw(st.integers(1, 900_000_00)))
        for step in range(draw(st.integers(0, 4)))
    )
    schedule = draw(st.sampled_from([None, _schedule()]))
    if schedule is None:
        return Debt(number, due, balance, days, stage, left)
    closing = {**balance, "contract_interest": balance["contract_interest"] + draw(st.integers(0, 50_000_00))}
    return Debt(
        number,
        due,
        balance,
        days,
        stage,
        left,
        schedule,
        closing,
        _overdue(draw, sum(due.values())),
        draw(st.integers(0, 1)),
    )


def _overdue(draw: st.DrawFn, due_minor: int) -> tuple[Overdue, ...]:
    """One to four instalments that owe what is due, or nearly: a fee may stand on a later one."""
    count = draw(st.integers(1, 4))
    left, found = due_minor - draw(st.sampled_from([0, 0, min(due_minor, 5_000_00)])), []
    for number in range(1, count + 1):
        part = left if number == count else draw(st.integers(0, left))
        left -= part
        if part:
            found.append(Overdue(number, part))
    return tuple(found)


def _schedule() -> ScheduleTerms:
    return ScheduleTerms(
        currency="COP",
        principal_minor=10_000_000_00,
        disbursed_on=date(2025, 1, 5),
        first_due_on=date(2025, 2, 5),
        instalments=24,
        frequency=parse_frequency("monthly"),
        method="french",
        rate=Rate("effective_annual", Decimal("0.24")),
        unit_minor=100,
    )


cases = st.builds(
    Case,
    debts=st.lists(debts(), min_size=1, max_size=3).map(tuple),
    currency=st.just("COP"),
    country=st.just("CO"),
    today=st.just(TODAY),
    has_hardship=st.booleans(),
)
wishes = st.builds(
    Wish,
    amount_minor=st.none() | st.integers(1, 2_000_000_00),
    first_on=st.none() | st.dates(TODAY, TODAY + timedelta(days=60)),
    frequency=st.sampled_from(["weekly", "biweekly", "monthly"]),
)
requests = st.builds(
    OfferRequest,
    kind=st.sampled_from(KINDS),
    first_on=st.dates(TODAY - timedelta(days=2), TODAY + timedelta(days=60)),
    instalments=st.integers(0, 70),
    frequency=st.sampled_from(["weekly", "biweekly", "monthly"]),
    amount_minor=st.none() | amounts,
    down_payment_minor=st.just(0) | amounts,
    waiver_share=st.none() | shares,
    discount_share=st.none() | shares,
    months=st.integers(0, 8),
)


def priced(case: Case, request: OfferRequest, role: Role) -> Offer | str:
    try:
        return price(case, request, POLICY, role)
    except Refusal as refusal:
        return refusal.code


@given(st.integers(1, 10**12), st.integers(1, 40), st.sampled_from([1, 10, 100, 10000]))
def test_dividing_sums_exactly_and_leaves_nobody_with_nothing(total: int, count: int, unit: int) -> None:
    if total < count:
        return
    parts = divide_evenly(total, [TODAY + timedelta(days=step) for step in range(count)], unit)
    assert sum(part.amount_minor for part in parts) == total
    assert min(part.amount_minor for part in parts) > 0
    assert len({part.amount_minor for part in parts[:-1]}) <= 2


@given(cases, requests, st.sampled_from(ROLES))
def test_an_offer_adds_up_and_never_reaches_below_what_its_approver_may_grant(
    case: Case, request: OfferRequest, role: Role
) -> None:
    offer = priced(case, request, role)
    if isinstance(offer, str):
        return
    assert sum(part.amount_minor for part in offer.instalments) == offer.total_minor
    assert all(part.amount_minor > 0 for part in offer.instalments)
    assert [part.due_on for part in offer.instalments] == sorted({part.due_on for part in offer.instalments})
    assert min([TODAY, *(part.due_on for part in offer.instalments)]) == TODAY
    assert 0 <= offer.waiver_minor <= sum(case.balance[component] for component in WAIVABLE)
    granting = offer.approval or role
    allowed = POLICY.relief_of(case.stage, offer.kind)
    owed = no_amounts() if offer.basis == "part" else case.owed(offer.basis)
    assert offer.discount_minor <= owed["principal"] * getattr(allowed.discount, granting) + 1
    assert offer.waiver_minor <= sum(owed[name] for name in WAIVABLE) * getattr(allowed.waiver, granting) + 2


@given(cases, requests, st.sampled_from(ROLES))
def test_what_each_debt_owes_and_is_forgiven_sums_to_the_offer(case: Case, request: OfferRequest, role: Role) -> None:
    offer = priced(case, request, role)
    if isinstance(offer, str):
        return
    owed, waived = owed_by_debt(case, offer), waived_by_debt(case, offer)
    assert sum(sum(parts.values()) for parts in waived.values()) == offer.saving_minor
    if offer.basis == "part":
        return
    assert sum(owed.values()) == offer.owed_minor
    for debt in case.debts:
        assert all(waived[debt.obligation_id][name] <= amount for name, amount in debt.owed(offer.basis).items())


@given(cases, wishes)
def test_nobody_is_offered_more_than_what_their_statement_asks_for(case: Case, wish: Wish) -> None:
    """What closes the debt, or what is due: only a new schedule over a longer term adds its contract interest."""
    for offer in offers_for(case, wish, POLICY):
        assert offer.total_minor <= offer.owed_minor + offer.charge_minor
        assert not offer.charge_minor or offer.kind in ("refinancing", "restructuring")
        if offer.basis in ("due", "closing"):
            assert offer.total_minor <= sum(case.owed(offer.basis).values())


@given(cases, st.dates(TODAY + timedelta(days=1), TODAY + timedelta(days=29)))
def test_an_extension_moves_each_overdue_instalment_to_the_day_its_amount_is_asked_on(
    case: Case, first_on: date
) -> None:
    offer = priced(case, OfferRequest("extension", first_on), "agent")
    if isinstance(offer, str):
        return
    moved = moves(case, first_on)
    assert [part for part in put_off(case, first_on) if part[1]] == [
        (part.due_on, part.amount_minor) for part in offer.instalments
    ]
    for debt in case.debts:
        assert set(moved.get(debt.obligation_id, {})) == {overdue.number for overdue in debt.overdue}
        assert all(day > TODAY for day in moved.get(debt.obligation_id, {}).values())
        assert debt.extensions == 0
    assert (offer.total_minor, offer.saving_minor, offer.charge_minor) == (case.due_minor, 0, 0)


@given(cases, requests)
def test_more_authority_changes_no_price_only_whose_yes_is_needed(case: Case, request: OfferRequest) -> None:
    told = [priced(case, request, role) for role in ROLES]
    if isinstance(told[0], str):
        assert told == [told[0]] * len(ROLES)
        return
    prices = {(one.instalments, one.saving_minor, one.charge_minor) for one in told if not isinstance(one, str)}
    assert len(prices) == 1
    assert not isinstance(told[-1], str)
    assert told[-1].approval is None


@given(cases, requests)
def test_asking_for_less_relief_never_costs_more_than_what_everybody_is_offered(
    case: Case, request: OfferRequest
) -> None:
    asked, offered = priced(case, request, "agent"), priced(case, _plain(request), "agent")
    if isinstance(asked, Offer) and isinstance(offered, Offer):
        assert asked.total_minor <= offered.total_minor


@given(cases, wishes)
def test_telling_of_a_difficulty_never_takes_an_offer_away(case: Case, wish: Wish) -> None:
    plain = Case(case.debts, case.currency, case.country, case.today, has_hardship=False)
    helped = Case(case.debts, case.currency, case.country, case.today, has_hardship=True)
    with_help = offers_for(helped, wish, POLICY)
    assert [offer for offer in with_help if not offer.kind.startswith("hardship")] == offers_for(plain, wish, POLICY)
    assert bool(with_help) == (case.balance_minor > 0)


@given(cases, wishes, st.sampled_from(ROLES))
def test_every_offer_shown_is_what_pricing_says_and_needs_nobody_else(case: Case, wish: Wish, role: Role) -> None:
    for offer in offers_for(case, wish, POLICY, role):
        assert price(case, offer.request, POLICY, role) == offer
        assert offer.approval is None


@given(cases, wishes)
def test_a_late_interest_peso_is_never_capitalised(case: Case, wish: Wish) -> None:
    """A longer term adds contract interest of principal alone: the same case without late interest is charged the same."""
    bare = Case(tuple(_without_late(debt) for debt in case.debts), case.currency, case.country, case.today)
    for offer in offers_for(Case(case.debts, case.currency, case.country, case.today), wish, POLICY):
        twin = priced(bare, offer.request, "agent")
        if isinstance(twin, Offer):
            assert twin.charge_minor == offer.charge_minor


def _without_late(debt: Debt) -> Debt:
    return Debt(
        debt.obligation_id,
        _zeroed(debt.due),
        _zeroed(debt.balance),
        debt.days_past_due,
        debt.stage,
        debt.left,
        debt.schedule,
        _zeroed(debt.closing),
    )


def _zeroed(amounts_of: Amounts) -> Amounts:
    rest = no_amounts()
    for component, amount in amounts_of.items():
        rest[component] = 0 if component == "late_interest" else amount
    return rest


def _plain(request: OfferRequest) -> OfferRequest:
    return OfferRequest(
        kind=request.kind,
        first_on=request.first_on,
        instalments=request.instalments,
        frequency=request.frequency,
        amount_minor=request.amount_minor,
        down_payment_minor=request.down_payment_minor,
        months=request.months,
    )


def test_a_refusal_outside_the_policy_tells_no_floor() -> None:
    due = no_amounts()
    due["principal"] = 1_000_000_00
    case = Case((Debt(1, due, due, 200, "written_off"),), "COP", "CO", TODAY)
    with pytest.raises(Refusal) as refused:
        price(case, OfferRequest("full_payment", TODAY, discount_share=Decimal("0.9")), POLICY)
    assert refused.value.code == "offer-outside-policy"
    assert not any(character.isdigit() for character in refused.value.message)
