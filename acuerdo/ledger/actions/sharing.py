"""One sum of money for several accounts at once: shared by rule or as the customer chose, each part a payment of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.actions.payments import NewPayment, PaymentRecorded, lock_accounts, record_payments
from acuerdo.ledger.models import Account, Payment
from acuerdo.ledger.queries import cap_tables, load_accounts, state_of
from acuerdo.ledger.rules.sharing import OpenDebt, SharingRule, share_by_choice, share_by_rule

SEPARATOR = "#"


@dataclass(frozen=True, slots=True)
class SharedMoney:
    """Money received once for several accounts. `choice` maps account ids to the part the customer wants for each."""

    account_ids: Sequence[int]
    amount_minor: int
    paid_on: date
    source: str
    external_ref: str
    rule: SharingRule = "oldest_due_first"
    choice: Mapping[int, int] | None = None
    creditor_consents: bool = False


def record_shared_payment(money: SharedMoney, *, now: datetime, actor: str) -> list[PaymentRecorded]:
    """Records the parts, in the order of the accounts' ids; the same reference again changes nothing, whatever is owed by then.

    Refuses `unknown-account`, `mixed-currencies`, `payment-ref-reused` and what `share_by_rule` and `share_by_choice` refuse.
    """
    with transaction.atomic():
        accounts = lock_accounts(money.account_ids)
        if len({account.currency for account in accounts.values()}) > 1:
            raise Refusal("mixed-currencies", "Las obligaciones están en monedas distintas.")
        parts = _recorded_parts(money) or _parts(money, list(accounts.values()))
        rows = [
            NewPayment(account_id, part, money.paid_on, money.source, _reference(money, account_id))
            for account_id, part in sorted(parts.items())
        ]
        return record_payments(rows, now=now, actor=actor)


def _parts(money: SharedMoney, accounts: Sequence[Account]) -> dict[int, int]:
    caps = cap_tables()
    debts = []
    for loaded in load_accounts(accounts):
        state = state_of(loaded, money.paid_on, caps)
        debts.append(OpenDebt(loaded.account.pk, state.balance_due_minor, state.balance_minor, state.due_since))
    if money.choice is not None:
        return share_by_choice(money.amount_minor, debts, money.choice, creditor_consents=money.creditor_consents)
    return share_by_rule(money.amount_minor, debts, money.rule)


def _recorded_parts(money: SharedMoney) -> dict[int, int]:
    """The parts of the same reference recorded before; refuses `payment-ref-reused` when they are another sum's."""
    references = [_reference(money, account_id) for account_id in money.account_ids]
    rows = Payment.objects.filter(source=money.source, external_ref__in=references, reverses=None)
    parts = dict(rows.values_list("account_id", "amount_minor"))
    if parts and sum(parts.values()) != money.amount_minor:
        message = f"La referencia «{money.external_ref}» de {money.source} ya pertenece a otro pago."
        raise Refusal("payment-ref-reused", message)
    return parts


def _reference(money: SharedMoney, account_id: int) -> str:
    return f"{money.external_ref}{SEPARATOR}{account_id}"
