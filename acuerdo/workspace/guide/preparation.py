"""The card that is read before a call: who, what, the last three events, what stands agreed, what to offer first.

From what the page of the person has read already, and three small queries; it decides nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from acuerdo.base.models import User
from acuerdo.kernel.money import format_minor
from acuerdo.negotiation.public import plans_in_force, records_of
from acuerdo.negotiation.rules.offers import Wish
from acuerdo.negotiation.rules.scripts import Situation
from acuerdo.workspace import wording
from acuerdo.workspace.agreements import queries as agreements
from acuerdo.workspace.queries.person import Person
from acuerdo.workspace.queries.timeline import Event

EVENTS = 3
LATELY_DAYS = 10
HIGH_LATE_SHARE = 5  # late interest from a fifth of what is overdue is what people object to


@dataclass(frozen=True, slots=True)
class Preparation:
    """Six lines. `best_offer` is what to say first; empty where nothing may be offered."""

    who: str
    what: str
    events: list[Event]
    agreed: str
    best_offer: str
    best_offer_note: str


def prepare(user: User, person: Person, events: list[Event], today: date) -> Preparation:
    """The card of one person for this user."""
    best = _best_offer(user, person, today)
    return Preparation(
        who=_who(person),
        what=_what(person),
        events=events[:EVENTS],
        agreed=_agreed(person),
        best_offer=best[0],
        best_offer_note=best[1],
    )


def situation_of(person: Person, events: list[Event], user: User, *, now: datetime, today: date) -> Situation:
    """What the guide is chosen and filled by."""
    line = person.main
    promise = person.promises[0] if person.promises else None
    last_paid = max((one.last_payment_on for one in person.sums if one.last_payment_on), default=None)
    late = sum(amount for code, amount in line.components if code == "late_interest")
    record = records_of([person.debtor.pk]).get(person.debtor.pk)
    facts = {
        "broken_promise": promise is not None and promise.state == "broken",
        "promise_standing": promise is not None and promise.state in ("open", "verifying"),
        "paid_lately": last_paid is not None and (today - last_paid).days <= LATELY_DAYS,
        "first_late": record is None and line.days_past_due > 0,
        "partial_payments": record is not None and record.partly_kept > 0,
        "high_late_interest": bool(line.balance_due_minor) and late * HIGH_LATE_SHARE >= line.balance_due_minor,
        "disputed_before": any(hold.kind == "dispute" for hold in person.holds),
        "doubtful_phone": person.best_phone is not None and person.best_phone.ownership < 50,
        "spoke_before": any(event.kind == "call" for event in events),
    }
    held = frozenset(name for name, holds in facts.items() if holds)
    return Situation(line.stage, held, _values(person, user, promise, now))


def _values(person: Person, user: User, promise: Any, now: datetime) -> dict[str, str]:
    line, debtor = person.main, person.debtor
    sums = next((one for one in person.sums if one.currency == line.currency), person.sums[0])
    return {
        "saludo": _greeting(now, debtor.timezone),
        "gestor": user.full_name,
        "titular": debtor.full_name,
        "nombre": debtor.preferred_name or debtor.full_name,
        "acreedor": line.creditor,
        "producto": line.product.lower(),
        "numero": line.number[-4:],
        "vencido": format_minor(line.balance_due_minor, line.currency) if line.balance_due_minor else "",
        "saldo": format_minor(line.balance_minor, line.currency),
        "desde": _since(line),
        "dias": str(line.days_past_due) if line.days_past_due else "",
        "proximo_valor": format_minor(sums.next_due_minor, line.currency) if sums.next_due_on else "",
        "proxima_fecha": wording.short_day(sums.next_due_on) if sums.next_due_on else "",
        "promesa_valor": format_minor(promise.amount_minor, promise.currency) if promise else "",
        "promesa_fecha": wording.short_day(promise.due_on) if promise else "",
    }


def _since(line: Any) -> str:
    first = next((one.due_on for one in line.instalments if one.unpaid_minor), None)
    return wording.short_day(first) if first is not None and line.days_past_due else ""


def _greeting(now: datetime, zone: str) -> str:
    hour = wording.local_time(now, zone).hour
    if hour < 12:
        return _("Buenos días")
    return _("Buenas tardes") if hour < 19 else _("Buenas noches")


def _who(person: Person) -> str:
    told = [person.debtor.preferred_name or person.debtor.full_name]
    if person.commitment:
        told.append(person.commitment.word)
    if person.debtor.language != "es":
        told.append(_("habla otro idioma: %(code)s") % {"code": person.debtor.language})
    return " · ".join(told)


def _what(person: Person) -> str:
    line = person.main
    days = ngettext("%(n)s día de atraso", "%(n)s días de atraso", line.days_past_due) % {"n": line.days_past_due}
    amount = format_minor(line.balance_due_minor, line.currency)
    return f"{line.product} · {amount} · {days}" if line.days_past_due else f"{line.product} · {_('al día')}"


def _agreed(person: Person) -> str:
    plan = next(iter(plans_in_force([line.id for line in person.obligations]).values()), None)
    if plan is not None:
        return _("Plan en curso: %(total)s, pagado %(paid)s") % {
            "total": format_minor(plan.total_minor, plan.currency),
            "paid": format_minor(plan.paid_minor, plan.currency),
        }
    standing = next((one for one in person.promises if one.state in ("open", "verifying")), None)
    if standing is not None:
        return _("Promesa de %(amount)s para el %(day)s") % {
            "amount": format_minor(standing.amount_minor, standing.currency),
            "day": wording.short_day(standing.due_on),
        }
    return _("Nada pendiente")


def _best_offer(user: User, person: Person, today: date) -> tuple[str, str]:
    table = agreements.table_of(user, person.debtor, [])
    case = agreements.case_of(user, table, today, has_hardship=False)
    cards = agreements.cards_of(case, Wish(), agreements.authority_of(user)) if case else []
    if not cards:
        return "", ""
    return cards[0].title, cards[0].headline
