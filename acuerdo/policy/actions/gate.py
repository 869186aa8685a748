"""The one door. A contact leaves only with a verdict stored in the transaction that reserves it, under the person's lock.

The lock makes counting and reserving one step: two workers, a dialer and an agent's click can never pass a cap together.
An allowed contact becomes an `Attempt` (reserved) at once, so whoever comes next sees it; a refused one leaves its verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from acuerdo.kernel.identifiers import new_uid
from acuerdo.policy.actions.keeping import keep_answers
from acuerdo.policy.actions.receipts import draft_verdicts
from acuerdo.policy.models import Attempt, AttemptStatus, Verdict
from acuerdo.policy.queries.facts import Judged, judge_one
from acuerdo.policy.queries.gathering import Gathered, PlannedContact, gather
from acuerdo.policy.rules.request import show_verdict
from acuerdo.policy.rules.vocabulary import EXEMPT_PURPOSES

BATCH_MAX = 1000


@dataclass(frozen=True, slots=True)
class Permit:
    """The stored answer to one contact: `attempt` is reserved when it may go out, None when it may not."""

    contact: PlannedContact
    verdict: Verdict
    attempt: Attempt | None

    @property
    def is_allowed(self) -> bool:
        return self.attempt is not None


def ask_gate(contact: PlannedContact, *, actor: str, now: datetime) -> Verdict:
    """The verdict for planning, stored. It lets nothing out: sending asks again with `permit_and_log`."""
    return ask_gate_batch([contact], actor=actor, now=now)[0]


@transaction.atomic
def ask_gate_batch(contacts: Sequence[PlannedContact], *, actor: str, now: datetime) -> list[Verdict]:
    """`ask_gate` for up to 1,000 contacts, in order, in two statements (three where a person's first receipt needs its salt)."""
    _bound(contacts)
    gathered = gather(contacts, now)
    judged = [judge_one(gathered, contact) for contact in contacts]
    verdicts = [_verdict_row(one, actor, now) for one in judged]
    keep_answers(verdicts, {}, draft_verdicts(gathered, judged, verdicts, {}))
    return verdicts


def permit_and_log(contact: PlannedContact, *, actor: str, now: datetime) -> Permit:
    """Asks under the person's lock and, when allowed, reserves the attempt in the same transaction."""
    return permit_batch([contact], actor=actor, now=now)[0]


@transaction.atomic
def permit_batch(contacts: Sequence[PlannedContact], *, actor: str, now: datetime) -> list[Permit]:
    """`permit_and_log` for up to 1,000 contacts, in order, in two statements.

    A second contact of one person in the batch sees the first. The locks last until the caller's transaction ends, so
    send in small batches and outside of it. Raises ValueError above 1,000.
    """
    _bound(contacts)
    gathered = gather(contacts, now, has_locks=True)
    judged: list[Judged] = []
    reserved: dict[int, Attempt] = {}
    for place, contact in enumerate(contacts):
        judged.append(judge_one(gathered, contact))
        if judged[-1].verdict.is_allowed:
            reserved[place] = _reserve(judged[-1], actor, now)
            _remember(gathered, reserved[place])
    verdicts = [_verdict_row(one, actor, now) for one in judged]
    keep_answers(verdicts, reserved, draft_verdicts(gathered, judged, verdicts, reserved))
    return [
        Permit(contact, verdict, reserved.get(place))
        for place, (contact, verdict) in enumerate(zip(contacts, verdicts, strict=True))
    ]


def _bound(contacts: Sequence[PlannedContact]) -> None:
    if len(contacts) > BATCH_MAX:
        raise ValueError(f"at most {BATCH_MAX} contacts in one batch, not {len(contacts)}")


def counts_towards_caps(purpose: str) -> bool:
    return purpose not in EXEMPT_PURPOSES


def _remember(gathered: Gathered, attempt: Attempt) -> None:
    """What this batch just reserved weighs on the rest of it."""
    at = attempt.at.isoformat()
    row = (str(attempt.uid), at, attempt.channel, "out", False, False, attempt.counts, attempt.purpose, True)
    gathered.remember(attempt.debtor_id, (*row, attempt.obligation_id))


def _reserve(judged: Judged, actor: str, now: datetime) -> Attempt:
    contact = judged.contact
    return Attempt(
        uid=str(new_uid(now)),
        debtor_id=contact.debtor_id,
        creditor_id=contact.creditor_id,
        obligation_id=contact.obligation_id,
        contact_point_id=contact.contact_point_id,
        at=now,
        channel=contact.channel,
        purpose=contact.purpose,
        recipient=judged.recipient,
        status=AttemptStatus.RESERVED,
        counts=counts_towards_caps(contact.purpose),
        balance_stated_minor=contact.balance_stated_minor,
        actor=actor,
    )


def _verdict_row(judged: Judged, actor: str, now: datetime) -> Verdict:
    verdict, contact = judged.verdict, judged.contact
    denied = [rule for rule in verdict.rules if rule.verdict == "deny"]
    is_missing = any(rule.is_missing_data for rule in denied)
    return Verdict(
        uid=str(new_uid(now)),
        debtor_id=contact.debtor_id,
        creditor_id=contact.creditor_id,
        at=now,
        channel=contact.channel,
        purpose=contact.purpose,
        recipient=judged.recipient,
        verdict="refuse" if is_missing else verdict.verdict,
        rules=show_verdict(verdict)["rules"],
        first_rule=denied[0].id if denied else "",
        next_allowed_at=None if verdict.is_allowed else verdict.next_allowed_at,
        pack=judged.pack,
        pack_version=verdict.pack_version,
        question=_question_row(contact),
        actor=actor,
    )


def _question_row(contact: PlannedContact) -> dict[str, Any]:
    return {
        "obligation_id": contact.obligation_id,
        "contact_point_id": contact.contact_point_id,
        "balance_stated_minor": contact.balance_stated_minor,
        "evidence": sorted(contact.evidence),
    }
