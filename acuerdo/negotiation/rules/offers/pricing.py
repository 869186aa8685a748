"""The price of one request: what it settles, what is forgiven, on which dates, and whose yes it needs.

Late interest, once agreed, stands still while an agreement with instalments is kept; it is never capitalised and bears no
interest (Colombia, Código de Comercio art. 886). Relief is of late interest and collection fees (`waiver`) or of principal
(`discount`), split over the obligations in proportion to what each owes of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from acuerdo.kernel.calendar import add_months
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import round_to_unit
from acuerdo.kernel.rates import Rate
from acuerdo.ledger.rules.components import Amounts, Component, no_amounts
from acuerdo.ledger.rules.due_dates import due_dates, parse_frequency
from acuerdo.ledger.rules.replacements import Capitalisation, NewDebt, plan_replacement
from acuerdo.ledger.rules.terms import ScheduleTerms
from acuerdo.negotiation.rules.offers.delaying import put_off
from acuerdo.negotiation.rules.offers.dividing import divide_evenly, with_down_payment
from acuerdo.negotiation.rules.offers.figures import (
    ROLES,
    Basis,
    Case,
    Offer,
    OfferInstalment,
    OfferKind,
    OfferRequest,
    Role,
)
from acuerdo.negotiation.rules.offers.policy import OfferPolicy, Window, outside_policy

WAIVABLE: tuple[Component, ...] = ("late_interest", "collection_fee")


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request in its surroundings."""

    case: Case
    request: OfferRequest
    policy: OfferPolicy

    @property
    def stage(self) -> str:
        return self.case.stage

    def require(self, is_allowed: bool) -> None:
        if not is_allowed:
            raise outside_policy()

    def require_by(self, last_on: date, within_days: int) -> None:
        """Every date lies ahead and within reach; refuses `offer-date-past` and `offer-date-far`."""
        if self.request.first_on < self.case.today:
            raise Refusal("offer-date-past", "La fecha ya pasó: elija hoy o un día que venga.")
        latest = self.case.today + timedelta(days=within_days)
        if last_on > latest:
            raise Refusal("offer-date-far", f"La fecha queda muy lejos: elija a más tardar el {latest:%d/%m/%Y}.")

    def require_stage(self, stages: Sequence[str]) -> None:
        if self.stage not in stages:
            raise Refusal("offer-not-in-stage", "Esta alternativa no aplica a la etapa en que está la obligación.")


@dataclass(frozen=True, slots=True)
class _Relieved:
    """What is forgiven of some amounts, and the role that may grant it."""

    waived: Amounts
    role: Role

    @property
    def waiver_minor(self) -> int:
        return sum(self.waived[component] for component in WAIVABLE)

    @property
    def discount_minor(self) -> int:
        return self.waived["principal"]


def price(case: Case, request: OfferRequest, policy: OfferPolicy, role: Role = "agent") -> Offer:
    """The offer that answers `request`, for whoever asks with the authority of `role` (a customer asks as an agent does).

    Refuses `offer-nothing-owed`, `offer-date-past`, `offer-date-far`, `offer-not-in-stage`, `offer-outside-policy` and, where the
    request itself cannot be, `offer-amount`, `offer-instalments`, `offer-down-payment`, `offer-frequency`, `offer-no-schedule`.
    """
    if case.balance_minor <= 0:
        raise Refusal("offer-nothing-owed", "No hay saldo por acordar.")
    offer = _PRICERS[request.kind](_Asked(case, request, policy))
    needed = offer.approval
    return replace(offer, approval=None if needed is None or _reaches(role, needed) else needed)


def _early_payment(asked: _Asked) -> Offer:
    return _paid_within(asked, "due", asked.policy.early_payment)


def _full_payment(asked: _Asked) -> Offer:
    """What closes the debt today: of our own books, interest of later days is left out, and forgiven up to the payment."""
    return _paid_within(asked, "closing", asked.policy.full_payment)


def _paid_within(asked: _Asked, basis: Basis, window: Window) -> Offer:
    """All of it within a few days, in one payment or the few that the policy allows."""
    asked.require_stage(window.stages)
    if not 1 <= asked.request.instalments <= window.payments:
        raise _instalments(window.payments)
    latest = asked.case.today + timedelta(days=window.within_days)
    asked.require_by(asked.request.first_on, window.within_days)
    days = _spread(asked.request.first_on, latest, asked.request.instalments)
    owed = asked.case.owed(basis)
    relief = _relief(asked, owed)
    total = sum(owed.values()) - relief.waiver_minor - relief.discount_minor
    unit = asked.policy.unit_minor(asked.case.currency)
    return replace(_offer(asked, basis, relief, divide_evenly(total, days, unit)), stops_late_interest=True)


def _promise(asked: _Asked) -> Offer:
    """One payment by one date: what is due, or the part of it that the person names."""
    due = asked.case.due_minor or sum(left[0][1] for debt in asked.case.debts if (left := debt.left))
    amount = due if asked.request.amount_minor is None else asked.request.amount_minor
    if not 0 < amount <= due:
        raise Refusal("offer-amount", "Escriba un valor mayor que cero y hasta lo que está pendiente.")
    asked.require_by(asked.request.first_on, asked.policy.split.within_days)
    return _programme(asked, (OfferInstalment(1, asked.request.first_on, amount),))


def _split(asked: _Asked) -> Offer:
    window = asked.policy.split
    asked.require_stage(window.stages)
    if not 2 <= asked.request.instalments <= window.payments:
        raise _instalments(window.payments)
    days = _dates(asked)
    asked.require_by(days[-1], window.within_days)
    owed = asked.case.due
    unit = asked.policy.unit_minor(asked.case.currency)
    parts = divide_evenly(sum(owed.values()), days, unit)
    return replace(_offer(asked, "due", _relief(asked, owed), parts), stops_late_interest=True)


def _extension(asked: _Asked) -> Offer:
    """The instalments fallen due get new dates, a month apart (prórroga). Late interest stays what it is and runs no more before
    them: once accepted the dates of our own books move. A creditor's core moves its own."""
    case, limits = asked.case, asked.policy.extension
    asked.require_stage(limits.stages)
    if any(debt.schedule is None and not debt.overdue for debt in case.debts):
        raise _no_schedule()
    if max(debt.extensions for debt in case.debts) >= limits.times:
        raise Refusal("offer-extended", "Esta obligación ya tuvo una prórroga: vea las otras alternativas.")
    count = max(len(debt.overdue) for debt in case.debts)
    if not 1 <= count <= limits.instalments:
        raise outside_policy()
    asked.require_by(asked.request.first_on, limits.within_days)
    if asked.request.first_on <= case.today:
        raise Refusal("offer-date-past", "La fecha nueva debe ser después de hoy.")
    parts = [part for part in put_off(case, asked.request.first_on) if part[1]]
    return _offer(asked, "due", _no_relief(), _numbered(parts))


def _plan(asked: _Asked) -> Offer:
    """What is due, in instalments: the contract's own go on. A written-off debt has no other: all of it is planned."""
    case, request, limits = asked.case, asked.request, asked.policy.plan
    basis: Basis = "closing" if asked.stage == "written_off" else "due"
    owed = case.owed(basis)
    most = limits.instalments.get(asked.stage)
    if most is None:
        asked.require_stage(list(limits.instalments))
    if not 2 <= request.instalments <= (most or 0):
        raise _instalments(most or 2)
    if request.frequency not in limits.frequencies:
        raise Refusal("offer-frequency", "Elija pagos semanales, quincenales o mensuales.")
    asked.require_by(request.first_on, limits.first_within_days)
    relief = _relief(asked, owed)
    total = sum(owed.values()) - relief.waiver_minor - relief.discount_minor
    parts = _in_instalments(asked, total)
    _require_least(asked, parts)
    return replace(_offer(asked, basis, relief, parts), stops_late_interest=True)


def _rescheduled(asked: _Asked) -> Offer:
    """A new schedule of the whole principal at the contract's rate; what else is due is spread over it without interest."""
    limits = asked.policy.rescheduling
    asked.require_stage(limits.stages)
    is_early = asked.case.days_past_due <= limits.refinancing_until_days
    asked.require(is_early == (asked.request.kind == "refinancing"))
    if not 2 <= asked.request.instalments <= limits.instalments:
        raise _instalments(limits.instalments)
    asked.require_by(asked.request.first_on, asked.policy.plan.first_within_days)
    owed, relief = asked.case.balance, _relief(asked, asked.case.balance)
    debt = new_debt(asked.case, asked.request, relief.waived)
    parts = _numbered([(row.due_on, row.total_minor) for row in debt.instalments])
    total = sum(part.amount_minor for part in parts)
    charge = total - sum(owed.values()) + relief.waiver_minor + relief.discount_minor
    return _offer(asked, "balance", relief, parts, charge_minor=charge)


def new_debt(case: Case, request: OfferRequest, waived: Amounts) -> NewDebt:
    """The obligation that would take over the case's debts less what is forgiven: one schedule at the lowest of their rates.

    The ledger makes the same one on acceptance. Refuses `offer-no-schedule` where a creditor's core keeps the dates.
    """
    terms = new_terms(case, request)
    left = {component: amount - waived[component] for component, amount in case.balance.items()}
    return plan_replacement(left, terms, Capitalisation(no_amounts()), country=case.country, kind="")


def new_terms(case: Case, request: OfferRequest) -> ScheduleTerms:
    """The terms of the new schedule; its principal is worked out from what passes on."""
    known = [debt.schedule for debt in case.debts if debt.schedule is not None]
    if len(known) < len(case.debts):
        raise _no_schedule()
    lowest = min(known, key=lambda terms: terms.rate.effective_annual(terms.frequency.periods_per_year))
    frequency = parse_frequency(request.frequency)
    return replace(
        lowest,
        rate=Rate("effective_annual", lowest.rate.effective_annual(lowest.frequency.periods_per_year)),
        disbursed_on=case.today,
        first_due_on=request.first_on,
        instalments=request.instalments,
        frequency=frequency,
        grace_instalments=0,
        balloon_minor=0,
        payment_minor=None,
        insurance_minor=0,
        fees_minor=0,
    )


def _hardship_reduced(asked: _Asked) -> Offer:
    """A share of each month's instalment for some months; late interest stands still and the rest is looked at again after."""
    limits = asked.policy.hardship
    asked.require(asked.case.has_hardship)
    if not 1 <= asked.request.months <= limits.reduced_months:
        raise _months(limits.reduced_months)
    asked.require_by(asked.request.first_on, asked.policy.plan.first_within_days)
    regular = sum(debt.left[0][1] for debt in asked.case.debts if debt.left) or asked.case.due_minor
    unit = asked.policy.unit_minor(asked.case.currency)
    part = max(round_to_unit(regular * limits.reduced_share, unit, "half_up"), unit)
    days = due_dates(asked.request.first_on, parse_frequency("monthly"), asked.request.months)
    parts = tuple(OfferInstalment(number, day, part) for number, day in enumerate(days, start=1))
    return replace(_programme(asked, parts), stops_late_interest=True, review_on=add_months(days[-1], 1))


def _hardship_paused(asked: _Asked) -> Offer:
    limits = asked.policy.hardship
    asked.require(asked.case.has_hardship)
    if not 1 <= asked.request.months <= limits.paused_months:
        raise _months(limits.paused_months)
    review = add_months(asked.case.today, asked.request.months)
    return replace(_programme(asked, ()), stops_late_interest=True, review_on=review)


_PRICERS: dict[OfferKind, Callable[[_Asked], Offer]] = {
    "early_payment": _early_payment,
    "full_payment": _full_payment,
    "promise": _promise,
    "split": _split,
    "extension": _extension,
    "plan": _plan,
    "refinancing": _rescheduled,
    "restructuring": _rescheduled,
    "hardship_reduced": _hardship_reduced,
    "hardship_paused": _hardship_paused,
}


def _offer(
    asked: _Asked,
    basis: Basis,
    relief: _Relieved,
    parts: tuple[OfferInstalment, ...],
    *,
    charge_minor: int = 0,
) -> Offer:
    case = asked.case
    own_payments = sum(part.amount_minor for part in parts)
    offer = Offer(
        kind=asked.request.kind,
        request=asked.request,
        # A programme's payments settle no more than themselves.
        owed_minor=own_payments if basis == "part" else sum(case.owed(basis).values()),
        waiver_minor=relief.waiver_minor,
        discount_minor=relief.discount_minor,
        charge_minor=charge_minor,
        instalments=parts,
        burden_minor=_burden(case, asked.request.kind, parts),
        valid_until=case.today + timedelta(days=asked.policy.valid_days),
        approval=relief.role,
        basis=basis,
        waived=relief.waived,
    )
    assert offer.total_minor == own_payments, "an offer's instalments sum to its total"
    return offer


def _programme(asked: _Asked, parts: tuple[OfferInstalment, ...]) -> Offer:
    """Payments that settle no more than themselves: what is left stays owed as it is."""
    return _offer(asked, "part", _no_relief(), parts)


def _relief(asked: _Asked, owed: Amounts) -> _Relieved:
    """What is forgiven of `owed`: the shares asked for, else those offered to everyone; refuses `offer-outside-policy`."""
    allowed = asked.policy.relief_of(asked.stage, asked.request.kind)
    # What is offered to everyone is never withheld from somebody who asks for less.
    waiver = max(allowed.waiver.offered, asked.request.waiver_share or Decimal(0))
    discount = max(allowed.discount.offered, asked.request.discount_share or Decimal(0))
    roles = allowed.waiver.role_for(waiver), allowed.discount.role_for(discount)
    waived = no_amounts()
    for component in WAIVABLE:
        waived[component] = round_to_unit(owed[component] * waiver, 1, "half_up")
    waived["principal"] = round_to_unit(owed["principal"] * discount, 1, "half_up")
    return _Relieved(waived, max(roles, key=ROLES.index))


def _no_relief() -> _Relieved:
    return _Relieved(no_amounts(), "agent")


def _spread(first_on: date, last_on: date, count: int) -> list[date]:
    """`count` dates from the first to the last, evenly apart."""
    span = (last_on - first_on).days
    return [first_on + timedelta(days=span * step // max(count - 1, 1)) for step in range(count)]


def _dates(asked: _Asked) -> list[date]:
    frequency = parse_frequency(asked.request.frequency)
    return due_dates(
        asked.request.first_on, frequency, asked.request.instalments, anchor_day=asked.request.first_on.day
    )


def _in_instalments(asked: _Asked, total_minor: int) -> tuple[OfferInstalment, ...]:
    unit, down = asked.policy.unit_minor(asked.case.currency), asked.request.down_payment_minor
    if not down:
        return divide_evenly(total_minor, _dates(asked), unit)
    if not 0 < down < total_minor:
        raise Refusal("offer-down-payment", "La cuota inicial debe ser mayor que cero y menor que el total.")
    if asked.request.first_on <= asked.case.today:
        raise Refusal("offer-down-payment", "La primera cuota va después de la inicial, que se paga hoy.")
    return with_down_payment(total_minor, down, asked.case.today, _dates(asked), unit)


def _require_least(asked: _Asked, parts: Sequence[OfferInstalment]) -> None:
    if len(parts) > 2 and parts[-2].amount_minor < asked.policy.least_minor(asked.case.currency):
        raise Refusal("offer-instalments", "Las cuotas quedarían demasiado pequeñas: elija menos cuotas.")


def _burden(case: Case, kind: OfferKind, parts: Sequence[OfferInstalment]) -> int:
    """The most that falls in one calendar month: the offer's own payments and, where the contract goes on, its instalments."""
    months: dict[tuple[int, int], int] = {}
    paid = {(part.due_on.year, part.due_on.month) for part in parts}
    goes_on = kind in ("early_payment", "promise", "split", "extension", "plan")
    regular = [one for debt in case.debts for one in debt.left] if goes_on and case.stage != "written_off" else []
    for day, amount in [*((part.due_on, part.amount_minor) for part in parts), *regular]:
        month = (day.year, day.month)
        if month in paid:
            months[month] = months.get(month, 0) + amount
    return max(months.values(), default=0)


def _numbered(parts: Sequence[tuple[date, int]]) -> tuple[OfferInstalment, ...]:
    return tuple(OfferInstalment(number, day, amount) for number, (day, amount) in enumerate(parts, start=1))


def _reaches(role: Role, needed: Role) -> bool:
    return ROLES.index(role) >= ROLES.index(needed)


def _instalments(most: int) -> Refusal:
    return Refusal("offer-instalments", f"El número de pagos puede ser de hasta {most}.")


def _months(most: int) -> Refusal:
    return Refusal("offer-months", f"El plazo puede ser de hasta {most} meses.")


def _no_schedule() -> Refusal:
    return Refusal(
        "offer-no-schedule",
        "Las fechas de esta obligación las lleva el core del acreedor: pida allí el cambio de plazo.",
    )
