"""Negative reports to credit bureaus: the notices before one, the person's authorisation, the report itself and its end.

A report is let out by somebody with the role, only when the law's clocks allow it on that day, under the person's lock; each
notice, report, refusal and end leaves a receipt. Nothing here talks to a bureau: the list of what stands is what is sent to it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_person
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions.permissions import AUDIT_CHAIN
from acuerdo.policy.actions.receipts import keep_bureau
from acuerdo.policy.models import BureauAuthorisation, BureauNotice, BureauReport
from acuerdo.policy.queries.bureau import defaults_of, stands_until
from acuerdo.policy.rules.bureau import BureauAnswer, Default, may_report, say_refusal
from acuerdo.policy.rules.vocabulary import CHANNELS, one_of

RELEASING_ROLES = frozenset({Role.COMPLIANCE, Role.DIRECTOR})


@dataclass(eq=False)
class BureauReportRefused(Refusal):
    """`bureau-report-refused`: the clocks do not allow it; `answer` says why, and from when."""

    answer: BureauAnswer | None = field(default=None)


@transaction.atomic
def record_bureau_notice(
    obligation_id: int, *, sent_on: date, channel: str, proof: str, actor: str, today: date, now: datetime
) -> BureauNotice:
    """A notice that was sent to the last registered address. The same one again changes nothing.

    Refuses `unknown-channel`, `notice-in-future` and `notice-proof-missing`.
    """
    one_of(channel, CHANNELS, field="channel")
    if sent_on > today:
        raise Refusal("notice-in-future", "El aviso no puede tener fecha futura.")
    if not proof.strip():
        raise Refusal("notice-proof-missing", "Diga dónde está la prueba del envío: guía, mensaje o archivo.")
    notice, is_new = BureauNotice.objects.get_or_create(
        obligation_id=obligation_id, sent_on=sent_on, channel=channel,
        defaults={"proof": proof.strip()[:200], "recorded_by": actor, "recorded_at": now},
    )  # fmt: skip
    if is_new:
        payload = {"obligation_id": obligation_id, "sent_on": sent_on.isoformat(), "channel": channel}
        subject = ("bureau-notice", str(notice.uid))
        write_audit(chain=AUDIT_CHAIN, action="bureau-notice", actor=actor, subject=subject, payload=payload, now=now)
        told = {"notice": str(notice.uid), "sent_on": sent_on.isoformat(), "channel": channel}
        keep_bureau(_obligation(obligation_id), "notice", told, actor=actor, now=now)
    return notice


def release_bureau_report(obligation_id: int, *, bureau: str, user: User, today: date, now: datetime) -> BureauReport:
    """Authorises the report of this default to `bureau` today. One that stands is returned as it is.

    Refuses `bureau-report-not-permitted`, `bureau-missing`, and `bureau-report-refused` with the reason and the date from which it
    may be; that refusal is kept as a receipt too, unless the caller's own transaction is rolled back (see `keep_refused_report`).
    """
    if user.role not in RELEASING_ROLES:
        raise Refusal("bureau-report-not-permitted", "Solo cumplimiento o dirección autorizan un reporte a centrales.")
    if not bureau.strip():
        raise Refusal("bureau-missing", "Escriba a qué central se reporta.")
    report, answer = _release(obligation_id, bureau.strip()[:60], user.username, today, now)
    if report is None:
        raise BureauReportRefused("bureau-report-refused", say_refusal(answer), answer=answer)
    return report


@transaction.atomic
def keep_refused_report(obligation_id: int, *, user: User, today: date, now: datetime) -> None:
    """The receipt of a refusal whose transaction was rolled back with it. Nothing where it would not be refused any more."""
    obligation = _obligation(obligation_id)
    lock_person(obligation.debtor_id)
    default = defaults_of([obligation], today)[obligation_id]
    if (answer := may_report(default, today)).verdict != "allow":
        keep_bureau(
            obligation, "report-refused", _told(obligation, default, answer, today), actor=user.username, now=now
        )


@transaction.atomic
def _release(
    obligation_id: int, bureau: str, actor: str, today: date, now: datetime
) -> tuple[BureauReport | None, BureauAnswer]:
    lock_person(_obligation(obligation_id).debtor_id)
    obligation = _obligation(obligation_id)  # read again: a payment may have come while we waited
    default = defaults_of([obligation], today)[obligation_id]
    answer = may_report(default, today)
    standing = BureauReport.objects.filter(obligation_id=obligation_id, withdrawn_on__isnull=True).first()
    if standing is not None:
        return standing, answer
    told = _told(obligation, default, answer, today)
    if answer.verdict != "allow" or default.arrears_since is None:
        keep_bureau(obligation, "report-refused", told, actor=actor, now=now)
        return None, answer
    report = BureauReport.objects.create(
        obligation_id=obligation_id, bureau=bureau, arrears_since=default.arrears_since,
        balance_minor=obligation.account.balance_minor, released_on=today, released_at=now, released_by=actor,
        citation=answer.citation,
    )  # fmt: skip
    _audit_report("bureau-report-released", report, actor, {"bureau": bureau}, now)
    keep_bureau(obligation, "report", {**told, "report": str(report.uid), "bureau": bureau}, actor=actor, now=now)
    return report, answer


@transaction.atomic
def withdraw_bureau_report(obligation_id: int, *, reason: str, user: User, today: date, now: datetime) -> BureauReport:
    """Ends the report that stands. Refuses `bureau-report-not-permitted`, `bureau-report-unknown`, `bureau-reason-missing`."""
    if user.role not in RELEASING_ROLES:
        raise Refusal("bureau-report-not-permitted", "Solo cumplimiento o dirección retiran un reporte de centrales.")
    if not reason.strip():
        raise Refusal("bureau-reason-missing", "Escriba por qué se retira el reporte.")
    obligation = _obligation(obligation_id)
    lock_person(obligation.debtor_id)
    standing = BureauReport.objects.filter(obligation_id=obligation_id, withdrawn_on__isnull=True).first()
    if standing is None:
        raise Refusal("bureau-report-unknown", "Esta obligación no tiene un reporte vigente.")
    return _end(standing, obligation, reason.strip()[:300], user.username, today, now)


def expire_bureau_reports(now: datetime, *, today: date) -> int:
    """Ends the reports whose time has run out (twice the arrears and at most four years after the payment, eight in all); how many."""
    reports = BureauReport.objects.filter(withdrawn_on__isnull=True)
    standing = reports.select_related("obligation__account", "obligation__creditor").order_by("pk")
    over = [
        one.pk
        for one in standing.iterator(chunk_size=2000)
        if (until := stands_until(one, one.obligation)) is not None and until < today
    ]
    return sum(_expire(pk, today, now) for pk in over)


@transaction.atomic
def _expire(report_id: int, today: date, now: datetime) -> bool:
    found = BureauReport.objects.filter(pk=report_id, withdrawn_on__isnull=True).first()
    if found is None:
        return False
    obligation = _obligation(found.obligation_id)
    lock_person(obligation.debtor_id)
    report = BureauReport.objects.select_for_update().get(pk=report_id)
    if report.withdrawn_on is not None:
        return False
    _end(report, obligation, "Terminó el tiempo que la norma permite", "sistema", today, now)
    return True


def _end(report: BureauReport, obligation: Any, reason: str, actor: str, today: date, now: datetime) -> BureauReport:
    report.withdrawn_on, report.withdrawn_at, report.withdrawn_by, report.withdrawal_reason = today, now, actor, reason
    report.save(update_fields=["withdrawn_on", "withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    _audit_report("bureau-report-withdrawn", report, actor, {}, now)
    told = {"report": str(report.uid), "on": today.isoformat()}
    keep_bureau(obligation, "withdrawal", told, actor=actor, now=now)
    return report


def _told(obligation: Any, default: Default, answer: BureauAnswer, today: date) -> dict[str, Any]:
    """The question's facts and the answer, as the receipt holds them."""
    return {
        "on": today.isoformat(),
        "facts": {
            "arrears_since": default.arrears_since.isoformat() if default.arrears_since else None,
            "balance_minor": obligation.account.balance_minor,
            "currency": obligation.account.currency,
            "notices": sorted({day.isoformat() for day in default.notices}),
            "is_authorised": default.is_authorised,
            "is_disputed": default.is_disputed,
        },
        "answer": {
            "verdict": answer.verdict,
            "reasons": list(answer.reasons),
            "from_on": answer.from_on.isoformat() if answer.from_on else None,
            "until_on": answer.until_on.isoformat() if answer.until_on else None,
            "notices_needed": answer.notices_needed,
            "citation": answer.citation,
        },
    }


def _obligation(obligation_id: int) -> Any:
    rows = BureauNotice._meta.get_field("obligation").related_model._default_manager
    return rows.select_related("account", "creditor", "debtor").get(pk=obligation_id)


def _audit_report(action: str, report: BureauReport, actor: str, payload: dict[str, Any], now: datetime) -> None:
    told = {"obligation_id": report.obligation_id, **payload}
    subject = ("bureau-report", str(report.uid))
    write_audit(chain=AUDIT_CHAIN, action=action, actor=actor, subject=subject, payload=told, now=now)


@transaction.atomic
def authorise_bureau_report(
    debtor_id: int, creditor_id: int, *, granted_on: date, proof: str, actor: str, today: date, now: datetime
) -> BureauAuthorisation:
    """The person's authorisation to report; one that stands is returned as it is. Refuses `consent-in-future`, `notice-proof-missing`."""
    if granted_on > today:
        raise Refusal("consent-in-future", "La autorización no puede tener fecha futura.")
    if not proof.strip():
        raise Refusal("notice-proof-missing", "Diga dónde está la prueba de la autorización.")
    given, is_new = BureauAuthorisation.objects.get_or_create(
        debtor_id=debtor_id, creditor_id=creditor_id, revoked_on=None,
        defaults={"granted_on": granted_on, "proof": proof.strip()[:200], "recorded_by": actor},
    )  # fmt: skip
    if is_new:
        _audit("bureau-authorised", actor, debtor_id, creditor_id, now)
    return given


@transaction.atomic
def revoke_bureau_authorisation(debtor_id: int, creditor_id: int, *, actor: str, today: date, now: datetime) -> bool:
    """Ends the authorisation that stands; whether there was one."""
    standing = BureauAuthorisation.objects.filter(debtor_id=debtor_id, creditor_id=creditor_id, revoked_on=None)
    is_revoked = standing.update(revoked_on=today) > 0
    if is_revoked:
        _audit("bureau-authorisation-revoked", actor, debtor_id, creditor_id, now)
    return is_revoked


def _audit(action: str, actor: str, debtor_id: int, creditor_id: int, now: datetime) -> None:
    subject, payload = ("debtor", str(debtor_id)), {"creditor_id": creditor_id}
    write_audit(chain=AUDIT_CHAIN, action=action, actor=actor, subject=subject, payload=payload, now=now)
