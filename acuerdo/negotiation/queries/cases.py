"""The figures of a negotiation, read once from the ledger for every door that makes offers."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from acuerdo.kernel.calendar import add_months
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.public import Payoff, Statement, instalments_after, payoffs, statements
from acuerdo.ledger.rules.components import COMPONENTS, Amounts, no_amounts
from acuerdo.ledger.rules.documents import read_schedule_terms
from acuerdo.ledger.rules.terms import ScheduleTerms
from acuerdo.negotiation.models import PlanObligation
from acuerdo.negotiation.rules.offers import Case, Debt, Overdue, policy_on

OBLIGATIONS_MAX = 20


def load_case(obligations: QuerySet[Any], today: date, *, has_hardship: bool = False) -> Case:
    """The case of the obligations that the caller may see (of one person and creditor), as of the business date.

    Refuses `offer-nothing-owed` without any, `offer-several-creditors` when they differ, `offer-too-many` above 20.
    """
    rows = list(
        obligations.select_related("account", "creditor")
        .filter(gone_on=None)
        .exclude(account__status__in=["paid", "gone"])
        .order_by("pk")[: OBLIGATIONS_MAX + 1]
    )
    _require_one_table(rows)
    ids = [row.pk for row in rows]
    figures, left = statements(ids, today), instalments_after(ids, today)
    closing, creditor = payoffs(ids, today), rows[0].creditor
    extended = _extensions(ids, add_months(today, -policy_on(today, creditor.country).extension.months))
    debts = tuple(
        _debt(row, figures[row.pk], tuple(left[row.pk]), closing.get(row.pk), extended.get(row.pk, 0)) for row in rows
    )
    return Case(debts, rows[0].account.currency, creditor.country, today, has_hardship)


def obligation_rows(obligation_ids: Sequence[int]) -> QuerySet[Any]:
    """The rows of obligations that a plan already names."""
    model = PlanObligation._meta.get_field("obligation").related_model
    assert isinstance(model, type)
    return model._default_manager.filter(pk__in=obligation_ids)


def obligations_in_force(obligation_ids: Sequence[int]) -> set[int]:
    """Of these, the ones that a plan in force already covers."""
    found = PlanObligation.objects.filter(obligation_id__in=obligation_ids, is_in_force=True)
    return set(found.values_list("obligation_id", flat=True))


def _require_one_table(rows: Sequence[Any]) -> None:
    if not rows:
        raise Refusal("offer-nothing-owed", "No hay obligaciones por acordar.")
    if len(rows) > OBLIGATIONS_MAX:
        raise Refusal("offer-too-many", f"Elija hasta {OBLIGATIONS_MAX} obligaciones para un mismo acuerdo.")
    if len({(row.debtor_id, row.creditor_id, row.account.currency) for row in rows}) > 1:
        raise Refusal(
            "offer-several-creditors", "Un acuerdo une obligaciones de una persona con un acreedor, en una moneda."
        )


def _extensions(obligation_ids: Sequence[int], since: date) -> dict[int, int]:
    """How many extensions of each were agreed after a date."""
    rows = PlanObligation.objects.filter(
        obligation_id__in=obligation_ids, plan__kind="extension", plan__accepted_on__gt=since
    )
    return Counter(rows.values_list("obligation_id", flat=True))


def closing_of(payoff: Payoff) -> Amounts:
    """What has yet to be paid to close a debt: credit that waits is taken off, of principal first."""
    left, credit = no_amounts(), payoff.credit_minor
    for component in reversed(COMPONENTS):
        taken = min(credit, payoff.amounts[component])
        left[component], credit = payoff.amounts[component] - taken, credit - taken
    return left


def _debt(
    row: Any, figures: Statement, left: tuple[tuple[date, int], ...], payoff: Payoff | None, extensions: int
) -> Debt:
    return Debt(
        obligation_id=row.pk,
        due=figures.balance_due,
        balance=figures.balance,
        days_past_due=figures.days_past_due,
        stage="written_off" if figures.is_written_off else figures.stage,
        left=left,
        schedule=_schedule_of(row.account),
        closing=closing_of(payoff) if payoff else no_amounts(),
        overdue=tuple(Overdue(one.number, one.amount_minor) for one in payoff.overdue) if payoff else (),
        extensions=extensions,
    )


def _schedule_of(account: Any) -> ScheduleTerms | None:
    """The loan's own terms where Acuerdo keeps its books; a `core` account's dates are moved in the core."""
    document = account.terms.get("schedule") if account.balance_source == "ledger" else None
    if not document or "given" in document:
        return None
    return read_schedule_terms({"currency": account.currency, **document}, currency=account.currency)
