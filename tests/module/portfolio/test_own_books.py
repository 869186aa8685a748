"""Files for obligations that Acuerdo keeps itself: a changed schedule, and taking it back, reach everything that is owed."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from acuerdo.ledger.models import Account, OpenInstalment
from acuerdo.ledger.public import (
    Agreed,
    pause_late_interest,
    record_payment,
    refresh_states,
    replace_accounts,
    statement,
)
from acuerdo.portfolio.actions import find_profile, undo_import
from acuerdo.portfolio.models import ImportBatch, Obligation
from acuerdo.portfolio.rules.profile import Profile, profile_from_document
from tests.module.portfolio.files import ANA, AS_OF, LUIS, NOW, load, write_csv
from tests.module.portfolio.test_instalments_and_payments import WITHOUT_DUE, due, stored

pytestmark = pytest.mark.django_db
NEXT, LATER = AS_OF + timedelta(days=1), date(2026, 4, 20)
WHO: dict[str, Any] = {"now": datetime(2026, 4, 20, 12, tzinfo=UTC), "actor": "tests"}
BEFORE = [due("CR-001", 1, "05/03/2026", "1.000,00", "30,00"), due("CR-001", 2, "05/04/2026", "1.000,00", "20,00")]
AFTER = [due("CR-001", 1, "05/03/2026", "600,00", "30,00"), due("CR-001", 2, "10/06/2026", "1.400,00", "20,00")]
FIGURES = ("balance_minor", "balance_due_minor", "days_past_due", "next_due_on", "principal_balance_minor")


def own_books() -> Profile:
    return profile_from_document({**find_profile("co_cartera").to_document(), "balance_source": "ledger"})


def bring(folder: Path, rows: list[dict[str, str]], *, as_of: date = AS_OF, people: Any = (ANA, LUIS)) -> None:
    load(
        write_csv(folder / f"{as_of}.csv", [row | WITHOUT_DUE for row in people]),
        profile=own_books(),
        instalments=write_csv(folder / f"cuotas-{as_of}.csv", rows),
        as_of=as_of,
    )


def account() -> Account:
    return Account.objects.get(pk=Obligation.objects.get(number="CR-001").pk)


def check_state(day: date) -> tuple[Any, ...]:
    """The stored figures are those of the whole history, and the open instalments are the schedule's own."""
    one, told = account(), statement(account().pk, day)
    figures = tuple(getattr(one, name) for name in FIGURES)
    assert figures == (
        told.balance_minor, told.balance_due_minor, told.days_past_due, told.next_due_on, told.balance["principal"],
    )  # fmt: skip
    dues = {number: due_on for number, due_on, *_ in stored("CR-001")}
    assert {row.number: row.due_on for row in OpenInstalment.objects.filter(account=one)}.items() <= dues.items()
    return figures


def pay(amount: int, ref: str, on: date = LATER) -> None:
    record_payment(account().pk, amount_minor=amount, paid_on=on, source="x", external_ref=ref, **WHO)


def test_the_refresh_after_a_changed_schedule_reckons_with_the_new_one(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    refresh_states(AS_OF, now=NOW)
    bring(tmp_path, AFTER, as_of=NEXT)
    refresh_states(LATER, **WHO)
    assert check_state(LATER)[3] == date(2026, 6, 10)


def test_a_payment_after_a_changed_schedule_pays_the_new_one(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    refresh_states(AS_OF, now=NOW)
    pay(10_000, "1", on=AS_OF)
    bring(tmp_path, AFTER, as_of=NEXT)
    pay(20_000, "2")
    refresh_states(LATER, **WHO)
    assert check_state(LATER)[0] == 60_000 + 3_000 + 140_000 - 30_000


def test_undo_brings_the_old_schedule_back_into_what_is_owed(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    pause_late_interest(account().pk, from_on=AS_OF, to_on=NEXT, reason="x", now=NOW, actor="x")
    refresh_states(AS_OF, now=NOW)
    bring(tmp_path, AFTER, as_of=NEXT)
    refresh_states(LATER, **WHO)
    undo_import(ImportBatch.objects.latest("pk"), actor="tests", now=WHO["now"])
    refresh_states(LATER, **WHO)
    assert check_state(LATER)[:3] == (205_000, 205_000, 46)


def test_undo_of_a_first_load_leaves_no_open_instalment(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    refresh_states(AS_OF, now=NOW)
    assert OpenInstalment.objects.exists()
    undo_import(ImportBatch.objects.get(), actor="tests", now=NOW)
    assert not OpenInstalment.objects.exists()


def test_undo_leaves_gone_again_what_the_file_brought_back(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    bring(tmp_path, BEFORE[:1], as_of=NEXT, people=(LUIS,))
    assert account().status == "gone"
    bring(tmp_path, BEFORE, as_of=NEXT + timedelta(days=1))
    assert account().status == "active"
    undo_import(ImportBatch.objects.latest("pk"), actor="tests", now=NOW)
    assert account().status == "gone"


def test_an_unchanged_schedule_leaves_the_state_alone(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    refresh_states(AS_OF, now=NOW)
    bring(tmp_path, BEFORE, as_of=NEXT)
    assert account().state_as_of == AS_OF


def test_a_debt_that_passed_on_keeps_its_schedule(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    refresh_states(AS_OF, now=NOW)
    schedule = {"first_due_on": "2026-05-05", "instalments": 3, "frequency": "monthly", "method": "french"}
    terms = {"schedule": schedule | {"rate": {"kind": "nominal_annual", "value": "0.2"}}}
    agreed = Agreed(990_001, "CR-NUEVA", terms, "CO", "consumo")
    replace_accounts(
        [account().pk], agreed, kind="restructuring", replaced_on=AS_OF, reason="acuerdo", now=NOW, actor="x"
    )
    kept = stored("CR-001")
    bring(tmp_path, AFTER, as_of=NEXT)
    assert stored("CR-001") == kept
    assert refresh_states(LATER, **WHO).refused == {}
