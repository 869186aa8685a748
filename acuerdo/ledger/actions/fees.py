"""Collection fees within the law and the disclosed tariff, and the dated data that they rest on."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.actions.corrections import check_amount, lock_own, post_event, standing_events
from acuerdo.ledger.actions.payments import AUDIT_CHAIN
from acuerdo.ledger.models import Account, AccountEvent, DisclosedTariff, UnitValue
from acuerdo.ledger.queries import cap_tables, disclosed_tariffs, load_accounts, play
from acuerdo.ledger.rules.events import FeeEvent
from acuerdo.ledger.rules.fee_cases import fee_case
from acuerdo.ledger.rules.fee_tariffs import FeeTariff, FeeTerms, check_fee, read_tariff
from acuerdo.ledger.rules.kinds import kind_key


def post_fee(
    account_id: int,
    amount_minor: int,
    *,
    charged_on: date,
    activity: str,
    now: datetime,
    actor: str,
    free_activity_on: date | None = None,
    reason: str = "",
) -> AccountEvent:
    """Charges a collection fee for one logged activity (its uid); the same activity again changes nothing.

    The account's terms name what governs it: `{"collection_fees": {"country", "kind", "tariff"}}`, `tariff` being the key of a
    disclosed one. The tariff it rests on is kept with the event. Refuses `fee-without-activity`, `bad-amount`,
    `not-our-books` (the lender's core charges there) and what `check_fee` refuses.
    """
    if not activity:
        raise Refusal("fee-without-activity", "Un gasto de cobranza necesita la gestión que lo respalda.")
    check_amount(amount_minor)
    with transaction.atomic():
        account = lock_own(account_id)
        existing = standing_events(account, AccountEvent.Kind.FEE).filter(activity=activity).first()
        if existing is not None:
            return existing
        fee = FeeEvent("", charged_on, amount_minor, activity, free_activity_on)
        tariff = _checked(account, fee)
        event = AccountEvent(
            kind=AccountEvent.Kind.FEE,
            happened_on=charged_on,
            component="collection_fee",
            amount_minor=amount_minor,
            activity=activity,
            reason=reason,
            details={"tariff": tariff.key, "from": tariff.from_on.isoformat(), "citation": tariff.citation},
        )
        return post_event(account, event, now=now, actor=actor)


def disclose_tariff(key: str, rule: Mapping[str, Any], *, now: datetime, actor: str) -> FeeTariff:
    """Records what customers were told that collecting costs, from its date on; the same again changes nothing.

    Refuses `bad-fee-tariff`, and `tariff-in-force` when another rule already holds from that date: what was told is not
    rewritten, a new one begins later.
    """
    tariff = read_tariff(key, rule)
    document = {**rule, "from": tariff.from_on.isoformat()}
    with transaction.atomic():
        row, made = DisclosedTariff.objects.select_for_update().get_or_create(
            key=key, from_on=tariff.from_on, defaults={"rule": document, "recorded_at": now, "recorded_by": actor}
        )
        if not made and row.rule != document:
            raise Refusal("tariff-in-force", f"Ya hay otra tarifa «{key}» desde el {tariff.from_on}.")
        if made:
            write_audit(
                chain=AUDIT_CHAIN,
                action="disclose_tariff",
                actor=actor,
                subject=("tariff", key),
                payload=document,
                now=now,
            )
    return tariff


def load_unit_values(key: str, values: Mapping[date, Decimal], *, now: datetime, actor: str) -> int:
    """Stores values of a unit of account by day and returns how many are new. Refuses `bad-unit-value`.

    A day's value that is here already stays: refuses `unit-value-differs` for another one.
    """
    if any(not value.is_finite() or value <= 0 for value in values.values()):
        raise Refusal("bad-unit-value", f"Un valor de {key} debe ser mayor que cero.")
    with transaction.atomic():
        known = dict(UnitValue.objects.filter(key=key, on__in=values).values_list("on", "value"))
        for day, value in known.items():
            if value != values[day]:
                raise Refusal("unit-value-differs", f"El valor de {key} del {day} ya es {value.normalize():f}.")
        fresh = [
            UnitValue(key=key, on=day, value=value, recorded_at=now, recorded_by=actor)
            for day, value in values.items()
            if day not in known
        ]
        UnitValue.objects.bulk_create(fresh)
        if fresh:
            days = {"from": min(row.on for row in fresh), "to": max(row.on for row in fresh), "count": len(fresh)}
            write_audit(
                chain=AUDIT_CHAIN, action="load_unit_values", actor=actor, subject=("unit", key), payload=days, now=now
            )
    return len(fresh)


def _checked(account: Account, fee: FeeEvent) -> FeeTariff:
    played = play(load_accounts([account])[0], fee.on, cap_tables())
    case = fee_case(played.statements[0], fee, played.effects.charged.values(), account.currency)
    return check_fee(fee.amount_minor, case, _terms(account, fee.on))


def _terms(account: Account, on: date) -> FeeTerms:
    governed = account.terms.get("collection_fees") or {}
    key = str(governed.get("tariff", ""))
    disclosed = tuple(disclosed_tariffs(key)) if key else ()
    values: dict[str, dict[date, Decimal]] = {}
    for row in UnitValue.objects.filter(on=on):
        values.setdefault(row.key, {})[row.on] = row.value
    return FeeTerms(str(governed.get("country", "")), kind_key(str(governed.get("kind", ""))), disclosed, values)
