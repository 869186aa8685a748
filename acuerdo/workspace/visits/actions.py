"""Logging what was done on foot: a visit with its outcome, or a letter handed over. One mutation each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.public import PlannedContact, all_dispositions, mark_attempts, permit_and_log, record_outcome
from acuerdo.policy.rules.dispositions import check_fields
from acuerdo.portfolio.public import attach_paper

LETTER = "carta"


@dataclass(frozen=True, slots=True)
class OnFoot:
    """`code` of the visit, or `carta`. `evidence` names what makes a visit lawful where the law asks for it."""

    code: str
    evidence: frozenset[str] = frozenset()
    position: str = ""
    note: str = ""
    photo: Iterable[bytes] = field(default=())
    has_photo: bool = False


def log_on_foot(obligation: Any, point: Any, told: OnFoot, *, title: str, by: User, now: datetime) -> None:
    """Asks the gate, whose refusal stays stored, and then records the outcome; the photo is kept among the person's papers.

    Refuses `contact-not-permitted` with the rule's sentence, `visit-code`, `visit-photo`, `disposition-field-missing`, and what
    keeping a paper refuses: none of these leaves a contact behind.
    """
    fields = _checked(told)
    contact = PlannedContact(
        obligation.debtor_id, obligation.creditor_id, "letter" if told.code == LETTER else "visit",
        obligation_id=obligation.pk, contact_point_id=point.pk, evidence=told.evidence,
    )  # fmt: skip
    permit = permit_and_log(contact, actor=by.username, now=now)
    if permit.attempt is None:
        reasons = [rule["reason"] for rule in permit.verdict.rules if rule["verdict"] == "deny"]
        raise Refusal("contact-not-permitted", " ".join(reasons))
    try:
        _record(obligation, permit.attempt, told, fields, title=title, by=by, now=now)
    except Refusal:
        mark_attempts([permit.attempt.pk], "cancelled", now=now)
        raise


@transaction.atomic
def _record(
    obligation: Any, attempt: Any, told: OnFoot, fields: dict[str, str], *, title: str, by: User, now: datetime
) -> None:
    if told.has_photo:
        paper = attach_paper(obligation, title, told.photo, actor=by.username, now=now)
        paper.refresh_from_db(fields=["uid"])
        fields["photo"] = str(paper.uid)
    if told.code == LETTER:
        mark_attempts([attempt.pk], "sent", now=now)
    else:
        record_outcome(attempt.pk, told.code, actor=by.username, now=now, fields=fields, note=told.note.strip())


def _checked(told: OnFoot) -> dict[str, str]:
    """What the outcome's fields will hold, before anybody is asked anything."""
    if told.code == LETTER:
        return {}
    disposition = all_dispositions().get(told.code)
    if disposition is None or disposition.family != "VI" or not disposition.is_for_people:
        raise Refusal("visit-code", "Elija qué pasó en la visita.")
    if "photo" in disposition.fields and not told.has_photo:
        raise Refusal("visit-photo", "Adjunte la foto del sobre cerrado.")
    fields = {"position": told.position.strip()[:160], "photo": "…" if told.has_photo else ""}
    check_fields(disposition, fields)
    return {name: value for name, value in fields.items() if value}
