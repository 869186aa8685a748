"""Real fines from an Italian town, all the way: the log as a portfolio file and a payments file, their profile, the books, and the
recovery curve out of the books, equal to the reference. Skipped where ../shared is not at hand."""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from acuerdo.ledger.models import Account, Payment
from acuerdo.portfolio.actions import import_portfolio, name_creditor
from acuerdo.portfolio.imports.payments import import_payments
from acuerdo.portfolio.models import Obligation
from acuerdo.portfolio.rules.profile import Profile, profile_from_document
from acuerdo.strategy.public import recovery_of_books

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "road_traffic_fines" / "dev"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the real fines lie in ../shared/data, which is not here"),
]
EMPTY_PAYMENTS = 2
NOW, AS_OF = datetime(2013, 7, 1, 12, tzinfo=UTC), date(2013, 7, 1)
PROFILE = {
    "name": "multas", "title": "Multas de tránsito", "country": "IT", "currency": "EUR", "creditor": "Comune", "balance_source": "ledger",
    "numbers": "dot",
    "columns": {
        "case_id": "obligation_number", "created": "disbursed_on", "due": "due_on", "amount": "principal",
    },
    "constants": {"id_type": "OTHER", "kind": "invoice", "product": "Multa"},
    "derived": {
        "balance_total": {"copy": "principal"}, "first_due_on": {"copy": "due_on"}, "id_number": {"copy": "obligation_number"},
        "name": {"text": "Persona {obligation_number}"},
    },
}  # fmt: skip


def events() -> Iterator[dict[str, str]]:
    with gzip.open(FOLDER / "fines_dev.csv.gz", "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def cases(limit: int | None) -> list[dict[str, Any]]:
    """Each fine with the day it was made, what it asked for, and its payments (the log gives running totals)."""
    found: dict[str, dict[str, Any]] = {}
    for event in events():
        one = found.setdefault(event["case_id"], {"case_id": event["case_id"], "payments": []})
        if event["activity"] == "Create Fine":
            one["created"], one["amount"] = date.fromisoformat(event["timestamp"][:10]), event["amount"]
        if event["activity"] == "Payment" and float(event["paymentAmount"]) > 0:
            one["payments"].append((date.fromisoformat(event["timestamp"][:10]), event["paymentAmount"]))
    return list(islice(found.values(), limit))


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def brought(folder: Path, fines: list[dict[str, Any]]) -> int:
    """Loads both files; the creditor's id."""
    creditor = name_creditor("Comune", country="IT", currency="EUR", actor="tests", now=NOW)
    profile: Profile = profile_from_document(PROFILE)
    portfolio = [
        {"case_id": one["case_id"], "created": one["created"], "due": one["created"] + timedelta(days=60), "amount": one["amount"]}
        for one in fines
    ]  # fmt: skip
    report = import_portfolio(
        written(folder / "multas.csv", portfolio),
        profile=profile,
        creditor=creditor,
        as_of=AS_OF,
        now=NOW,
        actor="tests",
    )
    assert (report.rejected, report.total.count) == (0, len(fines))
    paid = [
        {"numero_obligacion": one["case_id"], "valor_pago": amount, "fecha_pago": on, "referencia_pago": f"{one['case_id']}-{place}"}
        for one in fines
        for place, (on, amount) in enumerate(one["payments"])
    ]  # fmt: skip
    told = import_payments(
        written(folder / "pagos.csv", paid), profile=profile, creditor=creditor, now=NOW, today=AS_OF, actor="tests"
    )
    assert told.rejected == 0
    return int(creditor.pk)


def test_a_part_of_the_fines_from_file_to_curve(tmp_path: Path) -> None:
    fines = cases(1_500)
    creditor_id = brought(tmp_path, fines)
    assert Obligation.objects.count() == len(fines)
    assert Account.objects.aggregate(all=Sum("principal_minor"))["all"] == sum(
        round(float(one["amount"]) * 100) for one in fines
    )
    assert Payment.objects.count() == sum(len(one["payments"]) for one in fines)
    found = recovery_of_books(AS_OF, creditor_id=creditor_id)
    firsts = [(min(on for on, _amount in one["payments"]) - one["created"]).days for one in fines if one["payments"]]
    assert (found.cases, found.paid) == (len(fines), len(firsts))
    for days, share in found.within.items():
        old = sum(one["created"] <= AS_OF - timedelta(days=days) for one in fines)
        assert share == sum(first <= days for first in firsts) / old
    paid = {one["case_id"]: sum(round(float(amount) * 100) for _on, amount in one["payments"]) for one in fines}
    books = Account.objects.filter(pk__in=Obligation.objects.values("pk")).values_list("pk", "paid_minor")
    numbers = dict(Obligation.objects.values_list("pk", "number"))
    assert {numbers[pk]: minor for pk, minor in books} == paid
    assert recovery_of_books(AS_OF, creditor_id=creditor_id + 1).cases == 0


@pytest.mark.slow
def test_all_of_the_fines_equal_the_reference(tmp_path: Path) -> None:
    """Two payments of the log are of nothing at all: the books take no such payment."""
    facts = json.loads((FOLDER / "FACTS.json").read_text("utf-8"))
    creditor_id = brought(tmp_path, cases(None))
    horizons = [int(days) for days in facts["paid_within_days"]]
    found = recovery_of_books(date(2020, 1, 1), creditor_id=creditor_id, horizons=horizons)
    assert (found.cases, facts["paid_cases"] - found.paid) == (facts["cases"], EMPTY_PAYMENTS)
    assert {str(days): round(share, 4) for days, share in found.within.items()} == facts["paid_within_days"]
