"""What an agreement sends to its person: the one-time code with which they accept, and the summary once they did.

The code is written nowhere (base.one_time, rules/masking): the plan keeps a digest, the message a seed until it has left. What
is sent is information that the person asks for; the gate is asked like for any other contact.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.db import transaction

from acuerdo.base.jobs import app
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.identifiers import new_uid
from acuerdo.messaging.actions.planning import PlannedMessage, PlanOutcome, plan_batch
from acuerdo.messaging.actions.tokens import token_of, uid_of_token
from acuerdo.messaging.actions.withdrawal import withdraw_agreed
from acuerdo.messaging.models import Message, MessageState
from acuerdo.messaging.queries import best_points
from acuerdo.messaging.rules.agreed import agreed_in_words
from acuerdo.negotiation.public import IssuedCode, PaymentPlan, accept_plan, issue_code, plan_with_parts, withdraw_code
from acuerdo.policy.public import PlannedContact, judge_contacts

CODE_CHANNELS = ("sms", "whatsapp", "email")
SUMMARY_CHANNELS = ("email", "whatsapp", "sms")
CODE_TEMPLATE, SUMMARY_TEMPLATE = "codigo_acuerdo", "acuerdo_aceptado"


@dataclass(frozen=True, slots=True)
class SentCode:
    """Where the code goes to and until when it serves."""

    channel: str
    receiver: str
    expires_at: datetime


def agreement_link(plan_uid: UUID) -> str:
    """The agreement's page for its person; empty where the installation has no public address."""
    return f"{settings.PUBLIC_URL}/a/{token_of(plan_uid, 'agreement')}" if settings.PUBLIC_URL else ""


def plan_of_token(token: str) -> PaymentPlan | None:
    """The plan whose page this is, with its parts; None for a token that is not ours."""
    uid = uid_of_token(token, "agreement")
    return plan_with_parts(uid) if uid else None


def code_receivers(debtor_id: int) -> dict[str, str]:
    """The person's best number and address, by the channels that carry a code."""
    points = best_points([debtor_id])
    return {channel: points[debtor_id, channel][1] for channel in CODE_CHANNELS if (debtor_id, channel) in points}


def send_code(plan_uid: UUID, channel: str, *, actor: str, now: datetime, today: date) -> SentCode:
    """Sends a new one-time code to the person at once. A code that cannot leave now serves no more.

    Refuses what `issue_code` refuses, `code-channel` for a channel that carries none or that the person has not, and
    `code-not-now` when a rule, or the lack of a text, keeps it from leaving now: the attempt stays on record.
    """
    plan = plan_with_parts(plan_uid)
    if plan is None:
        raise Refusal("plan-unknown", "No encontramos ese acuerdo.")
    receivers = code_receivers(plan.debtor_id) if channel in CODE_CHANNELS else {}
    if channel not in receivers:
        raise Refusal("code-channel", "La persona no tiene ese medio: elija otro.")
    with transaction.atomic():
        issued = issue_code(plan.pk, actor=actor, now=now, today=today, channel=channel)
        outcome = plan_batch([_code_message(plan, channel, issued, now)], now)[0]
        is_leaving = outcome.state == MessageState.SCHEDULED and (outcome.scheduled_for or now) <= now
        if is_leaving:
            # Not with the next minute's round: the person waits for it.
            app.configure_task("messaging:deliver_due", queueing_lock=f"code:{outcome.message_id}").defer()
        else:
            _withdraw(plan, outcome, now)
    if not is_leaving:
        raise Refusal(
            "code-not-now", "Una regla no permite enviarlo ahora por ese medio: elija otro o tome el sí de viva voz."
        )
    return SentCode(channel, receivers[channel], issued.expires_at)


def accept_agreement(
    plan_id: int, *, method: Literal["code", "voice"], proof: str, actor: str, now: datetime, today: date
) -> PaymentPlan:
    """`accept_plan` and, in its transaction, the end of what was to be sent to collect, and the summary to the person.

    Refuses what `accept_plan` refuses.
    """
    return accept_plan(
        plan_id, method=method, proof=proof, actor=actor, now=now, today=today,
        then=lambda plan: _tell(plan, actor=actor, now=now),
    )  # fmt: skip


def _withdraw(plan: PaymentPlan, outcome: PlanOutcome, now: datetime) -> None:
    withdraw_code(plan.pk, now=now)
    waiting = Message.objects.filter(pk=outcome.message_id or 0, state=MessageState.SCHEDULED)
    waiting.update(state=MessageState.CANCELLED, failure="too-late", secret="", updated_at=now)


def _code_message(plan: PaymentPlan, channel: str, issued: IssuedCode, now: datetime) -> PlannedMessage:
    fields = {"codigo_minutos": str(issued.minutes), "acuerdo": _agreed(plan)}
    return PlannedMessage(
        plan_key=f"code:{new_uid(now)}",
        debtor_id=plan.debtor_id,
        creditor_id=plan.creditor_id,
        obligation_ids=_obligations(plan),
        channel=channel,
        template=CODE_TEMPLATE,
        not_before=now,
        purpose="requested",
        context={
            "link": agreement_link(_uid(plan)), "fields": fields, "ends_at": issued.expires_at.isoformat(),
            "agreement": str(plan.uid),
        },
        secret=issued.seed,
    )  # fmt: skip


def _tell(plan: PaymentPlan, *, actor: str, now: datetime) -> None:
    """The summary, with the address of the PDF, by the channel that the person used or the best one that is permitted."""
    withdraw_agreed(_obligations(plan), now)
    channel = _summary_channel(plan, now)
    if channel is None:
        return
    message = PlannedMessage(
        plan_key=f"agreement:{plan.uid}",
        debtor_id=plan.debtor_id,
        creditor_id=plan.creditor_id,
        obligation_ids=(plan.into_id,) if plan.into_id else _obligations(plan),
        channel=channel,
        template=SUMMARY_TEMPLATE,
        not_before=now,
        purpose="service",
        context={
            "link": agreement_link(_uid(plan)), "fields": {"acuerdo": _agreed(plan)}, "is_patient": True,
            "agreement": str(plan.uid), "by": actor,
        },
    )  # fmt: skip
    plan_batch([message], now)


def _summary_channel(plan: PaymentPlan, now: datetime) -> str | None:
    points = best_points([plan.debtor_id])
    wanted = [str(plan.acceptance.get("channel", "")), *SUMMARY_CHANNELS]
    reachable = [one for one in dict.fromkeys(wanted) if (plan.debtor_id, one) in points]
    asked = [
        PlannedContact(
            debtor_id=plan.debtor_id, creditor_id=plan.creditor_id, channel=channel, purpose="service",
            obligation_id=_obligations(plan)[0], contact_point_id=points[plan.debtor_id, channel][0],
        )
        for channel in reachable
    ]  # fmt: skip
    for channel, judged in zip(reachable, judge_contacts(asked, now) if asked else [], strict=True):
        if judged.verdict.is_allowed or judged.verdict.next_allowed_at is not None:
            return channel
    return None


def _obligations(plan: Any) -> tuple[int, ...]:
    return tuple(sorted(row.obligation_id for row in plan.obligations.all()))


def _agreed(plan: Any) -> str:
    parts = [(one.due_on, one.amount_minor) for one in sorted(plan.instalments.all(), key=lambda one: one.number)]
    return agreed_in_words(parts, plan.currency, review_on=plan.review_on, language=plan.debtor.language)


def _uid(plan: PaymentPlan) -> UUID:
    return UUID(str(plan.uid))
