"""Receipts: what was asked, known, answered, sent and heard of each contact, as links of the creditor's chain.

They are written in the transaction of what they tell, as its last statement where possible: from there to the commit
the chain's head is locked, and whoever else contacts for this creditor waits. A text that could name the person goes in
as a commitment under the person's salt; ids and uids go in as they are.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_person
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.models import Attempt, PersonSalt, ReceiptKind, Verdict
from acuerdo.policy.queries.facts import Judged, debts_of, holds_of, others_bound
from acuerdo.policy.queries.gathering import Gathered, PlannedContact
from acuerdo.policy.rules.proof import canonical, commit


@dataclass(frozen=True, slots=True)
class Draft:
    """A receipt before it has its place in the chain of `creditor_id`; `subject` is the person's uid."""

    creditor_id: int
    at: datetime
    kind: str
    subject: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SentText:
    """Exactly what an attempt carried, and where it is kept (`reference`, as `message:<uid>`)."""

    attempt_id: int
    reference: str
    template: str
    receiver: str
    subject: str
    body: str
    body_html: str = ""

    def text(self) -> str:
        """What is committed to: the four texts in one."""
        return canonical([self.receiver, self.subject, self.body, self.body_html])


def append_receipts(drafts: Sequence[Draft]) -> None:
    """Append in order, in one statement; the chain's head stays locked until the transaction ends."""
    if not drafts:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT policy_append_receipts(%s::bigint[], %s::timestamptz[], %s::text[], %s::uuid[], %s::text[])",
            receipt_columns(drafts),
        )


def receipt_columns(drafts: Sequence[Draft]) -> list[Any]:
    """The drafts as the server's functions take them: creditors, instants, kinds, subjects, payloads."""
    return [
        [draft.creditor_id for draft in drafts],
        [draft.at for draft in drafts],
        [str(draft.kind) for draft in drafts],
        [str(draft.subject) for draft in drafts],
        [canonical(draft.payload) for draft in drafts],
    ]


def draft_verdicts(
    gathered: Gathered, judged: Sequence[Judged], verdicts: Sequence[Verdict], attempts: Mapping[int, Attempt]
) -> list[Draft]:
    """A receipt for each verdict to be stored; `attempts` by the verdict's place, for those that are let out."""
    salts = {pk: person.salt for pk, person in gathered.debtors.items() if person.salt}
    salts |= _make_salts([pk for pk in gathered.debtors if pk not in salts])
    drafts = []
    for place, (one, verdict) in enumerate(zip(judged, verdicts, strict=True)):
        attempt = attempts.get(place)
        payload = {
            "verdict": _answer(one, verdict),
            "question": _question(gathered, one, salts[one.contact.debtor_id]),
            "facts": _facts(gathered, one),
            "attempt": str(attempt.uid) if attempt is not None else None,
            "actor": verdict.actor,
        }
        subject = gathered.debtors[one.contact.debtor_id].uid
        drafts.append(Draft(verdict.creditor_id, verdict.at, ReceiptKind.VERDICT, subject, payload))
    return drafts


def keep_texts(texts: Sequence[SentText], *, now: datetime) -> None:
    """A receipt for what each attempt carries, before it leaves; in the transaction that let it out."""
    if not texts:
        return
    rows = _attempts_told(text.attempt_id for text in texts)
    salts = _make_salts([row["debtor_id"] for row in rows.values()])
    drafts = []
    for text in texts:
        row = rows[text.attempt_id]
        payload = {
            "attempt": str(row["uid"]),
            "reference": text.reference,
            "template": text.template,
            "text": commit(salts[row["debtor_id"]], "text", text.text()),
        }
        drafts.append(Draft(row["creditor_id"], now, ReceiptKind.CONTENT, str(row["debtor__uid"]), payload))
    append_receipts(drafts)


def keep_status(moved: Mapping[int, str], *, now: datetime) -> None:
    """A receipt for each delivery event: the new status by attempt's key."""
    drafts = [
        Draft(
            row["creditor_id"], now, ReceiptKind.STATUS, str(row["debtor__uid"]),
            {"attempt": str(row["uid"]), "status": str(moved[pk])},
        )
        for pk, row in _attempts_told(moved).items()
    ]  # fmt: skip
    append_receipts(drafts)


def keep_outcome(attempt: Attempt, *, event: str, holds: Sequence[str], actor: str, now: datetime) -> None:
    """A receipt for what came of a contact: `event` is recorded or undone, `holds` the uids of stops that began or ended."""
    row = _attempts_told([attempt.pk])[attempt.pk]
    said = canonical([attempt.note, _texts(attempt.details)])
    payload = {
        "attempt": str(row["uid"]),
        "event": event,
        "channel": attempt.channel,
        "direction": attempt.direction,
        "disposition": attempt.disposition,
        "secondary": list(attempt.details.get("secondary", [])),
        "status": str(attempt.status),
        "right_party": attempt.right_party,
        "is_two_way": attempt.is_two_way,
        "counts": attempt.counts,
        "duration_seconds": attempt.duration_seconds,
        "holds": [str(uid) for uid in holds],
        "said": commit(_make_salts([attempt.debtor_id])[attempt.debtor_id], "said", said),
        "actor": actor,
    }
    append_receipts([Draft(attempt.creditor_id, now, ReceiptKind.OUTCOME, str(row["debtor__uid"]), payload)])


def keep_bureau(obligation: Any, event: str, told: Mapping[str, Any], *, actor: str, now: datetime) -> None:
    """A receipt of what leads to a report to a bureau: `event` is notice, report, report-refused or withdrawal; `told` holds days,
    figures and codes, never a text of a person."""
    payload = {"event": event, "obligation": str(obligation.uid), **told, "actor": actor}
    append_receipts([Draft(obligation.creditor_id, now, ReceiptKind.BUREAU, str(obligation.debtor.uid), payload)])


@transaction.atomic
def forget_salt(debtor_id: int, *, actor: str, reason: str, now: datetime) -> None:
    """Destroys the person's salt: whatever the receipts committed to can no longer be shown or guessed; the chain verifies on.

    Part of erasing a person under the data law; refuses `salt-unknown` when there is none.
    """
    lock_person(debtor_id)
    uid = PersonSalt.objects.filter(debtor_id=debtor_id).values_list("debtor__uid", flat=True).first()
    if uid is None:
        raise Refusal("salt-unknown", "Esta persona no tiene recibos con texto que olvidar.")
    PersonSalt.objects.filter(debtor_id=debtor_id).delete()
    subject = ("debtor", str(uid))
    write_audit(
        chain="policy", action="salt-forgotten", actor=actor, subject=subject, payload={"reason": reason}, now=now
    )


def _make_salts(debtor_ids: Sequence[int]) -> dict[int, bytes]:
    """The salts of these persons, made where there is none; one statement, none for nobody."""
    wanted = sorted(set(debtor_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO policy_personsalt AS kept (debtor_id, salt) SELECT * FROM unnest(%s::bigint[], %s::bytea[])"
            " ON CONFLICT (debtor_id) DO UPDATE SET salt = kept.salt RETURNING debtor_id, salt",
            [wanted, [secrets.token_bytes(32) for _ in wanted]],
        )
        return {debtor_id: bytes(salt) for debtor_id, salt in cursor.fetchall()}


def _attempts_told(attempt_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = Attempt.objects.filter(pk__any_of=attempt_ids).order_by("pk")
    return {row["pk"]: {**row} for row in rows.values("pk", "uid", "debtor_id", "creditor_id", "debtor__uid")}


def _answer(judged: Judged, verdict: Verdict) -> dict[str, Any]:
    rules = [
        {"id": rule.id, "verdict": rule.verdict, "citation": rule.citation, "reason": rule.reason}
        for rule in judged.verdict.rules
    ]
    return {
        "uid": str(verdict.uid),
        "answer": verdict.verdict,
        "rules": rules,
        "next_allowed_at": _text(verdict.next_allowed_at),
        "pack": verdict.pack,
        "pack_version": verdict.pack_version,
    }


def _question(gathered: Gathered, judged: Judged, salt: bytes) -> dict[str, Any]:
    contact, question = judged.contact, judged.question
    point = gathered.points.get(contact.contact_point_id or 0)
    return {
        "at": _text(gathered.now),
        "channel": contact.channel,
        "purpose": contact.purpose,
        "recipient": judged.recipient,
        "zones": list(question.zones) if question is not None else [],
        "region": question.region if question is not None else "",
        "obligation": _uid_of_debt(gathered, contact),
        "point": {"uid": point.uid, "value": commit(salt, "point", point.value)} if point is not None else None,
        "balance_stated_minor": contact.balance_stated_minor,
        "evidence": sorted(contact.evidence),
    }


def _facts(gathered: Gathered, judged: Judged) -> dict[str, Any] | None:
    """The rows that the rules used, each with its uid first; None where there was nothing to judge."""
    facts, contact = judged.facts, judged.contact
    if facts is None:
        return None
    return {
        "consents": gathered.consents[contact.debtor_id],
        "holds": [row[:-1] for row in holds_of(gathered, contact)],
        "history": [row[:-1] for row in gathered.history_rows[contact.debtor_id]],
        **_shared(gathered, contact),
        "own_hours": gathered.hours.get(contact.debtor_id),
        "readings": {
            name: [one.value, one.approved_by, one.approved_on.isoformat() if one.approved_on else None]
            for name, one in facts.settings.items()
        },
        "debts": [[debt.uid, debt.balance_minor, debt.balance_due_minor] for debt in debts_of(gathered, contact)],
        "excluded_number": facts.excluded_number,
        "point_is_valid": facts.point_is_valid,
        "point_ownership": facts.point_ownership,
    }


def _shared(gathered: Gathered, contact: PlannedContact) -> dict[str, Any]:
    """The contacts with others bound by the same debt, only where the creditor has them share their caps."""
    rows = [row[:-1] for other in sorted(others_bound(gathered, contact)) for row in gathered.history_rows[other]]
    return {"history_of_others": rows} if rows else {}


def _uid_of_debt(gathered: Gathered, contact: PlannedContact) -> str | None:
    debt = gathered.obligations.get(contact.obligation_id or 0)
    return debt.uid if debt is not None else None


def _texts(details: Mapping[str, Any]) -> Any:
    """The fields of the outcome as texts, whatever their types."""
    return {str(name): str(value) for name, value in details.get("fields", {}).items()}


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
