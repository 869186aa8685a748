"""The answers of `acuerdo ledger schedule` and `acuerdo ledger replay`, as JSON documents with amounts as texts."""

from collections.abc import Sequence
from typing import Any

from acuerdo.kernel.money import plain_text
from acuerdo.ledger.rules.changes_told import Change, changes_of
from acuerdo.ledger.rules.components import COMPONENTS, Amounts
from acuerdo.ledger.rules.documents import ReplayQuestion, read_replay_question, read_schedule_terms
from acuerdo.ledger.rules.events import Event
from acuerdo.ledger.rules.replay import PaymentOutcome, Replayed, replay
from acuerdo.ledger.rules.schedules import build_schedule, rate_of_flows, years_of
from acuerdo.ledger.rules.statements import Statement
from acuerdo.ledger.rules.terms import Instalment


def answer_schedule(document: Any) -> dict[str, Any]:
    """Schedule, totals, the effective annual rate of principal and interest, and the cost with insurance and fees."""
    terms = read_schedule_terms(document)
    instalments = build_schedule(terms)
    years = years_of(terms, [row.due_on for row in instalments])
    plain = [row.principal_minor + row.contract_interest_minor for row in instalments]
    whole = [row.total_minor for row in instalments]
    rate = rate_of_flows(terms.principal_minor, list(zip(years, plain, strict=True)))
    has_extras = plain != whole
    cost = rate_of_flows(terms.principal_minor, list(zip(years, whole, strict=True))) if has_extras else rate
    return {
        "instalments": show_schedule(instalments, terms.currency),
        "totals": _totals(instalments, terms.currency),
        "effective_annual_rate": f"{rate:f}",
        "effective_annual_cost": f"{cost:f}",
    }


def answer_replay(document: Any) -> dict[str, Any]:
    """Schedule, where each payment went, and a statement for each date asked."""
    question = read_replay_question(document)
    played = replay(question.instalments, question.terms, question.events, question.as_of, question.caps)
    return show_replay(question, played)


def show_replay(question: ReplayQuestion, played: Replayed) -> dict[str, Any]:
    """The replay as the contract writes it."""
    currency = question.currency
    return {
        "schedule": show_schedule(question.instalments, currency),
        "payments": [_payment(outcome, currency) for outcome in played.payments.values()],
        "changes": show_changes(question.events, played, currency),
        "statements": [show_statement(statement, currency) for statement in played.statements],
    }


def show_schedule(instalments: Sequence[Instalment], currency: str) -> list[dict[str, Any]]:
    """Rows with the principal balance left after each instalment."""
    balance = sum(row.principal_minor for row in instalments)
    rows = []
    for row in instalments:
        balance -= row.principal_minor
        shown = {"number": row.number, "due_on": row.due_on.isoformat(), **_parts(row, currency)}
        rows.append(shown | {"balance": plain_text(balance, currency)})
    return rows


def show_statement(statement: Statement, currency: str) -> dict[str, Any]:
    """One statement, with totals, bucket, stage and the next due date (null when nothing is left to fall due)."""
    next_due = None
    if statement.next_due_on:
        next_due = {"on": statement.next_due_on.isoformat(), "amount": plain_text(statement.next_due_minor, currency)}
    return {
        "as_of": statement.as_of.isoformat(),
        "balance": show_amounts(statement.balance, currency),
        "balance_due": show_amounts(statement.balance_due, currency),
        "unallocated": plain_text(statement.unallocated_minor, currency),
        "due_since": statement.due_since.isoformat() if statement.due_since else None,
        "days_past_due": statement.days_past_due,
        "bucket": statement.bucket,
        "stage": statement.stage,
        "next_due": next_due,
        "is_written_off": statement.is_written_off,
    }


def show_amounts(amounts: Amounts, currency: str) -> dict[str, str]:
    """Every component and their total."""
    shown: dict[str, str] = {component: plain_text(amounts[component], currency) for component in COMPONENTS}
    return shown | {"total": plain_text(sum(amounts.values()), currency)}


def _payment(outcome: PaymentOutcome, currency: str) -> dict[str, Any]:
    allocation = [
        {
            "instalment": share.instalment,
            "component": share.component,
            "amount": plain_text(share.amount_minor, currency),
        }
        for share in outcome.shares
    ]
    shown = {
        "uid": outcome.uid,
        "allocation": allocation,
        "unallocated": plain_text(outcome.unallocated_minor, currency),
    }
    if outcome.reversed_on:
        shown["reversed_on"] = outcome.reversed_on.isoformat()
    if outcome.returned_minor:
        shown["returned"] = plain_text(outcome.returned_minor, currency)
    return shown | ({"is_recovery": True} if outcome.is_recovery else {})


def show_changes(events: Sequence[Event], played: Replayed, currency: str) -> list[dict[str, Any]]:
    """What every event that is no payment did, in the order of their dates; what lies after the last date is left out."""
    return [show_change(change, currency) for change in changes_of(events, played)]


def show_change(change: Change, currency: str) -> dict[str, Any]:
    """One change: its amount, the shares it added to the debt (positive) or took off it (negative), and what it names."""
    shown: dict[str, Any] = {
        "uid": change.uid,
        "type": change.kind,
        "on": change.on.isoformat(),
        "amount": plain_text(change.amount_minor, currency),
        "shares": [
            {
                "instalment": share.instalment,
                "component": share.component,
                "amount": plain_text(share.amount_minor, currency),
            }
            for share in change.shares
        ],
    }
    if change.from_credit_minor:
        shown["from_credit"] = plain_text(change.from_credit_minor, currency)
    if change.spared_minor:
        shown["spared"] = plain_text(change.spared_minor, currency)
    if change.about:
        shown["about"] = change.about
    if change.moves:
        shown["moves"] = [{"instalment": move.instalment, "due_on": move.due_on.isoformat()} for move in change.moves]
    return shown


def _totals(instalments: Sequence[Instalment], currency: str) -> dict[str, str]:
    sums = Instalment(
        number=0,
        due_on=instalments[-1].due_on,
        principal_minor=sum(row.principal_minor for row in instalments),
        contract_interest_minor=sum(row.contract_interest_minor for row in instalments),
        insurance_minor=sum(row.insurance_minor for row in instalments),
        fees_minor=sum(row.fees_minor for row in instalments),
    )
    return _parts(sums, currency)


def _parts(row: Instalment, currency: str) -> dict[str, str]:
    return {
        "principal": plain_text(row.principal_minor, currency),
        "contract_interest": plain_text(row.contract_interest_minor, currency),
        "insurance": plain_text(row.insurance_minor, currency),
        "fees": plain_text(row.fees_minor, currency),
        "total": plain_text(row.total_minor, currency),
    }
