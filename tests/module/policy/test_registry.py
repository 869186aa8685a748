"""The registry of excluded numbers: loaded whole, binding after five business days, known only while its copy is recent."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from acuerdo.config.cli.main import main
from acuerdo.kernel.errors import Refusal
from acuerdo.policy import public as policy
from acuerdo.policy.models import ExcludedNumber, RegistryLoad
from tests.factories import NOW, make_phone
from tests.module.policy.worlds import consent, permit

pytestmark = pytest.mark.django_db
NUMBER = "+573001234567"
# Wednesday 15 July 2026; Monday 20 July is a holiday in Colombia.
HEADING = "Número;Fecha de registro\n"


def load(*rows: str, at: Any = NOW, heading: str = HEADING) -> policy.RegistryReport:
    content = (heading + "\n".join(rows)).encode()
    return policy.load_registry(content, country="co", file_name="rne.csv", actor="oficial", now=at)


def advertise(obligation: Any, *, at: Any = NOW, value: str = NUMBER) -> Any:
    phone = obligation.debtor.contact_points.filter(value=value).first() or make_phone(obligation.debtor, value)
    return permit(obligation, "sms", purpose="marketing", contact_point_id=phone.pk, at=at)


@pytest.fixture
def lead(obligation: Any) -> Any:
    consent(obligation.debtor, "sms", purpose="marketing")
    return obligation


def test_advertising_waits_for_a_consultation(lead: Any) -> None:
    assert advertise(lead).verdict.first_rule == "co.rne.advertising"
    load("3009999999;2026-07-01")
    assert advertise(lead).is_allowed


@pytest.mark.parametrize(
    ("registered_on", "is_allowed"),
    [
        ("2026-07-06", False),  # fifth business day: Tuesday 14 July (the 13th is a holiday since 2026)
        ("2026-07-07", False),  # fifth business day: today
        ("2026-07-08", True),  # binds tomorrow
    ],
)
def test_a_number_binds_after_five_business_days(lead: Any, registered_on: str, is_allowed: bool) -> None:
    load(f"300 123 4567;{registered_on}")
    assert advertise(lead).is_allowed is is_allowed


def test_a_holiday_is_no_business_day() -> None:
    load("3001234567;14/07/2026")
    assert ExcludedNumber.objects.get().effective_on == date(2026, 7, 22)


def test_an_old_copy_counts_as_not_consulted(lead: Any) -> None:
    load("3009999999;2026-07-01")
    in_time, late = NOW + timedelta(days=8), NOW + timedelta(days=9)  # 23 July is the fifth business day
    assert advertise(lead, at=in_time).is_allowed
    assert advertise(lead, at=late).verdict.first_rule == "co.rne.advertising"


def test_collection_is_only_flagged(lead: Any) -> None:
    load("3001234567;2026-07-01")
    phone = make_phone(lead.debtor, NUMBER)
    done = permit(lead, "sms", contact_point_id=phone.pk)
    assert done.is_allowed
    assert [rule["id"] for rule in done.verdict.rules] == ["co.rne.collection"]


def test_a_new_copy_replaces_the_old(lead: Any) -> None:
    assert load("3001234567;2026-07-01", "3002222222;2026-07-01") == policy.RegistryReport(2, 2, 0, ())
    assert load("3002222222;2026-07-03", "ana@correo.example;2026-07-01") == policy.RegistryReport(2, 1, 1, ())
    assert advertise(lead).is_allowed
    kept = ExcludedNumber.objects.get(value="+573002222222")
    assert (kept.registered_on, kept.removed_on) == (date(2026, 7, 1), None)
    assert load("3001234567;2026-07-01", "3002222222;2026-07-03").added == 1
    assert RegistryLoad.objects.count() == 3


def test_rows_that_cannot_be_read_are_named_and_the_rest_taken() -> None:
    done = load(
        "no es número;2026-07-01",
        "3001234567;31/02/2026",
        "3001234567;2027-01-01",
        "3001234567;",
        "3001234567;2026-07-02",
    )
    assert done.rejected == ((2, "registry-number"), (3, "registry-date"), (4, "registry-date"))
    assert ExcludedNumber.objects.get().registered_on == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "registry-empty"), (HEADING.encode(), "registry-empty"), (b"\xff\xfe\x00", "file-unreadable")],
)
def test_a_file_without_numbers_changes_nothing(content: bytes, code: str) -> None:
    load("3001234567;2026-07-01")
    with pytest.raises(Refusal) as refused:
        policy.load_registry(content, country="co", file_name="rne.csv", actor="oficial", now=NOW)
    assert refused.value.code == code
    assert ExcludedNumber.objects.filter(removed_on__isnull=True).count() == 1


def test_the_command_loads_it(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("acuerdo.config.cli.installation.open_installation", lambda: None)
    file = tmp_path / "rne.csv"
    file.write_text("3001234567\n3002222222\n", encoding="utf-8")
    assert main(["import", "registry", str(file), "--country", "co", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"numbers": 2, "added": 2, "released": 0, "rejects": []}
    assert main(["import", "registry", str(tmp_path / "no.csv"), "--country", "co"]) == 1


def test_checks_answer_in_bulk_and_store_nothing(lead: Any, django_assert_num_queries: Any) -> None:
    contact = policy.PlannedContact(lead.debtor_id, lead.creditor_id, "sms", obligation_id=lead.pk)
    with django_assert_num_queries(2):
        found = policy.check_contacts([contact] * 1001, now=NOW)
    assert [one.verdict.verdict for one in found] == ["allow"] * 1001
    assert not policy.contact_log(lead.debtor_id)
    with pytest.raises(Refusal) as refused:
        policy.check_contacts([contact] * 10_001, now=NOW)
    assert refused.value.code == "checks-too-many"
