"""Reports to a bureau: let out only when the clocks allow it, a receipt of each step, and the list that the server filters."""

import json
import random
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from acuerdo.base.audit import verify_chain
from acuerdo.kernel.errors import Refusal
from acuerdo.policy import public as policy
from acuerdo.policy.models import BureauAuthorisation, BureauNotice, BureauReport, Receipt
from acuerdo.policy.rules.offline import check_files, read_files
from acuerdo.policy.tasks import checkpoint
from acuerdo.portfolio.models import Obligation
from tests.factories import NOW, TODAY, make_creditor, make_debtor, make_obligation, make_user

pytestmark = pytest.mark.django_db
GIVE: dict[str, Any] = {"actor": "x", "today": TODAY, "now": NOW}
LARGE, SMALL = 900_000_00, 200_000_00  # 15 % of the minimum wage of 2026 is 262,635.75


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Any, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def officer() -> Any:
    return make_user("compliance", username="cumplimiento")


def defaulted(balance_minor: int = LARGE, *, since: date = date(2026, 3, 1), **fields: Any) -> Any:
    owed = make_obligation(make_debtor(), fields.pop("creditor", None) or make_creditor(), balance_minor=balance_minor)
    owed.account.due_since = since
    owed.account.save()
    return owed


def authorised(owed: Any) -> None:
    policy.authorise_bureau_report(owed.debtor_id, owed.creditor_id, granted_on=date(2026, 1, 2), proof="p", **GIVE)


def noticed(owed: Any, *days: date) -> None:
    for day in days:
        policy.record_bureau_notice(owed.pk, sent_on=day, channel="letter", proof="guía 1", **GIVE)


def release(owed: Any, user: Any, today: date = TODAY) -> BureauReport:
    return policy.release_bureau_report(owed.pk, bureau="DataCrédito", user=user, today=today, now=NOW)


def refused(act: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value


def told() -> list[dict[str, Any]]:
    found = Receipt.objects.filter(kind="bureau").order_by("sequence")
    return [json.loads(payload) for payload in found.values_list("payload", flat=True)]


def test_refused_until_the_day_and_then_let_out_once(officer: Any) -> None:
    owed = defaulted()
    authorised(owed)
    noticed(owed, date(2026, 7, 10))
    no = refused(lambda: release(owed, officer))
    assert isinstance(no, policy.BureauReportRefused)
    assert no.code == "bureau-report-refused"
    assert no.message == "Todavía no se puede reportar: el aviso es muy reciente. Se podrá desde el 30/07/2026."
    assert no.answer is not None
    assert no.answer.from_on == date(2026, 7, 30)
    assert not BureauReport.objects.exists()
    assert refused(lambda: release(owed, officer, date(2026, 7, 29))).code == "bureau-report-refused"
    report = release(owed, officer, date(2026, 7, 30))
    assert release(owed, officer, date(2026, 7, 31)) == report
    assert (report.balance_minor, report.arrears_since, report.released_by) == (LARGE, date(2026, 3, 1), "cumplimiento")
    assert [one["event"] for one in told()] == ["notice", "report-refused", "report-refused", "report"]
    last = told()[-1]
    assert last["facts"]["notices"] == ["2026-07-10"]
    assert last["answer"]["verdict"] == "allow"
    assert "Ley 1266" in last["answer"]["citation"]
    assert (last["actor"], last["bureau"]) == ("cumplimiento", "DataCrédito")
    assert policy.verify_receipts(owed.creditor_id).broken is None
    assert verify_chain("policy").broken is None


def test_a_small_debt_waits_for_two_notices_on_different_days(officer: Any) -> None:
    owed = defaulted(SMALL)
    authorised(owed)
    noticed(owed, date(2026, 6, 1))
    policy.record_bureau_notice(owed.pk, sent_on=date(2026, 6, 1), channel="email", proof="mensaje", **GIVE)
    assert "segundo aviso" in refused(lambda: release(owed, officer)).message
    noticed(owed, date(2026, 6, 25))
    assert release(owed, officer, date(2026, 7, 15)).released_on == date(2026, 7, 15)


def test_who_may_and_what_is_missing(officer: Any) -> None:
    owed = defaulted()
    assert refused(lambda: release(owed, make_user("supervisor"))).code == "bureau-report-not-permitted"
    assert refused(lambda: policy.release_bureau_report(
        owed.pk, bureau=" ", user=officer, today=TODAY, now=NOW
    )).code == "bureau-missing"  # fmt: skip
    assert told() == []
    message = refused(lambda: release(owed, officer)).message
    assert "falta la autorización" in message
    assert "falta el aviso previo" in message
    assert "Se podrá" not in message


def test_withdrawn_with_its_reason_and_reported_again_after_a_new_notice(officer: Any) -> None:
    owed = defaulted()
    authorised(owed)
    noticed(owed, date(2026, 6, 1))
    end = {"user": officer, "today": TODAY, "now": NOW}
    assert refused(lambda: policy.withdraw_bureau_report(owed.pk, reason="x", **end)).code == "bureau-report-unknown"
    release(owed, officer)
    assert refused(lambda: policy.withdraw_bureau_report(owed.pk, reason=" ", **end)).code == "bureau-reason-missing"
    stranger = {**end, "user": make_user("agent")}
    no = refused(lambda: policy.withdraw_bureau_report(owed.pk, reason="Pagó", **stranger))
    assert no.code == "bureau-report-not-permitted"
    report = policy.withdraw_bureau_report(owed.pk, reason="Faltó un aviso", **end)
    assert (report.withdrawn_on, report.withdrawn_by, report.withdrawal_reason) == (
        TODAY, "cumplimiento", "Faltó un aviso",
    )  # fmt: skip
    (case,) = policy.bureau_details([reread(owed)], TODAY)
    assert (case.state, case.stands_until) == ("withdrawn", None)
    later = TODAY + timedelta(days=1)
    policy.record_bureau_notice(owed.pk, sent_on=later, channel="letter", proof="g", actor="x", today=later, now=NOW)
    assert policy.bureau_details([reread(owed)], later)[0].state == "waiting"
    assert release(owed, officer, later + timedelta(days=20)).withdrawn_on is None
    assert [one["event"] for one in told()] == ["notice", "report", "withdrawal", "notice", "report"]


def test_a_report_ends_by_itself_when_its_time_is_over(officer: Any) -> None:
    owed = defaulted()
    authorised(owed)
    noticed(owed, date(2026, 6, 1))
    release(owed, officer)
    account = owed.account
    account.due_since, account.balance_minor, account.status = None, 0, "paid"
    account.last_payment_on = date(2026, 8, 1)  # in arrears for 153 days: twice that is 306
    account.save()
    assert policy.bureau_details([reread(owed)], TODAY)[0].stands_until == date(2027, 6, 3)
    assert checkpoint(date(2027, 6, 3), NOW)["ended_bureau_reports"] == 0
    assert checkpoint(date(2027, 6, 4), NOW)["ended_bureau_reports"] == 1
    assert checkpoint(date(2027, 6, 4), NOW)["ended_bureau_reports"] == 0
    assert BureauReport.objects.get().withdrawn_by == "sistema"


def reread(owed: Any) -> Any:
    return Obligation.objects.select_related("account", "creditor").get(pk=owed.pk)


def test_the_servers_states_are_those_of_the_rules(officer: Any, django_assert_num_queries: Any) -> None:
    """Two hundred defaults of every sort: the list's SQL and the pure rule agree on each, and on the days."""
    draw = random.Random(7)
    creditors = [make_creditor("Colombiano"), make_creditor("Peruano", country="PE")]
    for _ in range(200):
        lived(draw, draw.choice(creditors), officer)
    every = Obligation.objects.all()
    for on in (TODAY, date(2027, 1, 5)):  # no minimum wage in 2027 yet
        found = {one.pk: one for one in policy.bureau_cases(every, on).select_related("account", "creditor")}
        details = {one.obligation.pk: one for one in policy.bureau_details(list(found.values()), on)}
        assert {pk: one.bureau_state for pk, one in found.items()} == {pk: one.state for pk, one in details.items()}
        for pk, one in found.items():
            expected = details[pk].answer
            if one.bureau_state in ("waiting", "ready"):
                assert (one.bureau_from_on, one.bureau_until_on) == (
                    max(n.sent_on for n in details[pk].notices if n.sent_on <= on) + timedelta(days=20),
                    expected.until_on,
                )
        missed = every.exclude(pk__in=list(found)).select_related("account", "creditor")
        assert all(
            one.creditor.country == "PE" or one.account.due_since is None or one.account.balance_minor <= 0
            for one in missed
        )
    seen = set(policy.bureau_cases(every, TODAY).values_list("bureau_state", flat=True))
    assert seen == {"due", "sent", "waiting", "ready", "blocked", "expired", "reported", "withdrawn"}
    with django_assert_num_queries(1):
        counts = policy.count_bureau_states(every, TODAY)
    assert sum(counts.values()) == policy.bureau_cases(every, TODAY).count()
    shown = list(every.select_related("account", "creditor"))
    with django_assert_num_queries(5):
        policy.bureau_details(shown, TODAY)


def lived(draw: random.Random, creditor: Any, officer: Any) -> None:
    """One debt with any mix of balance, arrears, notices, authorisation, dispute and report."""
    since = TODAY - timedelta(days=draw.choice((10, 60, 200, 540, 549, 600)))
    owed = defaulted(draw.choice((0, SMALL, 262_635_75, 262_635_76, LARGE)), since=since, creditor=creditor)
    if draw.random() < 0.15:
        owed.account.due_since = None
        owed.account.save()
    if draw.random() < 0.7:
        BureauAuthorisation.objects.create(
            debtor=owed.debtor, creditor=creditor, granted_on=date(2025, 1, 1), proof="p", recorded_by="x"
        )
    for _ in range(draw.choice((0, 1, 2, 3))):
        day = TODAY - timedelta(days=draw.choice((-3, 0, 1, 19, 20, 21, 50, 400)))
        BureauNotice.objects.get_or_create(
            obligation=owed, sent_on=day, channel=draw.choice(("letter", "sms")),
            defaults={"proof": "g", "recorded_by": "x", "recorded_at": NOW},
        )  # fmt: skip
    if draw.random() < 0.2:
        scope = draw.choice((None, owed.pk))
        policy.place_hold(owed.debtor_id, "dispute", reason="No", actor="x", now=NOW, obligation_id=scope)
    for _ in range(draw.choice((0, 0, 0, 1, 2))):
        BureauReport.objects.filter(obligation=owed).update(withdrawn_on=TODAY - timedelta(days=20))
        BureauReport.objects.create(
            obligation=owed, bureau="B", arrears_since=since, balance_minor=1, released_on=since, released_at=NOW,
            released_by="x", citation="c", withdrawn_on=draw.choice((None, TODAY - timedelta(days=5))),
        )  # fmt: skip


def test_the_expediente_tells_the_whole_way(officer: Any, tmp_path: Path) -> None:
    owed = defaulted()
    assert refused(lambda: release(owed, officer)).code == "bureau-report-refused"
    authorised(owed)
    noticed(owed, date(2026, 6, 1))
    release(owed, officer)
    policy.withdraw_bureau_report(owed.pk, reason="Pagó", user=officer, today=TODAY, now=NOW)
    made = policy.make_expediente(str(owed.debtor.uid), texts=lambda _uid: {}, actor="oficial", now=NOW)
    path = tmp_path / "expediente.zip"
    path.write_bytes(made.archive)
    assert check_files(read_files(path)) == ""
    with zipfile.ZipFile(path) as kept:
        document, drawn = json.loads(kept.read("expediente.json")), kept.read("expediente.pdf")
    assert [row["kind"] for row in document["receipts"]] == ["bureau"] * 4
    assert drawn.startswith(b"%PDF")
