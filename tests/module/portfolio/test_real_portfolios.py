"""The three real portfolios through their shipped profiles: counts and sums against the files' own FACTS."""

import csv
import gzip
import io
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from acuerdo.ledger.models import Account, Instalment
from acuerdo.policy.models import Hold
from acuerdo.portfolio.actions import find_profile, name_creditor
from acuerdo.portfolio.models import Debtor, Obligation
from acuerdo.portfolio.rules.report import ImportReport
from tests.module.portfolio.files import NOW, load

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real portfolios lie in ../shared/data, which is not here"),
]


def facts(folder: str) -> dict[str, Any]:
    return json.loads((DATA / folder / "dev" / "FACTS.json").read_text())


def rows(path: Path) -> list[dict[str, str]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode())))


def load_real(path: Path, profile: str, as_of: date) -> ImportReport:
    chosen = find_profile(profile)
    creditor = name_creditor(chosen.creditor, country=chosen.country, currency=chosen.currency, actor="tests", now=NOW)
    return load(path, profile=profile, creditor=creditor, as_of=as_of)


def cents(text: str) -> int:
    return round(float(text) * 100)


def test_digital_loans_all_settled_in_the_end() -> None:
    path = DATA / "superlender_nigeria" / "dev" / "previous_loans_dev.csv.gz"
    report = load_real(path, "superlender_previous", date(2017, 8, 1))
    told = facts("superlender_nigeria")
    assert (report.rejected, report.total.count) == (0, told["previous_loans"])
    assert Debtor.objects.count() == told["customers"]
    assert dict(Counter(Account.objects.values_list("status", flat=True))) == {"paid": told["previous_loans"]}
    assert sum(Account.objects.values_list("principal_minor", flat=True)) == sum(
        cents(row["loanamount"]) for row in rows(path)
    )


def test_digital_loans_as_they_stood_one_day() -> None:
    path = DATA / "superlender_nigeria" / "dev" / "previous_loans_dev.csv.gz"
    day = date(2017, 3, 1)
    report = load_real(path, "superlender_previous", day)
    lent = [row for row in rows(path) if row["approveddate"][:10] <= day.isoformat()]
    still_open = [row for row in lent if row["closeddate"][:10] > day.isoformat()]
    late = [row for row in still_open if row["firstduedate"][:10] < day.isoformat()]
    assert report.total.count == len(lent)
    assert report.left_out == {"future": facts("superlender_nigeria")["previous_loans"] - len(lent)}
    accounts = Account.objects.filter(status="active")
    assert (accounts.count(), accounts.filter(days_past_due__gt=0).count()) == (len(still_open), len(late))
    assert report.total.balance_minor == {"NGN": sum(cents(row["totaldue"]) for row in still_open)}
    assert sum(accounts.values_list("balance_due_minor", flat=True)) == sum(cents(row["totaldue"]) for row in late)


def test_digital_loans_of_today() -> None:
    path = DATA / "superlender_nigeria" / "dev" / "current_loan_outcome_dev.csv.gz"
    report = load_real(path, "superlender_current", date(2017, 8, 1))
    told = rows(path)
    assert (report.rejected, report.total.count) == (0, len(told))
    assert report.total.balance_minor == {"NGN": sum(cents(row["totaldue"]) for row in told)}


def test_french_loans_with_their_states() -> None:
    path = DATA / "lending_club_openintro" / "dev" / "loans_dev.csv.gz"
    report = load_real(path, "lending_club", date(2018, 4, 30))
    told = facts("lending_club_openintro")
    assert (report.rejected, report.total.count) == (0, told["rows"])
    states = Counter(Account.objects.values_list("status", flat=True))
    # a loan may be "Current" and owe nothing
    nothing_owed = [row for row in rows(path) if row["loan_status"] == "Current" and float(row["balance"]) == 0]
    assert states["paid"] == told["status"]["Fully Paid"] + len(nothing_owed)
    assert states["written_off"] == told["status"]["Charged Off"]
    late = Account.objects.filter(status="active", days_past_due__gt=0).count() + states["written_off"]
    assert round(late / told["rows"], 4) == told["late_or_worse"]
    open_rows = [row for row in rows(path) if row["loan_status"] != "Fully Paid"]
    assert report.total.balance_minor == {"USD": sum(cents(row["balance"]) for row in open_rows)}
    assert Account.objects.filter(terms__schedule__method="french").count() == told["rows"]
    _check_instalments(
        {row["row_id"]: row for row in open_rows if row not in nothing_owed}, told["share_within_1_cent"]
    )


def _check_instalments(loans: dict[str, dict[str, str]], share: float) -> None:
    """Our first instalment of each loan is the file's to the cent, but for the loans that FACTS knows to break the formula."""
    first = Instalment.objects.filter(number=1).values_list("account_id", "total_minor")
    numbers = dict(Obligation.objects.values_list("account_id", "number"))
    found = {numbers[account]: total for account, total in first}
    assert set(found) == set(loans)
    within = sum(abs(found[number] - cents(row["installment"])) <= 1 for number, row in loans.items())
    assert within / len(loans) >= share - 0.0005
    assert Instalment.objects.count() == sum(round(float(row["term"])) for row in loans.values())


def test_invoices_of_companies() -> None:
    path = DATA / "ibm_accounts_receivable" / "dev" / "accounts_receivable.csv"
    day = date(2013, 6, 1)
    report = load_real(path, "ibm_receivables", day)

    def on(text: str) -> date:
        month, dom, year = map(int, text.split("/"))
        return date(year, month, dom)

    told = rows(path)
    billed = [row for row in told if on(row["InvoiceDate"]) <= day]
    still_open = [row for row in billed if on(row["SettledDate"]) > day]
    overdue = [row for row in still_open if on(row["DueDate"]) < day]
    assert (report.rejected, report.total.count, report.left_out) == (
        0,
        len(billed),
        {"future": len(told) - len(billed)},
    )
    assert report.total.balance_minor == {"USD": sum(cents(row["InvoiceAmount"]) for row in still_open)}
    assert report.due_minor == {"USD": sum(cents(row["InvoiceAmount"]) for row in overdue)}
    assert Debtor.objects.filter(kind="company").count() == len({row["customerID"] for row in billed})
    assert Hold.objects.filter(kind="dispute").count() == sum(row["Disputed"] == "Yes" for row in billed)
    assert max(Account.objects.values_list("days_past_due", flat=True)) == max(
        (day - on(row["DueDate"])).days for row in overdue
    )
