"""One person's history in one query: attempts, promises, agreements, payments, blocks, holds and their lifting, requests,
appointments and notes, newest first. What the strategy changed its mind about is asked for apart.

Messages are attempts too (the contact log has every channel), so a message shows once, with its state and its text.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acuerdo.base import clock
from acuerdo.kernel.money import format_minor
from acuerdo.kernel.text import fold
from acuerdo.policy.public import all_dispositions
from acuerdo.workspace import petition_words, wording
from acuerdo.workspace.agenda.wording import KINDS as APPOINTMENT_KINDS
from acuerdo.workspace.agenda.wording import STATES as APPOINTMENT_STATES
from acuerdo.workspace.agreements.wording import KIND_WORDS, PLAN_STATES
from acuerdo.workspace.tables import (
    Appointment,
    Attempt,
    Decision,
    Hold,
    Inbound,
    Message,
    Payment,
    PaymentPlan,
    Petition,
    PlanObligation,
    Promise,
    Verdict,
)

PAGE = 30
# What the person's history can be narrowed to; "" is everything.
KINDS = (
    ("", gettext_lazy("Todo")),
    ("call", gettext_lazy("Llamadas")),
    ("message", gettext_lazy("Mensajes")),
    ("promise", gettext_lazy("Promesas")),
    ("agreement", gettext_lazy("Acuerdos")),
    ("payment", gettext_lazy("Pagos")),
    ("petition", gettext_lazy("Solicitudes y quejas")),
    ("note", gettext_lazy("Notas")),
    ("stop", gettext_lazy("Pausas y bloqueos")),
    ("strategy", gettext_lazy("Estrategia")),
)
STRATEGY_DAYS = timedelta(days=30)
QUERY_LENGTH_MAX = 80
TALKS = ("call", "visit")
EXCERPT = 240  # of a text that was found by its words
_COLUMNS = ("at", "source", "code", "state", "text", "note", "amount", "currency", "actor", "direction", "due_at")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history, in words. `has_hour` is false for what is known by its day only."""

    at: datetime | date
    has_hour: bool
    kind: str
    icon: str
    title: str
    text: str
    note: str
    word: str
    tone: str
    actor: str


@dataclass(frozen=True, slots=True)
class Timeline:
    events: list[Event]
    kind: str
    kinds: tuple[tuple[str, Any], ...]
    has_more: bool
    shown: int
    query: str = ""

    @property
    def next_shown(self) -> int:
        return self.shown + 3 * PAGE


def timeline_of(
    debtor_id: int, obligation_ids: list[int], *, sees_all: bool, kind: str = "", shown: int = PAGE, query: str = ""
) -> Timeline:
    """The newest `shown` events about these obligations; `sees_all` adds what names no obligation (not for an agency).

    `query` keeps those in whose text, note, author, outcome or message the words are, without accents or capitals; of a long text
    what stands around the first word is shown.
    """
    kind, query = kind if kind in dict(KINDS) else "", query.strip()[:QUERY_LENGTH_MAX]
    if kind == "strategy":
        events = _strategy_events(obligation_ids, query)
        return Timeline(events[:shown], kind, KINDS, len(events) > shown, shown, query)
    if query:
        rows: list[Any] = list(
            _union(debtor_id, obligation_ids, sees_all=sees_all, kind=kind, query=query)[: shown + 1]
        )
    else:
        rows = _rows_by_statement(debtor_id, obligation_ids, sees_all=sees_all, kind=kind, most=shown + 1)
    events = [_event(_clipped(dict(zip(_COLUMNS, row, strict=True)), query)) for row in rows[:shown]]
    return Timeline(events, kind, KINDS, has_more=len(rows) > shown, shown=shown, query=query)


def _union(debtor_id: int, obligation_ids: list[int], *, sees_all: bool, kind: str, query: str = "") -> QuerySet[Any]:
    parts = [
        _searched(part, query, _readable(obligation_ids, sees_all))
        for name, part in _parts(debtor_id, obligation_ids, sees_all, with_bodies=bool(query))
        if _is_asked(name, kind)
    ]
    union: QuerySet[Any] = parts[0].union(*parts[1:], all=True).order_by("-x_at")
    return union


def _rows_by_statement(debtor_id: int, obligation_ids: list[int], *, sees_all: bool, kind: str, most: int) -> list[Any]:
    """Building the statement takes longer than answering it, so it is built once for each number of obligations."""
    statement, values = _statement(kind, sees_all, len(obligation_ids), most)
    real = {_stands_in(number): pk for number, pk in enumerate((debtor_id, *obligation_ids))}
    with connection.cursor() as cursor:
        # Django gives each number the width of its column.
        cursor.execute(statement, [
            type(value)(real[value]) if isinstance(value, int) and value in real else value for value in values
        ])  # fmt: skip
        rows: list[Any] = cursor.fetchall()
        return rows


@lru_cache(maxsize=256)
def _statement(kind: str, sees_all: bool, obligations: int, most: int) -> tuple[str, tuple[Any, ...]]:
    """The statement for so many obligations, with numbers that stand in for the person's key and theirs."""
    ids = [_stands_in(number) for number in range(obligations + 1)]
    union = _union(ids[0], ids[1:], sees_all=sees_all, kind=kind)[:most]
    statement, values = union.query.get_compiler(connection.alias).as_sql()
    return statement, tuple(values)


def _stands_in(number: int) -> int:
    """A number that no key is."""
    return -1 - number


def _is_asked(name: str, kind: str) -> bool:
    """Everything shows each event once; notes are calls and messages again, so only where they are asked for."""
    return name == kind or (not kind and name != "note")


def _readable(obligation_ids: list[int], sees_all: bool) -> Q:
    """The messages whose text may be read: an agency's people, only what is about their own obligations and no other."""
    return Q() if sees_all else Q(context__obligations__contained_by=obligation_ids)


def _searched(part: QuerySet[Any], query: str, readable: Q) -> QuerySet[Any]:
    """The rows of a part in which every word is found; of a message that never left, in its own text too."""
    for word in query.split():
        wanted = fold(word)
        codes = [one.code for one in all_dispositions().values() if wanted in fold(f"{one.code} {one.es} {one.en}")]
        texts = Q(x_text__unaccent__icontains=word) | Q(x_note__unaccent__icontains=word) | Q(x_actor__icontains=word)
        if part.model is Message:
            texts |= readable & Q(body__unaccent__icontains=word)
        part = part.filter(texts | Q(x_code__in=codes))
    return part


def _clipped(row: dict[str, Any], query: str) -> dict[str, Any]:
    return row | {"note": around(row["note"], query)} if query else row


def around(text: str, query: str) -> str:
    """What of a long text stands around the first of the words that is in it; a short text whole."""
    text = " ".join(text.split())
    if len(text) <= EXCERPT:
        return text
    # Character by character, so that places in the folded text are places in the text.
    plain = "".join((fold(char) or char)[:1] for char in text)
    places = [place for word in query.split() if (place := plain.find(fold(word))) >= 0]
    start = max(min(places, default=0) - EXCERPT // 3, 0)
    end = min(start + EXCERPT, len(text))
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"


def _strategy_events(obligation_ids: list[int], query: str) -> list[Event]:
    """The days on which the strategy chose another step or channel than the day before, newest first; one query."""
    since = clock.business_date() - STRATEGY_DAYS
    found = Decision.objects.filter(obligation_id__in=obligation_ids, run_on__gte=since).order_by("run_on")
    columns = ("run_on", "obligation_id", "obligation__number", "step", "channel", "segment", "reasons")
    before: dict[int, tuple[str, str]] = {}
    events: list[Event] = []
    for run_on, obligation_id, number, step, channel, segment, reasons in found.values_list(*columns):
        if before.get(obligation_id) == (step, channel):
            continue
        before[obligation_id] = (step, channel)
        title = str(wording.CHANNELS.get(channel, channel)) if channel else _("Sin contacto")
        text = " · ".join(filter(None, [number, segment, *(wording.reason_word(code) for code in reasons[:2])]))
        events.append(Event(run_on, False, "system", "route", title, text, "", step, "quiet", ""))
    wanted = fold(query).split()
    kept = [one for one in events if all(word in fold(f"{one.title} {one.text} {one.word}") for word in wanted)]
    return list(reversed(kept))


def _parts(
    debtor_id: int, obligation_ids: list[int], sees_all: bool, *, with_bodies: bool
) -> list[tuple[str, QuerySet[Any]]]:
    mine = Q(obligation_id__in=obligation_ids)
    if sees_all:
        mine |= Q(obligation__isnull=True)
    about = Q(debtor_id=debtor_id) & mine
    loose = Q(debtor_id=debtor_id) if sees_all else Q(pk__in=[])
    elsewhere = PlanObligation.objects.filter(plan__debtor_id=debtor_id).exclude(obligation_id__in=obligation_ids)
    plans = PaymentPlan.objects.filter(debtor_id=debtor_id).exclude(pk__in=elsewhere.values("plan_id"))
    said = _said(_readable(obligation_ids, sees_all)) if with_bodies else "note"
    money = {"amount": "total_minor", "currency": "currency"}
    return [
        ("call", _attempts(Attempt.objects.filter(about, channel__in=TALKS))),
        ("message", _attempts(Attempt.objects.filter(about).exclude(channel__in=TALKS), note=said)),
        ("note", _attempts(Attempt.objects.filter(about).exclude(note=""))),
        ("call", _rows(Appointment.objects.filter(about), at="made_at", source="appointment", code="kind", state="state",
                       text="place", note="note", actor="made_by", due_at="starts_at")),
        ("message", _rows(Message.objects.filter(about, attempt__isnull=True, state__in=["scheduled", "failed", "cancelled"]),
                          at="scheduled_for", source="message", code="channel", state="state", text="subject",
                          note="failure")),
        ("promise", _rows(Promise.objects.filter(debtor_id=debtor_id, obligation_id__in=obligation_ids), at="created_at",
                          source="promise", state="state", text="way_to_pay", amount="amount_minor", currency="currency",
                          actor="actor", due_at="due_on")),
        ("agreement", _rows(plans, at="created_at", source="plan", code="kind", state="state", note="approval_reason", actor="actor",
                            due_at="valid_until", **money)),
        ("agreement", _rows(plans.filter(decided_at__isnull=False), at="decided_at", source="plan_decided", code="kind", state="state",
                            note="decision_reason", actor="decided_by", **money)),
        ("agreement", _rows(plans.filter(accepted_at__isnull=False), at="accepted_at", source="plan_accepted", code="kind",
                            text="acceptance__method", **money)),
        ("agreement", _rows(plans.filter(accepted_at__isnull=False, ended_on__isnull=False), at="ended_on", source="plan_ended",
                            code="kind", state="state", **money)),
        ("petition", _rows(Petition.objects.filter(about), at="received_at", source="petition", code="kind", state="state",
                           actor="received_by", due_at="due_on")),
        ("petition", _rows(Petition.objects.filter(about, ended_at__isnull=False), at="ended_at", source="petition_ended",
                           code="kind", state="state", text="resolution", actor="owner")),
        ("payment", _rows(Payment.objects.filter(account_id__in=obligation_ids), at="paid_on", source="payment", text="source",
                          amount="amount_minor", currency="currency", actor="recorded_by")),
        ("stop", _rows(Hold.objects.filter(about), at="starts_at", source="hold", code="kind", text="reason", actor="placed_by")),
        ("stop", _rows(Hold.objects.filter(about, lifted_at__isnull=False), at="lifted_at", source="lift", code="kind",
                       text="lift_reason", actor="lifted_by")),
        ("stop", _rows(Verdict.objects.filter(loose, verdict="deny"), at="at", source="block", code="channel", text="first_rule")),
    ]  # fmt: skip


def _attempts(found: QuerySet[Any], *, note: Any = "note") -> QuerySet[Any]:
    return _rows(found, at="at", source="attempt", code="disposition", state="status", text="channel", note=note,
                 actor="actor", direction="direction")  # fmt: skip


def _said(seen: Q) -> Any:
    """An attempt's note and, behind it, the text of the message that went or came with it."""
    sent = Message.objects.filter(seen, attempt=OuterRef("pk")).annotate(whole=_joined(F("subject"), F("body")))
    came = Inbound.objects.filter(attempt=OuterRef("pk")).annotate(whole=_joined(F("subject"), F("body")))
    return _joined(F("note"), *(Subquery(rows.values("whole")[:1]) for rows in (sent, came)))


def _joined(*parts: Any) -> Any:
    texts = [part for one in parts for part in (Value(" "), Coalesce(Cast(one, TextField()), Value("", TextField())))]
    return Concat(*texts[1:], output_field=TextField())


def _rows(found: QuerySet[Any], *, at: str, source: str, **columns: Any) -> QuerySet[Any]:
    """The query's rows in the common columns: texts empty, amounts zero where a kind has none."""
    named: dict[str, Any] = {"x_at": Cast(F(at), DateTimeField()), "x_source": Value(source, TextField())}
    for name in _COLUMNS[2:]:
        column = columns.get(name)
        if name == "amount":
            named["x_amount"] = Cast(F(column), BigIntegerField()) if column else Value(0, BigIntegerField())
        elif name == "due_at":
            named["x_due_at"] = Cast(F(column) if column else Value(None), DateTimeField())
        else:
            named[f"x_{name}"] = (
                Coalesce(Cast(F(column) if isinstance(column, str) else column, TextField()), Value("", TextField()))
                if column
                else Value("", TextField())
            )
    rows: QuerySet[Any] = found.order_by().annotate(**named).values_list(*(f"x_{name}" for name in _COLUMNS))
    return rows


def _event(row: dict[str, Any]) -> Event:
    return _MAKERS[row["source"]](row)


def _make(row: dict[str, Any], kind: str, icon: str, title: str, **rest: Any) -> Event:
    base = {
        "text": "",
        "note": "",
        "word": "",
        "tone": "quiet",
        "has_hour": True,
        "at": row["at"],
        "actor": row["actor"],
    }
    return Event(kind=kind, icon=icon, title=title, **{**base, **rest})


def _attempt(row: dict[str, Any]) -> Event:
    word, tone = wording.ATTEMPT_STATES.get(row["state"], (row["state"], "quiet"))
    channel = row["text"]
    title = wording.CHANNELS.get(channel, channel)
    said = wording.disposition_word(row["code"]) if row["code"] else ""
    if row["direction"] == "in":
        title = _("%(channel)s entrante") % {"channel": title}
    icon = wording.CHANNEL_ICONS.get(channel, "circle")
    return _make(row, channel, icon, str(title), text=said, note=row["note"], word=str(word), tone=tone)


def _message(row: dict[str, Any]) -> Event:
    word, tone = wording.message_state_word(row["state"], row["code"])
    title = str(wording.CHANNELS.get(row["code"], row["code"]))
    icon = wording.CHANNEL_ICONS.get(row["code"], "circle")
    return _make(
        row,
        row["code"],
        icon,
        title,
        text=row["text"],
        note=wording.failure_word(row["note"]),
        word=str(word),
        tone=tone,
    )


def _promise(row: dict[str, Any]) -> Event:
    word, tone = wording.PROMISE_STATES.get(row["state"], (row["state"], "quiet"))
    amount = format_minor(row["amount"], row["currency"])
    text = _("Para el %(day)s") % {"day": wording.short_day(row["due_at"].astimezone(UTC).date())}
    if row["text"]:
        text = f"{text} · {row['text']}"
    return _make(
        row,
        "promise",
        "calendar-check",
        _("Promesa de %(amount)s") % {"amount": amount},
        text=text,
        word=str(word),
        tone=tone,
    )


def _plan(row: dict[str, Any]) -> Event:
    word, tone = PLAN_STATES.get(row["state"], (row["state"], "quiet"))
    text = _("válido hasta el %(day)s") % {"day": wording.short_day(row["due_at"].astimezone(UTC).date())}
    return _make(
        row, "agreement", "file-text", _plan_title(row), text=text, note=row["note"], word=str(word), tone=tone
    )  # fmt: skip


def _plan_title(row: dict[str, Any]) -> str:
    kind = str(KIND_WORDS.get(row["code"], row["code"]))
    return f"{kind} · {format_minor(row['amount'], row['currency'])}" if row["amount"] else kind


def _plan_decided(row: dict[str, Any]) -> Event:
    is_no = row["state"] == "declined"
    title = _("No se aprobó: %(plan)s") if is_no else _("Se aprobó: %(plan)s")
    icon = "ban" if is_no else "circle-check"
    return _make(row, "agreement", icon, title % {"plan": _plan_title(row)}, note=row["note"])


def _plan_accepted(row: dict[str, Any]) -> Event:
    how = _("con el código que recibió") if row["text"] == "code" else _("de viva voz") if row["text"] else ""
    return _make(row, "agreement", "heart-handshake", _("Aceptó: %(plan)s") % {"plan": _plan_title(row)}, text=how)


def _plan_ended(row: dict[str, Any]) -> Event:
    word, tone = PLAN_STATES.get(row["state"], (row["state"], "quiet"))
    day = row["at"].astimezone(UTC).date()
    title = _("Terminó: %(plan)s") % {"plan": _plan_title(row)}
    return _make(row, "agreement", "file-text", title, word=str(word), tone=tone, at=day, has_hour=False)


def _petition(row: dict[str, Any]) -> Event:
    word = str(petition_words.STATES.get(row["state"], row["state"]))
    title = str(petition_words.KINDS.get(row["code"], row["code"]))
    text = _("responder a más tardar el %(day)s") % {"day": wording.short_day(row["due_at"].astimezone(UTC).date())}
    return _make(row, "petition", "notes", title, text=text, word=word)


def _petition_ended(row: dict[str, Any]) -> Event:
    kind = str(petition_words.KINDS.get(row["code"], row["code"]))
    word = str(petition_words.STATES.get(row["state"], row["state"]))
    said = str(petition_words.RESOLUTIONS.get(row["text"], ""))
    return _make(row, "petition", "circle-check", _("Terminó: %(plan)s") % {"plan": kind}, text=said, word=word)


def _payment(row: dict[str, Any]) -> Event:
    amount = format_minor(abs(row["amount"]), row["currency"])
    is_back = row["amount"] < 0
    title = _("Pago reversado de %(amount)s") if is_back else _("Pago de %(amount)s")
    day = row["at"].astimezone(UTC).date()
    return _make(row, "payment", "cash", title % {"amount": amount}, text=row["text"], at=day, has_hour=False)


def _hold(row: dict[str, Any]) -> Event:
    title = _("Pausa: %(kind)s") % {"kind": wording.HOLDS.get(row["code"], row["code"])}
    return _make(row, "block", "hand-stop", title, text=row["text"])


def _lift(row: dict[str, Any]) -> Event:
    title = _("Se levantó la pausa: %(kind)s") % {"kind": wording.HOLDS.get(row["code"], row["code"])}
    return _make(row, "system", "circle-check", title, text=row["text"])


def _block(row: dict[str, Any]) -> Event:
    channel = wording.CHANNELS.get(row["code"], row["code"])
    title = _("%(channel)s: no salió, una regla lo impide") % {"channel": channel}
    return _make(row, "block", "shield-x", title, text=wording.rule_word(row["text"]))


def _appointment(row: dict[str, Any]) -> Event:
    word, tone = APPOINTMENT_STATES.get(row["state"], (row["state"], "quiet"))
    text = " · ".join(filter(None, [wording.moment(row["due_at"]), row["text"]]))
    title = str(APPOINTMENT_KINDS.get(row["code"], row["code"]))
    return _make(row, "system", "calendar-event", title, text=text, note=row["note"], word=str(word), tone=tone)


_MAKERS = {
    "appointment": _appointment,
    "attempt": _attempt, "message": _message, "promise": _promise, "payment": _payment, "hold": _hold, "lift": _lift, "block": _block,
    "plan": _plan, "plan_decided": _plan_decided, "plan_accepted": _plan_accepted, "plan_ended": _plan_ended, "petition": _petition,
    "petition_ended": _petition_ended,
}  # fmt: skip
