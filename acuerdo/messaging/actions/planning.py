"""From the day's decisions to scheduled messages. The gate is asked for the first time, and its answer is kept.

`plan_key` names the one contact of a person, date and purpose: planning again finds it taken and changes nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from acuerdo.base.bulk import insert_rows
from acuerdo.base.locks import PERSONS_MAX
from acuerdo.kernel.identifiers import new_uid
from acuerdo.kernel.text import person_name
from acuerdo.messaging.models import Message, MessageState, Template
from acuerdo.messaging.queries import Source, Wanted, best_points, gather, published_templates, source_of, template_for
from acuerdo.messaging.rules.compose import Composed, compose
from acuerdo.messaging.rules.fields import NAME_LENGTH_MAX, clean
from acuerdo.messaging.rules.masking import CODE_FIELD, MASK
from acuerdo.policy.public import PlannedContact, Verdict, ask_gate_batch

ACTOR = "system"

KNOWN = "known"
PATIENCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """One wished contact. `obligation_ids` are of one creditor and person, the leading one first.

    It goes to the contact point most surely theirs. `secret` is the seed of a one-time code (base.one_time), which the text places
    as `codigo` and nothing keeps. `context` may carry {"writer": name, "link": https address,
    "payment": {"amount_minor", "paid_on"}, "is_patient": may wait for another day, "ends_at": is of
    no use afterwards}. `not_before` is the earliest moment
    wished; the gate may move it later.
    """

    plan_key: str
    debtor_id: int
    creditor_id: int
    obligation_ids: tuple[int, ...]
    channel: str
    template: str
    not_before: datetime
    purpose: str = "collection"
    context: dict[str, Any] = field(default_factory=dict)
    secret: str = ""


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    """The message's state: scheduled, blocked, cancelled or failed; of a wish planned before, whatever it is by now.

    `reason` is empty, a rule's id, `known` (planned before), `paid`, `no-template`, `no-contact-point`, `hole:<field>` or
    `tone:<rule>`.
    """

    item: PlannedMessage
    state: str
    reason: str
    message_id: int | None
    scheduled_for: datetime | None


@dataclass(slots=True)
class _Draft:
    item: PlannedMessage
    source: Source
    template: Template | None
    point: tuple[int, str] | None
    text: Composed | None
    reason: str = ""
    state: MessageState = MessageState.SCHEDULED


@transaction.atomic
def plan_batch(items: Sequence[PlannedMessage], now: datetime) -> list[PlanOutcome]:
    """Stores one message for each wish, scheduled, blocked by a rule, or failed for want of something; in order.

    A fixed number of queries for up to 1,000 wishes; raises ValueError above. Safe to repeat.
    """
    if len(items) > PERSONS_MAX:
        raise ValueError(f"at most {PERSONS_MAX} messages are planned in one transaction, not {len(items)}")
    known = _stored(items)
    fresh = _once(item for item in items if item.plan_key not in known)
    drafts = _drafts(fresh, now)
    asked = [draft for draft in drafts if not draft.reason]
    verdicts = ask_gate_batch([_contact(draft) for draft in asked], actor=ACTOR, now=now) if asked else []
    answers = dict(zip([draft.item.plan_key for draft in asked], verdicts, strict=True))
    rows = [_row(draft, answers.get(draft.item.plan_key), now) for draft in drafts]
    # Whoever planned the same contact a moment ago wins; ours is then dropped.
    insert_rows(rows, skips_known=True)
    return _outcomes(items, known, rows)


def count_states(outcomes: Sequence[PlanOutcome]) -> dict[str, int]:
    """How many of each state, for a report."""
    return dict(Counter(outcome.state for outcome in outcomes))


def _once(items: Any) -> list[PlannedMessage]:
    """The first of each plan key: two wishes of one batch for one contact are one contact."""
    found: dict[str, PlannedMessage] = {}
    for item in items:
        found.setdefault(item.plan_key, item)
    return list(found.values())


def wanted_of(item: PlannedMessage) -> Wanted:
    return Wanted(item.debtor_id, item.creditor_id, item.obligation_ids, item.channel, item.template, _context(item))


def _context(item: PlannedMessage) -> dict[str, Any]:
    """With the mask in the place of a code."""
    if not item.secret:
        return item.context
    return {**item.context, "fields": {**item.context.get("fields", {}), CODE_FIELD: MASK}}


def _drafts(items: Sequence[PlannedMessage], now: datetime) -> list[_Draft]:
    if not items:
        return []
    gathered = gather([wanted_of(item) for item in items])
    templates = published_templates(item.template for item in items)
    points = best_points(item.debtor_id for item in items)
    drafts = []
    for item in items:
        source = source_of(gathered, wanted_of(item), now)
        language = source.facts.language if source.facts else "es"
        template = template_for(templates, item.template, item.channel, language, source.variant)
        drafts.append(_draft(item, source, template, points.get((item.debtor_id, item.channel))))
    return drafts


def _draft(item: PlannedMessage, source: Source, template: Template | None, point: tuple[int, str] | None) -> _Draft:
    draft = _Draft(item, source, template, point, None)
    if source.facts is None:
        draft.reason, draft.state = "paid", MessageState.CANCELLED
    elif template is None:
        draft.reason, draft.state = "no-template", MessageState.FAILED
    elif point is None:
        draft.reason, draft.state = "no-contact-point", MessageState.FAILED
    else:
        draft.text = compose(
            channel=item.channel,
            subject=item.context.get("subject") or template.subject,
            body=template.body,
            facts=source.facts,
            country=source.variant.country,
        )
        if draft.text.holes:
            draft.reason, draft.state = f"hole:{draft.text.holes[0]}", MessageState.FAILED
        elif draft.text.blocked:
            draft.reason, draft.state = f"tone:{draft.text.blocked}", MessageState.FAILED
    return draft


def _contact(draft: _Draft) -> PlannedContact:
    return PlannedContact(
        debtor_id=draft.item.debtor_id,
        creditor_id=draft.item.creditor_id,
        channel=draft.item.channel,
        purpose=draft.item.purpose,
        obligation_id=draft.source.obligation_id,
        contact_point_id=draft.point[0] if draft.point else None,
        balance_stated_minor=draft.source.balance_due_minor,
    )


def _row(draft: _Draft, verdict: Verdict | None, now: datetime) -> Message:
    item, text = draft.item, draft.text
    row = Message(
        uid=str(new_uid(now)),
        plan_key=item.plan_key,
        debtor_id=item.debtor_id,
        creditor_id=item.creditor_id,
        obligation_id=draft.source.obligation_id,
        contact_point_id=draft.point[0] if draft.point else None,
        verdict=verdict,
        channel=item.channel,
        purpose=item.purpose,
        template=draft.template,
        receiver=_receiver(draft),
        subject=text.subject if text else "",
        body=text.body if text else "",
        body_html=text.body_html if text else "",
        secret=item.secret if draft.state == MessageState.SCHEDULED else "",
        context={**_context(item), "obligations": list(item.obligation_ids)},
        state=draft.state,
        failure=draft.reason,
        scheduled_for=max(item.not_before, now),
        created_at=now,
        updated_at=now,
    )
    if verdict is not None and verdict.verdict != "allow":
        apply_refusal(row, verdict, draft.source, now)
    return row


def _receiver(draft: _Draft) -> str:
    """The address or number; on an envelope the name stands above the address."""
    if draft.point is None:
        return ""
    if draft.item.channel != "letter" or draft.source.facts is None:
        return draft.point[1]
    facts = draft.source.facts
    name = clean(facts.name if facts.is_company else person_name(facts.name), NAME_LENGTH_MAX)
    return f"{name}\n{draft.point[1]}"[:254]


def apply_refusal(row: Message, verdict: Verdict, source: Source, now: datetime) -> None:
    """Later today if a rule's moment comes today where the person lives, else blocked: the next plan decides anew.

    What a person sent (`is_patient`) is planned only once: it waits up to a week.
    """
    opens_at = verdict.next_allowed_at
    if opens_at is not None and _is_soon(row, opens_at.astimezone(source.zone), now.astimezone(source.zone)):
        row.scheduled_for = max(row.scheduled_for, opens_at)
        row.state = MessageState.SCHEDULED
    else:
        row.state, row.secret = MessageState.BLOCKED, ""
        row.failure = verdict.first_rule


def _is_soon(row: Message, opens_at: datetime, now: datetime) -> bool:
    if row.context.get("is_patient"):
        return opens_at - now <= PATIENCE
    return opens_at.date() == now.date()


def _stored(items: Sequence[PlannedMessage]) -> dict[str, tuple[int, str]]:
    keys = [item.plan_key for item in items]
    with connection.cursor() as cursor:
        # One parameter for all keys: reading a place for each took longer than the answer.
        cursor.execute("SELECT plan_key, id, state FROM messaging_message WHERE plan_key = ANY(%s::text[])", [keys])
        return {key: (message_id, state) for key, message_id, state in cursor.fetchall()}


def _outcomes(
    items: Sequence[PlannedMessage], known: dict[str, tuple[int, str]], rows: Sequence[Message]
) -> list[PlanOutcome]:
    stored = {**known, **(_stored([*items]) if rows else {})}
    fresh = {row.plan_key: row for row in rows}
    outcomes = []
    for item in items:
        message_id, state = stored[item.plan_key]
        row = fresh.pop(item.plan_key, None)
        if row is None:
            outcomes.append(PlanOutcome(item, state, KNOWN, message_id, None))
            continue
        when = row.scheduled_for if row.state == MessageState.SCHEDULED else None
        outcomes.append(PlanOutcome(item, str(row.state), row.failure, message_id, when))
    return outcomes
