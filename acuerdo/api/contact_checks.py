"""May we contact these people now? Asked of the very gate that lets contacts out; nothing may leave on the answers.

One statement resolves the uids within the key's scope and one for each thousand checks reads what binds them.
"""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from acuerdo.api.access import EVERYONE, caller
from acuerdo.api.policy_schemas import ContactCheckIn, ContactChecksIn, ContactChecksOut
from acuerdo.api.problems import not_found
from acuerdo.api.schemas import Problem
from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.public import Judged, PlannedContact, check_contacts
from acuerdo.policy.rules.request import show_verdict
from acuerdo.portfolio.public import ContactKeys, contact_keys

router = Router()
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}


@router.post(
    "/contact-checks", response={200: ContactChecksOut, **PROBLEMS}, tags=["contact-checks"],
    operation_id="create_contact_checks",
)  # fmt: skip
def create_contact_checks(request: HttpRequest, body: ContactChecksIn) -> Any:
    """The gate's verdict on 1 to 10,000 contacts at this moment, in order: every rule that denies, and from when each would be
    permitted. Stores nothing and lets nothing out, so it needs no `Idempotency-Key`; contacts of one call do not see each other.

    A check of what does not exist, or is outside the key's scope, gets `problem` and no verdict.
    """
    user = caller(request, EVERYONE)
    resolved = _resolve(user, body.checks)
    found = [one for one in resolved if isinstance(one, PlannedContact)]
    judged = iter(check_contacts(found, now=clock.now()))
    answers = [_shown(next(judged)) if isinstance(one, PlannedContact) else _problem(one) for one in resolved]
    return {"checks": answers}


def _resolve(user: User, checks: list[ContactCheckIn]) -> list[PlannedContact | Refusal]:
    obligations = {one.obligation for one in checks}
    persons = {one.debtor for one in checks if one.debtor is not None}
    points = {one.contact_point for one in checks if one.contact_point is not None}
    keys = contact_keys(user, obligations=obligations, debtors=persons, points=points)
    return [_planned(one, keys) for one in checks]


def _planned(check: ContactCheckIn, keys: ContactKeys) -> PlannedContact | Refusal:
    owed = keys.obligations.get(str(check.obligation))
    if owed is None:
        return not_found()
    obligation_id, creditor_id, debtor_id = owed
    person: int | None = debtor_id if check.debtor is None else keys.debtors.get((obligation_id, str(check.debtor)))
    point: int | None = None if check.contact_point is None else keys.points.get(str(check.contact_point), 0)
    if person is None or (check.contact_point is not None and not point):
        return not_found()
    return PlannedContact(
        person, creditor_id, check.channel, check.purpose, obligation_id, point, evidence=frozenset(check.evidence)
    )


def _shown(judged: Judged) -> dict[str, Any]:
    told = show_verdict(judged.verdict)
    return {**told, "recipient": judged.recipient, "channel": judged.contact.channel, "problem": None}


def _problem(refusal: Refusal) -> dict[str, Any]:
    return {
        "verdict": None, "rules": [], "next_allowed_at": None, "pack_version": None, "recipient": None, "channel": None,
        "problem": {"code": refusal.code, "title": in_reader_language(refusal.message)},
    }  # fmt: skip
