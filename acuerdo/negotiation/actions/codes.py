"""The one-time code with which a person accepts a plan: issued, checked, withdrawn. Only a keyed digest of it is kept."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from acuerdo.base import clock
from acuerdo.base.one_time import code_of, digest_of, is_code, new_seed
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.actions.plan_records import audit_plan, locked_plan, require_acceptable
from acuerdo.negotiation.models import PaymentPlan
from acuerdo.negotiation.rules.plan_states import next_plan_state
from acuerdo.negotiation.rules.plan_terms import PlanTerms, plan_terms_on

CODE_FIELDS = (
    "code_digest",
    "code_tries",
    "code_expires_at",
    "code_channel",
    "code_sends",
    "code_sent_at",
    "updated_at",
)


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A new code; `seed` is all that a message keeps of it, until it leaves."""

    seed: str
    expires_at: datetime
    minutes: int

    @property
    def code(self) -> str:
        return code_of(self.seed)


@transaction.atomic
def issue_code(plan_id: int, *, actor: str, now: datetime, today: date, channel: str = "") -> IssuedCode:
    """A new one-time code for the customer, to be sent to them at once by `channel`; the one before it ends.

    Refuses `plan-unknown`, `plan-state` for a plan that is not on offer, `plan-offer-ended` past its validity, `code-too-soon`
    and `code-sends` when too many were sent.
    """
    plan = locked_plan(plan_id)
    require_acceptable(plan, today)
    terms = plan_terms_on(plan.made_on, plan.creditor.country)
    sends = _sends_today(plan, now)
    _require_another(plan, terms, sends, now)
    issued = IssuedCode(new_seed(), now + timedelta(minutes=terms.code_minutes), terms.code_minutes)
    plan.code_digest, plan.code_tries, plan.code_channel = digest_of(str(plan.uid), issued.code), 0, channel
    plan.code_expires_at, plan.code_sends, plan.code_sent_at, plan.updated_at = issued.expires_at, sends + 1, now, now
    plan.save(update_fields=CODE_FIELDS)
    audit_plan(plan, actor, now, {"code": "issued", "channel": channel})
    return issued


@transaction.atomic
def withdraw_code(plan_id: int, *, now: datetime) -> None:
    """The code could not be sent: it serves no more, and another may be asked for at once, by another channel."""
    plan = locked_plan(plan_id)
    plan.code_digest, plan.code_sent_at, plan.updated_at = "", None, now
    plan.code_sends = max(plan.code_sends - 1, 0)
    plan.save(update_fields=CODE_FIELDS)


def check_code(plan_id: int, code: str, *, now: datetime) -> None:
    """Refuses `plan-unknown`, `plan-state`, `code-missing`, `code-expired`, `code-tries` and `code-wrong`, which is counted.

    In a transaction of its own: raises RuntimeError inside another one, whose rolling back would give the try back.
    """
    with transaction.atomic(durable=True):
        plan = locked_plan(plan_id)
        next_plan_state(plan.state, "accept")  # type: ignore[arg-type]
        terms = plan_terms_on(plan.made_on, plan.creditor.country)
        problem = _problem_of(plan, code, tries=terms.code_tries, now=now)
        if problem is not None and problem.code == "code-wrong":
            plan.code_tries += 1
            plan.save(update_fields=["code_tries"])
    if problem is not None:
        raise problem


def _sends_today(plan: PaymentPlan, now: datetime) -> int:
    zone = clock.zone()
    is_today = plan.code_sent_at is None or plan.code_sent_at.astimezone(zone).date() == now.astimezone(zone).date()
    return plan.code_sends if is_today else 0


def _require_another(plan: PaymentPlan, terms: PlanTerms, sends: int, now: datetime) -> None:
    if sends >= terms.code_sends:
        raise Refusal(
            "code-sends", "Hoy ya se enviaron los códigos que se pueden: mañana se envía otro, o acepte de viva voz."
        )
    if plan.code_sent_at is not None and now < plan.code_sent_at + timedelta(seconds=terms.code_wait_seconds):
        raise Refusal("code-too-soon", "El código va en camino: espere un minuto antes de pedir otro.")


def _problem_of(plan: PaymentPlan, code: str, *, tries: int, now: datetime) -> Refusal | None:
    if not plan.code_digest or plan.code_expires_at is None:
        return Refusal("code-missing", "Envíe primero el código a la persona.")
    if now > plan.code_expires_at:
        return Refusal("code-expired", "El código ya venció: envíe uno nuevo.")
    if plan.code_tries >= tries:
        return Refusal("code-tries", "Se agotaron los intentos con este código: envíe uno nuevo.")
    # People read a code aloud in pairs and write it with spaces.
    if not is_code(str(plan.uid), "".join(code.split()), plan.code_digest):
        return Refusal("code-wrong", "El código no coincide: revíselo y escríbalo de nuevo.")
    return None
