"""Reports to credit bureaus: what a default still needs, its notices, the report itself and its end, and all of them as a list."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from acuerdo.api.access import LEADS, caller, obligation_for
from acuerdo.api.bureau_schemas import (
    BureauAuthorisationIn,
    BureauCaseFilters,
    BureauCasePage,
    BureauNoticeIn,
    BureauOut,
    BureauReportIn,
    BureauReportOut,
    BureauWithdrawalIn,
)
from acuerdo.api.pages import cursor_after, uid_in
from acuerdo.api.permissions import PROBLEMS, IdempotencyKey, once
from acuerdo.base import clock
from acuerdo.base.models import Role
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import decimal_from_minor
from acuerdo.policy import public as policy
from acuerdo.policy.rules.bureau import retention_end
from acuerdo.portfolio.public import visible_to

router = Router()
ANSWERING = frozenset({Role.COMPLIANCE, Role.DIRECTOR})


@router.get(
    "/obligations/{uid}/bureau-report", response={200: BureauOut, **PROBLEMS}, tags=["obligations"],
    operation_id="get_bureau_report",
)  # fmt: skip
def get_bureau_report(request: HttpRequest, uid: UUID) -> Any:
    """Whether the default may be reported to a credit bureau today, and from when."""
    return _bureau(obligation_for(caller(request, LEADS), uid))


@router.post(
    "/obligations/{uid}/bureau-notices", response={201: BureauOut, **PROBLEMS}, tags=["obligations"],
    operation_id="create_bureau_notice",
)  # fmt: skip
def add_bureau_notice(request: HttpRequest, uid: UUID, body: BureauNoticeIn, idempotency_key: IdempotencyKey) -> Any:
    """Records a notice before a report to a credit bureau; the answer says what is still needed and from when."""
    user = caller(request, ANSWERING)

    def act() -> tuple[int, Any]:
        obligation = obligation_for(user, uid)
        policy.record_bureau_notice(
            obligation.pk, sent_on=body.sent_on, channel=body.channel, proof=body.proof, actor=user.username,
            today=clock.business_date(), now=clock.now(),
        )  # fmt: skip
        return 201, _as_json(_bureau(obligation))

    return once(request, idempotency_key, (str(uid), body), act)


@router.post(
    "/obligations/{uid}/bureau-authorisation", response={201: BureauOut, **PROBLEMS}, tags=["obligations"],
    operation_id="create_bureau_authorisation",
)  # fmt: skip
def add_bureau_authorisation(
    request: HttpRequest, uid: UUID, body: BureauAuthorisationIn, idempotency_key: IdempotencyKey
) -> Any:
    """Records that the person authorised this creditor to report; the answer says what is still needed and from when."""
    user = caller(request, ANSWERING)

    def act() -> tuple[int, Any]:
        obligation = obligation_for(user, uid)
        policy.authorise_bureau_report(
            obligation.debtor_id, obligation.creditor_id, granted_on=body.granted_on, proof=body.proof,
            actor=user.username, today=clock.business_date(), now=clock.now(),
        )  # fmt: skip
        return 201, _as_json(_bureau(obligation))

    return once(request, idempotency_key, (str(uid), body), act)


def _as_json(told: dict[str, Any]) -> dict[str, Any]:
    """As an answer is kept for a repeat: days as text."""
    kept: dict[str, Any] = BureauOut(**told).model_dump(mode="json")
    return kept


def _bureau(obligation: Any) -> dict[str, Any]:
    on = clock.business_date()
    answer = policy.bureau_answers([obligation], on)[obligation.pk]
    since = obligation.account.due_since
    return {
        "on": on, "verdict": answer.verdict, "reasons": list(answer.reasons), "from_on": answer.from_on,
        "until_on": answer.until_on, "notices_needed": answer.notices_needed, "citation": answer.citation,
        "notices": [one.sent_on for one in policy.bureau_notices(obligation.pk)],
        "retention_end": retention_end(obligation.creditor.country, since, None) if since else None,
    }  # fmt: skip


@router.post(
    "/obligations/{uid}/bureau-reports", response={201: BureauReportOut, **PROBLEMS}, tags=["obligations"],
    operation_id="create_bureau_report",
)  # fmt: skip
def add_bureau_report(request: HttpRequest, uid: UUID, body: BureauReportIn, idempotency_key: IdempotencyKey) -> Any:
    """Authorises the negative report of this default. Refused (`bureau-report-refused`) with the reason, and the date from which
    it may be where waiting helps; the refusal is kept as a receipt."""
    user = caller(request, ANSWERING)
    day: dict[str, Any] = {"user": user, "today": clock.business_date(), "now": clock.now()}

    def act() -> tuple[int, Any]:
        obligation = obligation_for(user, uid)
        report = policy.release_bureau_report(obligation.pk, bureau=body.bureau, **day)
        return 201, _report(report, obligation)

    try:
        return once(request, idempotency_key, (str(uid), body), act)
    except Refusal as refusal:
        if refusal.code == "bureau-report-refused":
            # The answer's transaction took the receipt back with it.
            policy.keep_refused_report(obligation_for(user, uid).pk, **day)
        raise


@router.post(
    "/obligations/{uid}/bureau-report-withdrawals", response={200: BureauReportOut, **PROBLEMS}, tags=["obligations"],
    operation_id="create_bureau_report_withdrawal",
)  # fmt: skip
def add_bureau_withdrawal(
    request: HttpRequest, uid: UUID, body: BureauWithdrawalIn, idempotency_key: IdempotencyKey
) -> Any:
    """Ends the report that stands, with its reason."""
    user = caller(request, ANSWERING)

    def act() -> tuple[int, Any]:
        obligation = obligation_for(user, uid)
        report = policy.withdraw_bureau_report(
            obligation.pk, reason=body.reason, user=user, today=clock.business_date(), now=clock.now()
        )
        return 200, _report(report, obligation)

    return once(request, idempotency_key, (str(uid), body), act)


@router.get(
    "/bureau-cases", response={200: BureauCasePage, **PROBLEMS}, tags=["bureau-cases"], operation_id="list_bureau_cases"
)
def list_bureau_cases(request: HttpRequest, filters: Query[BureauCaseFilters]) -> Any:
    """Where each default stands on its way to a bureau: due, sent, waiting, ready, blocked, expired, reported or withdrawn."""
    on = clock.business_date()
    found = policy.bureau_cases(visible_to(caller(request, LEADS)), on).select_related("account", "creditor", "debtor")
    if filters.state is not None:
        found = found.filter(bureau_state=filters.state)
    if filters.updated_since is not None:
        found = found.filter(policy.bureau_changed_since(filters.updated_since))
    if (after := uid_in(filters.cursor)) is not None:
        found = found.filter(uid__gt=after)
    rows = list(found.order_by("uid")[: filters.limit + 1])
    page = rows[: filters.limit]
    following = cursor_after(page[-1].uid) if len(rows) > filters.limit else None
    return {"items": [_case(one) for one in policy.bureau_details(page, on)], "next_cursor": following}


def _case(case: policy.BureauCase) -> dict[str, Any]:
    one, answer = case.obligation, case.answer
    return {
        "obligation": one.uid, "number": one.number, "debtor": one.debtor.uid, "creditor": one.creditor.name,
        "state": case.state, "reasons": list(answer.reasons), "notices": [notice.sent_on for notice in case.notices],
        "notices_needed": answer.notices_needed, "from_on": answer.from_on, "until_on": answer.until_on,
        "report": _report(case.report, one) if case.report is not None else None, "stands_until": case.stands_until,
    }  # fmt: skip


def _report(report: Any, obligation: Any) -> dict[str, Any]:
    return {
        "uid": str(report.uid), "obligation": str(obligation.uid), "bureau": report.bureau,
        "arrears_since": report.arrears_since.isoformat(), "released_on": report.released_on.isoformat(),
        "balance": str(decimal_from_minor(report.balance_minor, obligation.account.currency)),
        "currency": obligation.account.currency, "released_by": report.released_by, "citation": report.citation,
        "withdrawn_on": report.withdrawn_on.isoformat() if report.withdrawn_on else None,
        "withdrawal_reason": report.withdrawal_reason,
    }  # fmt: skip
