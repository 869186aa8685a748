"""Who may give up what is owed, asked by the ledger itself, so that no screen, key, import or job can pass it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from acuerdo.base.models import AuditEntry, Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import AccountEvent, Entry, Payment
from acuerdo.ledger.public import (
    annul_event,
    forgivable_by,
    movements_of,
    pause_late_interest,
    post_fee,
    resume_late_interest,
    reverse_payment,
    statement_view,
    waive,
    waive_as_agreed,
    write_off,
)
from acuerdo.ledger.rules.components import COMPONENTS
from acuerdo.ledger.rules.statement_answer import show_document
from tests.factories import allow_fees
from tests.module.ledger.test_payments import make_account, pay

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
OWED = {"principal": 5, "contract_interest": 5, "late_interest": 5, "insurance": 0, "fees": 0, "collection_fee": 0}

pytestmark = pytest.mark.django_db


def by(role: str, *, agency: int | None = None) -> dict[str, Any]:
    return {"now": NOW, "by": User(username=f"la-{role}", role=role, agency_id=agency)}


def code_of(work: Any) -> str:
    with pytest.raises(Refusal) as refused:
        work()
    return refused.value.code


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_forgives_its_own_components_and_no_other(role: str, component: str) -> None:
    make_account()
    entries = Entry.objects.count()
    if component in forgivable_by(role):
        # What is not owed is refused by its amount, not by its authority.
        amount = OWED[component]
        if amount:
            assert waive(1, component, amount, waived_on=TODAY, reason="x", **by(role)).recorded_by == f"la-{role}"
            return
        code = "waiver-above-balance"
    else:
        code = "waiver-authority"
    assert code_of(lambda: waive(1, component, 1, waived_on=TODAY, reason="x", **by(role))) == code
    assert (AccountEvent.objects.count(), Entry.objects.count(), AuditEntry.objects.count()) == (0, entries, 0)


def test_the_table_is_the_products() -> None:
    assert {role: forgivable_by(role) for role in Role} == {
        "agent": (),
        "supervisor": ("late_interest", "collection_fee"),
        "director": COMPONENTS,
        "compliance": (),
        "admin": (),
    }


@pytest.mark.parametrize("role", ["supervisor", "director"])
def test_an_agency_gives_up_nothing_of_the_lenders(role: str) -> None:
    make_account()
    own = by(role, agency=7)
    assert code_of(lambda: waive(1, "late_interest", 1, waived_on=TODAY, reason="x", **own)) == "waiver-authority"
    assert code_of(lambda: write_off(1, written_off_on=TODAY, reason="x", **own)) == "write-off-authority"
    pause = pause_late_interest(1, from_on=TODAY, to_on=TODAY, reason="x", now=NOW, actor="mesa")
    assert code_of(lambda: annul_event(pause.pk, reason="por error", **own)) == "annul-authority"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DIRECTOR])
def test_only_a_director_writes_off_and_takes_that_back(role: str) -> None:
    make_account()
    assert code_of(lambda: write_off(1, written_off_on=TODAY, reason="x", **by(role))) == "write-off-authority"
    done = write_off(1, written_off_on=TODAY, reason="x", **by("director"))
    assert code_of(lambda: annul_event(done.pk, reason="por error", **by(role))) == "annul-authority"
    assert annul_event(done.pk, reason="por error", **by("director")).annulled_by == "la-director"


def test_a_supervisor_takes_back_what_a_supervisor_may_record() -> None:
    make_account()
    allow_fees(1)
    relief = waive(1, "late_interest", 5, waived_on=TODAY, reason="x", **by("supervisor"))
    principal = waive(1, "principal", 5, waived_on=TODAY, reason="x", **by("director"))
    assert annul_event(relief.pk, reason="por error", **by("supervisor")).annulled_at == NOW
    assert code_of(lambda: annul_event(principal.pk, reason="por error", **by("supervisor"))) == "annul-authority"
    principal.refresh_from_db()
    assert principal.annulled_at is None


def test_an_end_of_a_pause_and_an_agreement_need_no_role() -> None:
    make_account()
    pause = pause_late_interest(1, from_on=date(2026, 3, 10), to_on=TODAY, reason="x", now=NOW, actor="mesa")
    resume_late_interest(pause.pk, resumed_on=TODAY, reason="x", now=NOW, actor="mesa")
    agreed = waive_as_agreed(1, "principal", 5, waived_on=TODAY, agreement="abc", now=NOW, actor="system")
    assert (agreed.reason, agreed.recorded_by) == ("acuerdo abc", "system")


def test_a_reversal_keeps_its_whole_reason_beside_its_reference() -> None:
    make_account()
    why = "El banco devolvió el cheque por fondos insuficientes; " + "lo confirmó la sucursal. " * 5
    done = pay(amount_minor=1000)
    reverse_payment(done.payment_id, reversed_on=TODAY, external_ref="r-1", reason=why, now=NOW, actor="mesa")
    assert len(why) > 150
    row = Payment.objects.get(reverses=done.payment_id)
    assert (row.reason, row.external_ref) == (why.strip(), "r-1")
    told = {one.kind: (one.reason, one.undone_why) for one in movements_of(1)}
    assert told == {"reversal": (why.strip(), ""), "payment": ("", why.strip())}
    view = statement_view(1, TODAY)
    shown = show_document(view.document, view.uids, view.transactions, view.reversal_reasons)["payments"]
    assert [one["reversal_reason"] for one in shown] == [why.strip()]


def test_a_reversal_without_a_reason_says_none() -> None:
    make_account()
    done = pay(amount_minor=1000)
    reverse_payment(done.payment_id, reversed_on=TODAY, external_ref="r-1", now=NOW, actor="banco")
    assert statement_view(1, TODAY).reversal_reasons == {}


def test_a_fee_is_taken_back_by_whoever_may_forgive_one() -> None:
    make_account(late=None)
    allow_fees(1)
    fee = post_fee(1, 1500, charged_on=TODAY, activity="llamada", now=NOW, actor="mesa")
    assert code_of(lambda: annul_event(fee.pk, reason="por error", **by("agent"))) == "annul-authority"
    assert annul_event(fee.pk, reason="por error", **by("supervisor")).annulled_by == "la-supervisor"
