"""One sum of money for several obligations of a person: by the customer's choice where the law gives it, else by a rule.

The debtor chooses among debts that are due, and may not prefer one not due without the creditor's consent (C.Co. art. 881;
C.C. art. 1654). Without a choice the rule of the lender decides. What no debt takes is credit of the last one that took some.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import split_by_weights

type SharingRule = Literal["oldest_due_first", "proportional", "largest_due_first", "smallest_due_first"]

SHARING_RULES: tuple[SharingRule, ...] = ("oldest_due_first", "proportional", "largest_due_first", "smallest_due_first")


@dataclass(frozen=True, slots=True)
class OpenDebt:
    """A debt as a payment meets it: what is payable now, since when, and all that is owed. `key` names it."""

    key: int
    due_minor: int
    owed_minor: int
    due_since: date | None = None


def share_by_rule(amount_minor: int, debts: Sequence[OpenDebt], rule: SharingRule) -> dict[int, int]:
    """How much goes to each debt, by key; parts sum exactly. First what is due, then the rest of each debt in the same order.

    Refuses `bad-amount`, `no-debts` and `unknown-sharing-rule`.
    """
    _check(amount_minor, debts)
    ordered = _ordered(debts, rule)
    dues = {debt.key: debt.due_minor for debt in ordered}
    if rule == "proportional" and amount_minor < sum(dues.values()):
        parts = split_by_weights(amount_minor, list(dues.values()))
        return {key: part for key, part in zip(dues, parts, strict=True) if part}
    shares = dict.fromkeys(dues, 0)
    left = amount_minor
    for limits in (dues, {debt.key: debt.owed_minor for debt in ordered}):
        for key, limit in limits.items():
            part = min(max(limit - shares[key], 0), left)
            shares[key] += part
            left -= part
    if left:
        shares[ordered[0].key] += left
    return {key: part for key, part in shares.items() if part}


def share_by_choice(
    amount_minor: int, debts: Sequence[OpenDebt], choice: Mapping[int, int], *, creditor_consents: bool = False
) -> dict[int, int]:
    """The customer's own split, checked.

    Refuses `choice-not-exact` (parts must sum to the money), `unknown-debt`, and `choice-not-due` when a debt gets more than
    is due of it while another is still due, unless the creditor consents.
    """
    _check(amount_minor, debts)
    known = {debt.key: debt for debt in debts}
    if unknown := set(choice) - set(known):
        raise Refusal("unknown-debt", f"La elección nombra una obligación que no está: {min(unknown)}.")
    if sum(choice.values()) != amount_minor or min(choice.values(), default=0) < 0:
        raise Refusal("choice-not-exact", "Las partes elegidas deben sumar exactamente el dinero recibido.")
    exceeds = [key for key, part in choice.items() if part > known[key].due_minor]
    still_due = [debt.key for debt in debts if choice.get(debt.key, 0) < debt.due_minor]
    if exceeds and still_due and not creditor_consents:
        message = "No se puede preferir lo no vencido mientras otra obligación tiene valores vencidos (C.C. art. 1654)."
        raise Refusal("choice-not-due", message)
    return {key: part for key, part in choice.items() if part}


def _check(amount_minor: int, debts: Sequence[OpenDebt]) -> None:
    if amount_minor <= 0:
        raise Refusal("bad-amount", "El valor debe ser mayor que cero.")
    if not debts:
        raise Refusal("no-debts", "No hay obligaciones entre las que repartir el pago.")


def _ordered(debts: Sequence[OpenDebt], rule: SharingRule) -> list[OpenDebt]:
    match rule:
        case "oldest_due_first" | "proportional":
            return sorted(debts, key=lambda debt: (debt.due_since or date.max, debt.key))
        case "largest_due_first":
            return sorted(debts, key=lambda debt: (-debt.due_minor, debt.key))
        case "smallest_due_first":
            return sorted(debts, key=lambda debt: (debt.due_minor, debt.key))
    raise Refusal("unknown-sharing-rule", f"No existe la regla de reparto «{rule}».")
