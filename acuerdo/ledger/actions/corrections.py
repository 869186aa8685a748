"""Waivers, pauses, early closings and write-offs of `ledger` accounts, and their annulment. Each is one event; the replay decides."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from acuerdo.base.audit import write_audit
from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import format_minor
from acuerdo.ledger.actions.payments import AUDIT_CHAIN, lock_accounts, state_date
from acuerdo.ledger.actions.posting import recompute, undo_legs
from acuerdo.ledger.models import Account, AccountEvent, AccountStatus, BalanceSource
from acuerdo.ledger.queries import cap_tables, load_accounts, payoff_of, state_of
from acuerdo.ledger.rules.authority import may_take_back, require_forgiver
from acuerdo.ledger.rules.components import COMPONENTS
from acuerdo.ledger.rules.events import REPLACEMENTS


def waive(
    account_id: int,
    component: str,
    amount_minor: int,
    *,
    waived_on: date,
    reason: str,
    by: User,
    now: datetime,
) -> AccountEvent:
    """Forgives part of one component by a person's own authority: interest and fees (condonación) or principal (quita).

    Refuses `waiver-authority` (rules.authority), `waiver-above-balance`, `bad-component`, `bad-amount` and `not-our-books`.
    """
    if component in COMPONENTS:
        require_forgiver(by.role, component, is_of_agency=by.agency_id is not None)
    event = _relief(component, amount_minor, waived_on, reason)
    return _waive(account_id, event, now=now, actor=by.username)


def waive_as_agreed(
    account_id: int, component: str, amount_minor: int, *, waived_on: date, agreement: object, now: datetime, actor: str
) -> AccountEvent:
    """What an accepted agreement forgives: whoever had the authority approved it there, so only `negotiation` calls this.

    Refuses what `waive` refuses but for the authority.
    """
    event = _relief(component, amount_minor, waived_on, f"acuerdo {agreement}")
    return _waive(account_id, event, now=now, actor=actor)


def _relief(component: str, amount_minor: int, on: date, reason: str) -> AccountEvent:
    kind = AccountEvent.Kind.WAIVER
    return AccountEvent(kind=kind, happened_on=on, component=component, amount_minor=amount_minor, reason=reason)


def _waive(account_id: int, event: AccountEvent, *, now: datetime, actor: str) -> AccountEvent:
    check_amount(event.amount_minor)
    if event.component not in COMPONENTS:
        raise Refusal("bad-component", f"No existe el concepto «{event.component}».")
    with transaction.atomic():
        account = lock_own(account_id)
        if event.amount_minor > _forgivable(account, event.component, event.happened_on):
            raise Refusal("waiver-above-balance", "La condonación es mayor que lo que se debe por ese concepto.")
        return post_event(account, event, now=now, actor=actor)


def _forgivable(account: Account, component: str, on: date) -> int:
    """What is owed of a component on a day, or would be if the debt were closed: interest that has run may be forgiven too."""
    loaded, caps = load_accounts([account])[0], cap_tables()
    owed, closing = state_of(loaded, on, caps).balance, payoff_of(loaded, on, caps).amounts
    return next(max(owed[known], closing[known]) for known in COMPONENTS if known == component)


def pause_late_interest(
    account_id: int, *, from_on: date, to_on: date, reason: str, now: datetime, actor: str
) -> AccountEvent:
    """No late interest from `from_on` to `to_on`, both included (dispute, insolvency, agreement). Refuses `bad-dates`."""
    if to_on < from_on:
        raise Refusal("bad-dates", "La pausa termina antes de empezar.")
    with transaction.atomic():
        account = lock_own(account_id)
        event = AccountEvent(kind=AccountEvent.Kind.PAUSE, happened_on=from_on, until_on=to_on, reason=reason)
        return post_event(account, event, now=now, actor=actor)


def write_off(account_id: int, *, written_off_on: date, reason: str, by: User, now: datetime) -> AccountEvent:
    """Gives the debt up in the lender's books (castigo); the debtor still owes it and later payments are recoveries.

    A second call changes nothing. Refuses `write-off-authority`, `nothing-owed` and `not-our-books`.
    """
    if not may_take_back(by.role, "write_off", "", is_of_agency=by.agency_id is not None):
        raise Refusal("write-off-authority", "Castigar una deuda lo decide la dirección.")
    with transaction.atomic():
        account = lock_own(account_id)
        existing = standing_events(account, AccountEvent.Kind.WRITE_OFF).first()
        if existing is not None:
            return existing
        balance = state_of(load_accounts([account])[0], written_off_on, cap_tables()).balance_minor
        if balance <= 0:
            raise Refusal("nothing-owed", "La obligación no tiene saldo que castigar.")
        event = AccountEvent(
            kind=AccountEvent.Kind.WRITE_OFF, happened_on=written_off_on, amount_minor=balance, reason=reason
        )
        return post_event(account, event, now=now, actor=by.username)


def settle_in_full(account_id: int, *, settled_on: date, reason: str, now: datetime, actor: str) -> AccountEvent:
    """Closes a loan before its term with the money received for it: no interest of days after `settled_on` (see rules.prepayment).

    The same day again changes nothing. Reversing a payment that it needed opens the loan again. Who may forgive part of the debt
    does it first (`waive`). Refuses `not-our-books`, `nothing-owed` and `settlement-not-covered`, which says what is missing.
    """
    with transaction.atomic():
        account = lock_own(account_id)
        kind = AccountEvent.Kind.SETTLEMENT
        existing = standing_events(account, kind).filter(happened_on=settled_on).first()
        if existing is not None:
            return existing
        owed = payoff_of(load_accounts([account])[0], settled_on, cap_tables())
        if not owed.is_open:
            raise Refusal("nothing-owed", "La obligación no tiene saldo que pagar.")
        if owed.missing_minor:
            missing = format_minor(owed.missing_minor, account.currency)
            raise Refusal("settlement-not-covered", f"Para pagar toda la deuda el {settled_on} faltan {missing}.")
        event = AccountEvent(kind=kind, happened_on=settled_on, amount_minor=owed.total_minor, reason=reason)
        return post_event(account, event, now=now, actor=actor)


def resume_late_interest(
    pause_id: int, *, resumed_on: date, reason: str, now: datetime, actor: str
) -> AccountEvent | None:
    """Late interest runs again from `resumed_on` on: the pause is annulled, and a shorter one takes its place where days are left.

    Refuses `unknown-event`, `not-a-pause` and `bad-dates` (a day outside the pause).
    """
    with transaction.atomic():
        pause = _standing(pause_id)
        if pause.kind != AccountEvent.Kind.PAUSE:
            raise Refusal("not-a-pause", "Ese movimiento no es una pausa de intereses de mora.")
        if not pause.happened_on <= resumed_on <= (pause.until_on or pause.happened_on):
            raise Refusal("bad-dates", "La mora se reanuda en uno de los días de la pausa.")
        _annul(pause_id, reason=reason, now=now, actor=actor)
        if resumed_on == pause.happened_on:
            return None
        kept_to = resumed_on - timedelta(days=1)
        return pause_late_interest(
            pause.account_id, from_on=pause.happened_on, to_on=kept_to, reason=pause.reason, now=now, actor=actor
        )


def annul_event(event_id: int, *, reason: str, by: User, now: datetime) -> AccountEvent:
    """Takes back a movement that was recorded by mistake: from now on it never was; what was believed before still shows it.

    Its postings are undone by new entries. A second call changes nothing. Refuses `annul-authority`, `unknown-event`,
    `reason-missing`, `event-not-annullable` (restructuring and refinancing: another obligation owes the debt) and `debt-passed-on`.
    """
    return _annul(event_id, reason=reason, now=now, actor=by.username, by=by)


def _annul(event_id: int, *, reason: str, now: datetime, actor: str, by: User | None = None) -> AccountEvent:
    if not reason.strip():
        raise Refusal("reason-missing", "Escriba el motivo.")
    with transaction.atomic():
        found = AccountEvent.objects.filter(pk=event_id).first()
        if found is None:
            raise Refusal("unknown-event", "No existe ese movimiento.")
        if by is not None and not may_take_back(
            by.role, found.kind, found.component, is_of_agency=by.agency_id is not None
        ):
            raise Refusal("annul-authority", "Eso lo anula quien puede registrarlo: pídalo a la dirección.")
        account = lock_own(found.account_id)
        event = AccountEvent.objects.select_for_update().get(pk=event_id)
        if event.annulled_at is not None:
            return event
        if event.kind in REPLACEMENTS:
            message = "Una reestructuración no se anula aquí: la deuda ya está en otra obligación."
            raise Refusal("event-not-annullable", message)
        event.annulled_at, event.annulled_by, event.annulled_why = now, actor, reason.strip()[:200]
        event.save(update_fields=["annulled_at", "annulled_by", "annulled_why"])
        if event.kind == AccountEvent.Kind.WRITE_OFF:
            account.status, account.written_off_on = AccountStatus.ACTIVE, None
        recompute([account], as_of={account.pk: state_date(account, event.happened_on, now)}, now=now, actor=actor)
        undo_legs(account, event.pk, now=now, actor=actor)
        write_audit(
            chain=AUDIT_CHAIN,
            action="annul_event",
            actor=actor,
            subject=("account", str(account.pk)),
            payload={"event": str(event.uid), "kind": event.kind},
            now=now,
        )
        return event


def standing_events(account: Account, kind: str) -> QuerySet[AccountEvent]:
    """The account's events of a kind that were not annulled."""
    return AccountEvent.objects.filter(account=account, kind=kind, annulled_at=None)


def _standing(event_id: int) -> AccountEvent:
    found = AccountEvent.objects.filter(pk=event_id, annulled_at=None).first()
    if found is None:
        raise Refusal("unknown-event", "No existe ese movimiento.")
    return found


def lock_own(account_id: int) -> Account:
    """Locks an account whose balances are ours. Refuses `unknown-account` and `not-our-books`."""
    account = lock_accounts([account_id])[account_id]
    if account.balance_source != BalanceSource.LEDGER:
        raise Refusal("not-our-books", "Los saldos de esta obligación los lleva el core del acreedor.")
    return account


def check_amount(amount_minor: int) -> None:
    """Refuses `bad-amount` unless it is positive."""
    if amount_minor <= 0:
        raise Refusal("bad-amount", "El valor debe ser mayor que cero.")


def post_event(account: Account, event: AccountEvent, *, now: datetime, actor: str) -> AccountEvent:
    """Stores an event of a locked account, plays the account again, posts the difference and audits."""
    event.account, event.recorded_at, event.recorded_by = account, now, actor
    event.save(force_insert=True)
    recompute([account], as_of={account.pk: state_date(account, event.happened_on, now)}, now=now, actor=actor)
    write_audit(
        chain=AUDIT_CHAIN,
        action=f"post_{event.kind}",
        actor=actor,
        subject=("account", str(account.pk)),
        payload={"event": str(event.uid), "component": event.component, "amount_minor": event.amount_minor},
        now=now,
    )
    return event
