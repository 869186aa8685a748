"""Reading what a message is made from, and the messages of people; a fixed number of queries however many rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Model, OuterRef, QuerySet, Subquery

from acuerdo.kernel.phone import display_phone
from acuerdo.messaging.models import Conversation, Inbound, Message, SandboxDelivery, Template
from acuerdo.messaging.rules.fields import ObligationFacts, PersonFacts, date_text
from acuerdo.negotiation.public import latest_promises
from acuerdo.policy.public import Hold, SentText
from acuerdo.policy.rules.bureau import terms_on

WRITER = {"es": "Servicio al cliente", "en": "Customer service"}
POINT_KINDS = {"email": "email", "sms": "phone", "whatsapp": "phone", "voice": "phone", "letter": "address"}
CLOSED = ("paid", "gone")
# A little less than Meta's 24 hours: the message must arrive within them.
WHATSAPP_WINDOW = timedelta(hours=23, minutes=55)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a message is for and what it speaks of; the first obligation leads."""

    debtor_id: int
    creditor_id: int
    obligation_ids: tuple[int, ...]
    channel: str
    template: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What one message is made from. `facts` is None when nothing of it is left to speak of."""

    facts: PersonFacts | None
    obligation_id: int | None
    balance_due_minor: int
    zone: ZoneInfo
    sender_name: str
    reply_to: str
    promise_state: str
    variant: "Variant"


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows by their id."""

    obligations: Mapping[int, Mapping[str, Any]]
    promises: Mapping[int, Any]
    held: frozenset[int]


def related(name: str) -> type[Model]:
    """The model behind a foreign key of a message, which belongs to another capability."""
    return Message._meta.get_field(name).related_model  # type: ignore[return-value]


_OBLIGATION_COLUMNS = (
    "pk", "number", "product", "consequences", "gone_on", "agent_name",
    "account__currency", "account__status", "account__balance_minor", "account__balance_due_minor",
    "account__next_due_on", "account__next_due_minor", "account__due_since", "account__days_past_due",
    "debtor_id", "debtor__full_name", "debtor__preferred_name", "debtor__language", "debtor__kind", "debtor__timezone",
    "creditor_id", "creditor__name", "creditor__legal_name", "creditor__phone", "creditor__email", "creditor__website",
    "creditor__ways_to_pay", "creditor__timezone", "creditor__country",
)  # fmt: skip


def gather(wanted: Iterable[Wanted]) -> Gathered:
    """Obligations with their account, person and creditor; newest promises; open holds. Three queries."""
    ids = {obligation_id for one in wanted for obligation_id in one.obligation_ids}
    obligations = related("obligation")._default_manager.filter(pk__any_of=ids)
    agent = obligations.filter(pk=OuterRef("pk"), placements__recalled_on__isnull=True).values(
        "placements__agent__full_name"
    )
    rows = obligations.annotate(agent_name=Subquery(agent[:1])).values(*_OBLIGATION_COLUMNS)
    held = Hold.objects.filter(obligation_id__any_of=ids, lifted_at__isnull=True).values_list(
        "obligation_id", flat=True
    )
    return Gathered(
        obligations={row["pk"]: row for row in rows},
        promises=latest_promises(sorted(ids)),
        held=frozenset(held),
    )


def source_of(gathered: Gathered, wanted: Wanted, now: datetime) -> Source:
    """The facts of one message as the tables have them now. Held obligations beside the leading one are left unsaid."""
    lead_id = wanted.obligation_ids[0]
    lead = gathered.obligations[lead_id]
    rows = [gathered.obligations[one] for one in wanted.obligation_ids if one == lead_id or one not in gathered.held]
    open_rows = [row for row in rows if _is_open(row)]
    promise = gathered.promises.get(lead_id)
    zone = ZoneInfo(lead["debtor__timezone"] or lead["creditor__timezone"])
    # Thanks for a last payment are said although nothing is owed any more.
    said = open_rows or ([lead] if wanted.context.get("payment") or wanted.template == "promesa_cumplida" else [])
    return Source(
        facts=_person_facts(said, wanted, promise, now.astimezone(zone).date()) if said else None,
        obligation_id=said[0]["pk"] if said else lead_id,
        balance_due_minor=said[0]["account__balance_due_minor"] if said else 0,
        zone=zone,
        sender_name=lead["creditor__name"],
        reply_to=lead["creditor__email"],
        promise_state=promise.state if promise else "",
        variant=Variant(
            country=lead["creditor__country"],
            segment=wanted.context.get("segment", ""),
            form_of_address=wanted.context.get("form_of_address", ANY_VARIANT.form_of_address),
        ),
    )


def _is_open(row: Mapping[str, Any]) -> bool:
    return row["account__status"] not in CLOSED and row["gone_on"] is None and row["account__balance_minor"] > 0


def _person_facts(rows: Sequence[Mapping[str, Any]], wanted: Wanted, promise: Any, today: date) -> PersonFacts:
    lead = rows[0]
    payment = wanted.context.get("payment") or {}
    language = lead["debtor__language"]
    return PersonFacts(
        name=lead["debtor__full_name"],
        preferred_name=lead["debtor__preferred_name"],
        is_company=lead["debtor__kind"] == "company",
        language=language,
        creditor=lead["creditor__name"],
        creditor_legal_name=lead["creditor__legal_name"],
        creditor_phone=display_phone(lead["creditor__phone"]) if lead["creditor__phone"] else "",
        creditor_email=lead["creditor__email"],
        ways_to_pay=[way["name"] for way in lead["creditor__ways_to_pay"]],
        writer=wanted.context.get("writer") or lead["agent_name"] or WRITER.get(language, WRITER["es"]),
        link=wanted.context.get("link") or "",
        as_of=today,
        obligations=[_obligation_facts(row) for row in rows],
        promise_minor=promise.amount_minor if promise else None,
        promise_due_on=promise.due_on if promise else None,
        promise_paid_minor=promise.paid_minor if promise else 0,
        payment_minor=payment.get("amount_minor"),
        payment_on=date.fromisoformat(payment["paid_on"]) if payment else None,
        extra={**_report_term(lead["creditor__country"], today, language), **(wanted.context.get("fields") or {})},
    )


def _report_term(country: str, today: date, language: str) -> dict[str, str]:
    """Until when a person who is warned of a report to a bureau today may pay, agree or object, by the law of the country."""
    terms = terms_on(country, today)
    return {"fecha_limite": date_text(today + timedelta(days=terms.notice_days), language)} if terms else {}


def _obligation_facts(row: Mapping[str, Any]) -> ObligationFacts:
    return ObligationFacts(
        product=row["product"] or "obligación",
        number=row["number"],
        currency=row["account__currency"],
        balance_due_minor=row["account__balance_due_minor"],
        balance_minor=row["account__balance_minor"],
        instalment_minor=row["account__next_due_minor"],
        # What falls due today is due and not yet overdue: it has no `due_since`, and its date is the next one.
        due_on=row["account__due_since"] or row["account__next_due_on"],
        days_past_due=row["account__days_past_due"],
        consequences=row["consequences"],
    )


type TemplateKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Variant:
    """Whom a text is for, beyond its language. Empty: what holds for all."""

    country: str = ""
    segment: str = ""
    form_of_address: str = "usted"


ANY_VARIANT = Variant()


def published_templates(codes: Iterable[str]) -> dict[TemplateKey, list[Template]]:
    """The published texts by (code, channel, language), the newest of each variant first. One query."""
    found: dict[TemplateKey, list[Template]] = {}
    for row in Template.objects.filter(code__in=set(codes), status="published").order_by("-version"):
        found.setdefault((row.code, row.channel, row.language), []).append(row)
    return found


def template_for(
    templates: Mapping[TemplateKey, list[Template]],
    code: str,
    channel: str,
    language: str,
    variant: Variant = ANY_VARIANT,
) -> Template | None:
    """In the person's language, else in Spanish; of their country, segment and form of address where such a text exists."""
    for wanted in (language, "es"):
        fitting = [row for row in templates.get((code, channel, wanted), ()) if _fits(row, variant)]
        if fitting:
            return max(fitting, key=lambda row: (_closeness(row, variant), row.version))
    return None


def _fits(row: Template, variant: Variant) -> bool:
    return row.country in ("", variant.country) and row.segment in ("", variant.segment)


def _closeness(row: Template, variant: Variant) -> tuple[bool, bool, bool, bool]:
    is_usual = row.form_of_address == ANY_VARIANT.form_of_address
    return (row.form_of_address == variant.form_of_address, is_usual, bool(row.segment), bool(row.country))


def published_texts() -> QuerySet[Template]:
    """Every published text that is not of one country alone, by code, channel and language. One query."""
    return Template.objects.filter(status="published", country="").order_by("code", "channel", "language", "version")


def best_points(debtor_ids: Iterable[int]) -> dict[tuple[int, str], tuple[int, str]]:
    """By (person, channel) the contact point most surely theirs, as (id, value). One query."""
    points = related("contact_point")._default_manager.filter(debtor_id__any_of=set(debtor_ids), is_valid=True)
    rows = points.order_by("ownership", F("last_result_at").asc(nulls_first=True), "-id")
    found: dict[tuple[int, str], tuple[int, str]] = {}
    for row in rows.values("id", "debtor_id", "kind", "value", "phone_type"):
        for channel, kind in POINT_KINDS.items():
            can_text = channel == "voice" or row["phone_type"] != "fixed"
            if kind == row["kind"] and (kind != "phone" or can_text):
                found[row["debtor_id"], channel] = (row["id"], row["value"])
    return found


def messages_of(debtor_ids: Sequence[int]) -> QuerySet[Message]:
    """For timelines, newest first, each with the template and the verdict that let it out or stopped it."""
    return (
        Message.objects.filter(debtor_id__in=debtor_ids)
        .select_related("template", "verdict")
        .order_by("-scheduled_for", "-id")
    )


def sandbox_deliveries(*, channels: Sequence[str], search: str = "") -> QuerySet[SandboxDelivery]:
    """What the sandbox delivered, newest first; `search` is part of a receiver."""
    found = SandboxDelivery.objects.filter(channel__in=channels)
    wanted = search.strip().replace(" ", "")
    return (found.filter(receiver__icontains=wanted) if wanted else found).order_by("-received_at", "-id")


def sent_texts(debtor_uid: str) -> dict[str, SentText]:
    """What each contact with the person carried, by the attempt's uid, as it is kept now; empty for an unknown person."""
    rows = Message.objects.filter(debtor__uid=debtor_uid, attempt__isnull=False).select_related("attempt", "template")
    return {str(row.attempt.uid): sent_text(row) for row in rows if row.attempt is not None}


def sent_text(row: Message) -> SentText:
    """What the receipt commits to: the text as the provider gets it."""
    version = f"{row.template.code}@{row.template.version}" if row.template else ""
    return SentText(
        row.attempt_id or 0, f"message:{row.uid}", version, row.receiver, row.subject, row.body, row.body_html
    )


def in_window(debtor_ids: Iterable[int], now: datetime) -> frozenset[int]:
    """Who wrote by WhatsApp within the last day, so that Meta admits free text. No query for nobody."""
    wanted = set(debtor_ids)
    if not wanted:
        return frozenset()
    recent = Inbound.objects.filter(debtor_id__in=wanted, channel="whatsapp", at__gt=now - WHATSAPP_WINDOW)
    return frozenset(recent.values_list("debtor_id", flat=True))


def conversations_of(debtors: QuerySet[Any]) -> QuerySet[Conversation]:
    """The conversations of these people: what must be seen at once first, then who has waited longest."""
    found = Conversation.objects.filter(debtor__in=debtors.values("pk")).select_related(
        "debtor", "creditor", "assignee"
    )
    return found.order_by("-urgency", "last_inbound_at", "pk")


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a conversation: `inbound` what the person wrote, else `message` what the house sent."""

    at: datetime
    inbound: Inbound | None = None
    message: Message | None = None


def thread_of(conversation: Conversation, creditor_ids: Sequence[int], *, lines_max: int = 100) -> list[Said]:
    """The newest lines, oldest first, of the creditors that the reader may see. Three queries."""
    inbound = Inbound.objects.filter(conversation=conversation, attempt__creditor_id__in=creditor_ids)
    messages = Message.objects.filter(debtor=conversation.debtor_id, creditor_id__in=creditor_ids)
    shown = (
        messages.exclude(state__in=("blocked", "cancelled"))
        .select_related("template")
        .order_by("-scheduled_for", "-pk")
    )
    lines = [Said(row.at, inbound=row) for row in inbound.prefetch_related("files").order_by("-at", "-pk")[:lines_max]]
    lines += [Said(row.sent_at or row.scheduled_for, message=row) for row in shown[:lines_max]]
    # Of two lines of one instant, the person spoke first: a reply by itself has the moment of what it answers.
    return sorted(lines, key=lambda line: (line.at, line.inbound is None))[-lines_max:]


def unknown_senders() -> QuerySet[Inbound]:
    """Answers from addresses and numbers that are nobody's, newest first."""
    return Inbound.objects.filter(debtor=None).order_by("-at", "-pk")
