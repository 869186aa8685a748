"""Restructuring and refinancing: debts close by entries and one new account takes over what they owed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.actions.corrections import post_event
from acuerdo.ledger.actions.payments import lock_accounts
from acuerdo.ledger.actions.posting import recompute
from acuerdo.ledger.models import Account, AccountEvent, BalanceSource, Instalment, Payment, Replacement
from acuerdo.ledger.queries import cap_tables, load_accounts, play
from acuerdo.ledger.rules.components import COMPONENTS, Amounts, no_amounts
from acuerdo.ledger.rules.documents import read_obligation_terms, read_schedule_terms
from acuerdo.ledger.rules.events import ReplacementKind
from acuerdo.ledger.rules.kinds import kind_key
from acuerdo.ledger.rules.replacements import Capitalisation, NewDebt, plan_replacement


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the new obligation is: its account's id, the number that its holder knows, terms in the shape of `ledger replay`.

    `terms["schedule"]` are schedule terms without principal; `capitalised` what of interest and charges becomes principal.
    """

    new_id: int
    number: str
    terms: dict[str, Any]
    country: str
    kind_of_credit: str
    capitalised: Amounts = field(default_factory=no_amounts)
    agreed_on: date | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The new account, what it was made of, and the event that closed each old one."""

    account: Account
    debt: NewDebt
    events: tuple[AccountEvent, ...]


def replace_accounts(
    old_ids: Sequence[int],
    agreed: Agreed,
    *,
    kind: ReplacementKind,
    replaced_on: date,
    reason: str,
    now: datetime,
    actor: str,
) -> Replaced:
    """Closes the old accounts on a day and opens one for all that they owed, linked to them. All or nothing.

    Refuses `unknown-account`, `not-our-books`, `mixed-currencies`, `replaced-twice`, `account-exists`, `nothing-owed`,
    `capitalised-above-owed`, `interest-on-interest` and terms that cannot be.
    """
    with transaction.atomic():
        olds = list(lock_accounts(old_ids).values())
        _check_olds(olds, agreed)
        since = min((old.due_since for old in olds if old.due_since), default=None)
        closing = {"kind": kind, "happened_on": replaced_on, "reason": reason}
        events = [
            post_event(old, AccountEvent(**closing, details=_details(old, agreed)), now=now, actor=actor)
            for old in olds
        ]
        passed = [_passed_on(old, event) for old, event in zip(olds, events, strict=True)]
        debt = _planned(passed, agreed, olds[0].currency, replaced_on, since)
        new = _open(agreed, debt, olds[0].currency, replaced_on, now)
        for old, event, amounts in zip(olds, events, passed, strict=True):
            _link(old, new, event, amounts, agreed, debt)
        recompute([new], as_of={new.pk: replaced_on}, now=now, actor=actor)
    return Replaced(new, debt, tuple(events))


def _check_olds(olds: Sequence[Account], agreed: Agreed) -> None:
    if not olds:
        raise Refusal("no-debts", "No hay obligaciones que reemplazar.")
    if any(old.balance_source != BalanceSource.LEDGER for old in olds):
        raise Refusal("not-our-books", "Los saldos de una de las obligaciones los lleva el core del acreedor.")
    if len({old.currency for old in olds}) > 1:
        raise Refusal("mixed-currencies", "Las obligaciones están en monedas distintas.")
    if Replacement.objects.filter(old__in=olds).exists():
        raise Refusal("replaced-twice", "Una de las obligaciones ya pasó a otra.")
    if Account.objects.filter(pk=agreed.new_id).exists():
        raise Refusal("account-exists", "La obligación nueva ya existe.")


def _details(old: Account, agreed: Agreed) -> dict[str, Any]:
    """The payments known by now count before the closing; others that turn up later are credit."""
    payments = Payment.objects.filter(account=old, reverses=None).order_by("pk").values_list("pk", flat=True)
    return {"into": agreed.number, "payments": list(payments)}


def _passed_on(old: Account, event: AccountEvent) -> Amounts:
    """What the closing took off the old account, by component; kept with the event, since it does not change any more."""
    played = play(load_accounts([old])[0], event.happened_on, cap_tables())
    amounts = no_amounts()
    for share in played.effects.transferred[f"e{event.pk}"]:
        amounts[share.component] += share.amount_minor
    event.details = {**event.details, "passed": sum(amounts.values())}
    event.save(update_fields=["details"])
    return amounts


def _planned(passed: Sequence[Amounts], agreed: Agreed, currency: str, on: date, due_since: date | None) -> NewDebt:
    owed = no_amounts()
    for amounts in passed:
        for part in COMPONENTS:
            owed[part] += amounts[part]
    document = {"disbursed_on": on.isoformat(), **(agreed.terms.get("schedule") or {}), "principal": "1"}
    terms = read_schedule_terms(document, currency=currency, path="schedule")
    asked = Capitalisation(agreed.capitalised, agreed.agreed_on, agreed.basis, due_since)
    return plan_replacement(owed, terms, asked, country=agreed.country, kind=kind_key(agreed.kind_of_credit))


def _open(agreed: Agreed, debt: NewDebt, currency: str, on: date, now: datetime) -> Account:
    read_obligation_terms(agreed.terms, currency)
    account = Account.objects.create(
        id=agreed.new_id,
        currency=currency,
        balance_source=BalanceSource.LEDGER,
        principal_minor=debt.principal_minor,
        disbursed_on=on,
        terms=agreed.terms,
        updated_at=now,
    )
    due = 0
    rows = []
    for row in debt.instalments:
        due += row.total_minor
        rows.append(
            Instalment(
                account=account,
                number=row.number,
                due_on=row.due_on,
                principal_minor=row.principal_minor,
                contract_interest_minor=row.contract_interest_minor,
                insurance_minor=row.insurance_minor,
                fees_minor=row.fees_minor,
                total_minor=row.total_minor,
                cum_due_minor=due,
            )
        )
    Instalment.objects.bulk_create(rows)
    return account


def _link(old: Account, new: Account, event: AccountEvent, passed: Amounts, agreed: Agreed, debt: NewDebt) -> None:
    # Of several old debts, what was capitalised or carried is known of their sum; each row keeps its own transfer.
    Replacement.objects.create(
        old=old,
        new=new,
        event=event,
        transferred=passed,
        capitalised=debt.capitalised,
        carried=debt.carried,
        basis=agreed.basis[:200],
    )
