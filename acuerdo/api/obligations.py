"""Reading obligations: the list, one, its statement, its schedule and its entries; and the person who owes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router

from acuerdo.api.access import EVERYONE, LEADS, caller, obligation_for
from acuerdo.api.pages import cursor_after, number_in, uid_in
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import (
    DebtorOut,
    EntryPage,
    ListFilters,
    ObligationOut,
    ObligationPage,
    Problem,
    ScheduleOut,
    StatementOut,
)
from acuerdo.base import clock
from acuerdo.kernel.money import plain_text
from acuerdo.ledger.public import entries_of, instalments_of, regulatory_class, statement_view
from acuerdo.ledger.rules.answers import show_schedule
from acuerdo.ledger.rules.statement_answer import show_document
from acuerdo.portfolio.public import debtors_visible_to, visible_to

router = Router()
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


@router.get(
    "/obligations", response={200: ObligationPage, **PROBLEMS}, tags=["obligations"], operation_id="list_obligations"
)
def list_obligations(request: HttpRequest, filters: Query[ListFilters]) -> Any:
    """Obligations that the key may see, in a stable order. Repeat with `next_cursor` until it is null.

    For what changed, keep the instant at which you began and send it as `updated_since` the next time.
    """
    found = visible_to(caller(request, LEADS)).select_related("account", "creditor", "debtor").order_by("uid")
    if (after := uid_in(filters.cursor)) is not None:
        found = found.filter(uid__gt=after)
    if filters.updated_since is not None:
        found = found.filter(
            Q(updated_at__gte=filters.updated_since) | Q(account__updated_at__gte=filters.updated_since)
        )
    rows = list(found[: filters.limit + 1])
    page = rows[: filters.limit]
    following = cursor_after(page[-1].uid) if len(rows) > filters.limit else None
    return {"items": [_shown(row) for row in page], "next_cursor": following}


@router.get(
    "/obligations/{uid}", response={200: ObligationOut, **PROBLEMS}, tags=["obligations"], operation_id="get_obligation"
)
def get_obligation(request: HttpRequest, uid: UUID) -> Any:
    """One obligation."""
    return _shown(obligation_for(caller(request, EVERYONE), uid))


@router.get(
    "/obligations/{uid}/statement", response={200: StatementOut, **PROBLEMS}, tags=["obligations"],
    operation_id="get_statement", by_alias=True,
)  # fmt: skip
def get_statement(request: HttpRequest, uid: UUID, as_of: date | None = None, known_at: datetime | None = None) -> Any:
    """What is owed as of a date (today when left out), of what it is made, and what each payment paid.

    With `known_at`, what was believed then: only what had been recorded by that instant counts. An instant without an
    offset is in the installation's time zone.
    """
    obligation = obligation_for(caller(request, EVERYONE), uid)
    on = as_of or clock.business_date()
    if known_at is not None and known_at.tzinfo is None:
        known_at = known_at.replace(tzinfo=clock.zone())
    view = statement_view(obligation.pk, on, known_at=known_at)
    kinds = [str(obligation.account.terms.get("modality", "")), obligation.product]
    found = regulatory_class(obligation.creditor.country, kinds, view.document.statement.days_past_due, on)
    shown = show_document(view.document, view.uids, view.transactions, view.reversal_reasons)
    told = {"code": found.code, "citation": found.table.citation} if found else None
    return {"obligation": obligation.uid, "known_at": known_at, **shown, "regulatory_class": told}


@router.get(
    "/obligations/{uid}/schedule",
    response={200: ScheduleOut, **PROBLEMS},
    tags=["obligations"],
    operation_id="get_schedule",
)
def get_schedule(request: HttpRequest, uid: UUID) -> Any:
    """The instalments as agreed; empty where the lender's file gave none."""
    obligation = obligation_for(caller(request, EVERYONE), uid)
    currency, instalments = instalments_of(obligation.pk)
    return {"currency": currency, "instalments": show_schedule(instalments, currency)}


@router.get(
    "/obligations/{uid}/entries",
    response={200: EntryPage, **PROBLEMS},
    tags=["obligations"],
    operation_id="list_entries",
)
def list_entries(request: HttpRequest, uid: UUID, filters: Query[ListFilters]) -> Any:
    """The ledger's postings in the order of recording; they never change, so `updated_since` is when they were recorded."""
    obligation = obligation_for(caller(request, EVERYONE), uid)
    rows = entries_of(
        obligation.pk, after=number_in(filters.cursor), limit=filters.limit + 1, since=filters.updated_since
    )
    page = rows[: filters.limit]
    items = [
        {
            "transaction": line.transaction_uid, "kind": line.kind, "component": line.component, "instalment": line.instalment,
            "amount": plain_text(line.amount_minor, line.currency), "currency": line.currency,
            "effective_on": line.effective_on, "recorded_at": line.recorded_at, "payment": line.payment_uid,
            "event": line.event_uid,
        }
        for _place, line in page
    ]  # fmt: skip
    return {"items": items, "next_cursor": cursor_after(page[-1][0]) if len(rows) > filters.limit else None}


@router.get("/debtors/{uid}", response={200: DebtorOut, **PROBLEMS}, tags=["debtors"], operation_id="get_debtor")
def get_debtor(request: HttpRequest, uid: UUID) -> Any:
    """A person with the obligations that the key may see."""
    user = caller(request, EVERYONE)
    debtor = debtors_visible_to(user).filter(uid=uid).first()
    if debtor is None:
        raise not_found()
    number = debtor.id_number
    return {
        "uid": debtor.uid, "kind": debtor.kind, "full_name": debtor.full_name, "document_type": debtor.id_type,
        "document_masked": f"••••{number[-4:]}" if len(number) >= 6 else "••••", "language": debtor.language,
        "timezone": debtor.timezone, "city": debtor.city,
        "obligations": list(visible_to(user).filter(debtor=debtor).order_by("uid").values_list("uid", flat=True)),
    }  # fmt: skip


def _shown(row: Any) -> dict[str, Any]:
    account, currency = row.account, row.account.currency
    next_due = None
    if account.next_due_on:
        next_due = {"on": account.next_due_on, "amount": plain_text(account.next_due_minor, currency)}
    return {
        "uid": row.uid, "number": row.number, "kind": row.kind, "product": row.product, "creditor": row.creditor.name,
        "debtor": row.debtor.uid, "currency": currency, "status": account.status, "balance_source": account.balance_source,
        "state_as_of": account.state_as_of, "balance": plain_text(account.balance_minor, currency),
        "balance_due": plain_text(account.balance_due_minor, currency), "days_past_due": account.days_past_due,
        "due_since": account.due_since, "bucket": account.bucket, "stage": account.stage, "next_due": next_due,
        "updated_at": max(row.updated_at, account.updated_at),
    }  # fmt: skip
