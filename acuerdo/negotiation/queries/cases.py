"""The figures of a negotiation, read once from the ledger for every door that makes offers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.public import Statement, instalments_after, statements
from acuerdo.ledger.rules.documents import read_schedule_terms
from acuerdo.ledger.rules.terms import ScheduleTerms
from acuerdo.negotiation.models import PlanObligation
from acuerdo.negotiation.rules.offers import Case, Debt

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
    debts = tuple(_debt(row, figures[row.pk], tuple(left[row.pk])) for row in rows)
    creditor = rows[0].creditor
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


def _debt(row: Any, figures: Statement, left: tuple[tuple[date, int], ...]) -> Debt:
    return Debt(
        obligation_id=row.pk,
        due=figures.balance_due,
        balance=figures.balance,
        days_past_due=figures.days_past_due,
        stage="written_off" if figures.is_written_off else figures.stage,
        left=left,
        schedule=_schedule_of(row.account),
    )


def _schedule_of(account: Any) -> ScheduleTerms | None:
    """The loan's own terms where Acuerdo keeps its books; a `core` account's dates are moved in the core."""
    document = account.terms.get("schedule") if account.balance_source == "ledger" else None
    if not document or "given" in document:
        return None
    return read_schedule_terms({"currency": account.currency, **document}, currency=account.currency)
