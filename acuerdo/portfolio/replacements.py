"""A new obligation in place of old ones, by refinancing or restructuring: the ledger passes the money on, here the names follow.

The new obligation belongs to the same person and creditor, keeps the parties and the placement of the first old one, and says
which ones it came from. The old ones leave the portfolio that day with nothing owed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import connection, transaction

from acuerdo.base.audit import write_audit
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.public import Agreed, replace_accounts
from acuerdo.portfolio.models import Obligation, ObligationParty, Placement

_COPIED = ("kind", "product", "branch", "consequences")


@dataclass(frozen=True, slots=True)
class NewTerms:
    """`terms` in the shape of `ledger replay`'s obligation, with schedule terms without principal; `basis` says who agreed."""

    terms: dict[str, Any]
    rate_text: str
    basis: str


@transaction.atomic
def replace_obligations(
    old_ids: Sequence[int],
    agreed: NewTerms,
    *,
    kind: Literal["refinancing", "restructuring"],
    replaced_on: date,
    reason: str,
    now: datetime,
    actor: str,
) -> Obligation:
    """The new obligation, with its account and schedule. All or nothing.

    Refuses `obligation-unknown`, `mixed-people` and what `ledger.replace_accounts` refuses.
    """
    olds = list(Obligation.objects.select_for_update().filter(pk__in=old_ids).select_related("creditor").order_by("pk"))
    if len(olds) != len(set(old_ids)) or not olds:
        raise Refusal("obligation-unknown", "No encontramos una de las obligaciones.")
    if len({(old.debtor_id, old.creditor_id) for old in olds}) > 1:
        raise Refusal("mixed-people", "Las obligaciones son de personas o acreedores distintos.")
    first = olds[0]
    new_id, number = _next_id(), _free_number(first)
    named = Agreed(
        new_id=new_id,
        number=number,
        terms=agreed.terms,
        country=first.creditor.country,
        kind_of_credit=str(agreed.terms.get("modality", "")),
        basis=agreed.basis,
    )
    ids = [old.pk for old in olds]
    replace_accounts(ids, named, kind=kind, replaced_on=replaced_on, reason=reason, now=now, actor=actor)
    new = _open(olds, (new_id, number), rate_text=agreed.rate_text, on=replaced_on, now=now)
    Obligation.objects.filter(pk__in=ids).update(gone_on=replaced_on, updated_at=now)
    payload = {"from": [str(old.uid) for old in olds], "kind": kind}
    subject = ("obligation", str(new.uid))
    write_audit(chain="portfolio", action="replace_obligations", actor=actor, subject=subject, payload=payload, now=now)
    return new


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('portfolio_obligation_id_seq')")
        return int(cursor.fetchone()[0])


def _free_number(first: Obligation) -> str:
    """The old number with -R1, -R2 …: the one that follows those already used."""
    used = Obligation.objects.filter(creditor_id=first.creditor_id, number__startswith=f"{first.number[:50]}-R").count()
    return f"{first.number[:50]}-R{used + 1}"


def _open(olds: Sequence[Obligation], names: tuple[int, str], *, rate_text: str, on: date, now: datetime) -> Obligation:
    first, (new_id, number) = olds[0], names
    new = Obligation.objects.create(
        account_id=new_id,
        creditor_id=first.creditor_id,
        debtor_id=first.debtor_id,
        number=number,
        rate_text=rate_text[:60],
        extra={"replaces": [old.number for old in olds]},
        first_seen_on=on,
        last_seen_on=on,
        created_at=now,
        updated_at=now,
        **{name: getattr(first, name) for name in _COPIED},
    )
    new.refresh_from_db(fields=["uid"])
    pairs = ObligationParty.objects.filter(obligation__in=olds).values_list("debtor_id", "relation").distinct()
    ObligationParty.objects.bulk_create(
        ObligationParty(obligation=new, debtor_id=debtor_id, relation=relation) for debtor_id, relation in pairs
    )
    _pass_placement(first, new, on)
    return new


def _pass_placement(first: Obligation, new: Obligation, on: date) -> None:
    """Whoever worked the old one works the new one."""
    standing = Placement.objects.filter(obligation=first, recalled_on=None).first()
    if standing is not None:
        Placement.objects.create(obligation=new, agency_id=standing.agency_id, agent_id=standing.agent_id, placed_on=on)
