"""The statement as a JSON document, amounts as texts, in the words of `ledger replay`: what the API and scripts read."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from acuerdo.kernel.money import plain_text
from acuerdo.ledger.rules.answers import show_amounts, show_change, show_statement
from acuerdo.ledger.rules.changes_told import Change
from acuerdo.ledger.rules.late_explained import LateLine, RateInForce
from acuerdo.ledger.rules.statement_document import PaymentLine, StatementDocument

type Uids = Mapping[str, str]
type Transactions = Mapping[str, Sequence[str]]


def show_document(
    document: StatementDocument, uids: Uids, transactions: Transactions, reversal_reasons: Uids | None = None
) -> dict[str, Any]:
    """The whole document. `uids` and `transactions` give the identifier and the ledger transactions of each event's `ref`,
    `reversal_reasons` why a payment was taken back."""
    reasons = reversal_reasons or {}

    def money(minor: int) -> str:
        return plain_text(minor, document.currency)

    def traced(ref: str) -> dict[str, Any]:
        return {"uid": uids.get(ref, ref), "transactions": list(transactions.get(ref, ()))}

    return {
        "source": document.source,
        "currency": document.currency,
        **show_statement(document.statement, document.currency),
        "components": [
            {
                "component": line.component, "origin": money(line.origin_minor), "paid": money(line.paid_minor),
                "waived": money(line.waived_minor), "transferred": money(line.transferred_minor),
                "owed": money(line.owed_minor), "due": money(line.due_minor),
            }
            for line in document.components
        ],
        "instalments": [
            {
                "number": line.number, "due_on": _day(line.due_on), "is_due": line.is_due, "agreed": money(line.agreed_minor),
                "added": money(line.added_minor), "paid": money(line.paid_minor), "waived": money(line.waived_minor),
                "transferred": money(line.transferred_minor), "owed": money(line.owed_minor),
                "was_due_on": _day(line.was_due_on) if line.was_due_on else None, "is_extra": line.is_extra,
            }
            for line in document.instalments
        ],
        "late_interest": [_late(line, document.currency) for line in document.late],
        "payments": [
            traced(line.ref) | _payment(line, document.currency, reasons.get(line.ref, ""))
            for line in document.payments
        ],
        "changes": [
            show_change(change, document.currency) | traced(change.uid) | _named(change, uids)
            for change in document.changes
        ],
        "rate": _rate(document.rate) if document.rate else None,
        "waterfall": list(document.waterfall),
        "order": document.order,
        "pauses": [{"from": _day(first), "to": _day(last)} for first, last in document.pauses],
        "tomorrow": _tomorrow(document),
        "payoff": show_amounts(document.payoff, document.currency) if document.payoff else None,
        "core": _core(document),
    }  # fmt: skip


def _late(line: LateLine, currency: str) -> dict[str, Any]:
    return {
        "instalment": line.number,
        "due_on": _day(line.due_on),
        "accrued": plain_text(line.accrued_minor, currency),
        "carried": plain_text(line.carried_minor, currency),
        "settled": plain_text(line.settled_minor, currency),
        "owed": plain_text(line.owed_minor, currency),
        "tranches": [
            {
                "from": _day(tranche.from_on),
                "to": _day(tranche.to_on),
                "days": tranche.days,
                "base": plain_text(tranche.base_minor, currency),
                "rate": _rate(tranche.rate),
                "amount": plain_text(tranche.amount_minor, currency),
            }
            for tranche in line.tranches
        ],
    }


def _rate(rate: RateInForce) -> dict[str, Any]:
    cap = {"annual": f"{rate.cap.annual:f}", "citation": rate.cap.citation} if rate.cap else None
    return {
        "kind": rate.kind,
        "annual": f"{rate.annual:f}",
        "daily": f"{rate.daily:f}",
        "is_capped": rate.is_capped,
        "cap": cap,
    }


def _payment(line: PaymentLine, currency: str, reason: str) -> dict[str, Any]:
    return {
        "on": _day(line.on),
        "amount": plain_text(line.amount_minor, currency),
        "allocation": [
            {
                "instalment": share.instalment,
                "component": share.component,
                "amount": plain_text(share.amount_minor, currency),
                "on": _day(share.on),
            }
            for share in line.shares
        ],
        "unallocated": plain_text(line.unallocated_minor, currency),
        "reversed_on": _day(line.reversed_on) if line.reversed_on else None,
        "reversal_reason": reason if line.reversed_on else "",
        "returned": plain_text(line.returned_minor, currency),
        "is_recovery": line.is_recovery,
    }


def _named(change: Change, uids: Uids) -> dict[str, Any]:
    """What a change names, by the identifier that leaves the system, and the part of the debt it touches where it is one."""
    parts = {share.component for share in change.shares}
    activity = {"activity": change.about} if change.kind == "fee" else {}
    return {
        "about": uids.get(change.about, change.about),
        "component": parts.pop() if len(parts) == 1 else None,
    } | activity


def _tomorrow(document: StatementDocument) -> dict[str, Any]:
    told = document.tomorrow
    if told.missing:
        return {"on": _day(told.on), "missing": told.missing}
    return {
        "on": _day(told.on),
        "total": plain_text(told.total_minor, document.currency),
        "difference": plain_text(told.difference_minor, document.currency),
        "late_interest": plain_text(told.late_minor, document.currency),
        "falls_due": plain_text(told.falls_due_minor, document.currency),
        "balance_due": plain_text(told.due_minor, document.currency),
    }


def _core(document: StatementDocument) -> dict[str, Any] | None:
    if document.source != "core":
        return None
    return {
        "as_of": _day(document.core_as_of) if document.core_as_of else None,
        "total": plain_text(document.core_total_minor, document.currency),
        "paid_since": plain_text(document.paid_since_minor, document.currency),
    }


def _day(day: date) -> str:
    return day.isoformat()
