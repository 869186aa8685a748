"""A bank's file into the ledger: posted, known, waiting for a person, kept out; and what a payment stops on its day."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, Payment
from acuerdo.portfolio.models import Creditor, ImportBatch, Obligation, UnmatchedCredit
from acuerdo.portfolio.public import bank_format_of, import_bank_file
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


def asobancaria(
    payments: list[tuple[str, int]], *, total_minor: int | None = None, modifier: str = "A", day: str = "20260714"
) -> bytes:
    """An invented collection file, of 14 July 2026 unless told otherwise."""
    records = [
        f"06{reference.zfill(48)}{amount:014}03150001010000000070409{index + 2:07}000"
        for index, (reference, amount) in enumerate(payments)
    ]
    total = sum(amount for _, amount in payments) if total_minor is None else total_minor
    control = f"{len(payments):09}{total:018}"
    head = f"019010000016{day}007{'12345678901':0>17}202607141202{modifier}01"
    return "\r\n".join([head, "0577099980000180001", *records, f"08{control}0001", f"09{control}"]).encode("latin-1")


@pytest.fixture
def creditor() -> Creditor:
    return factories.make_creditor("Banco de Pruebas")


def load(path: Path, creditor: Creditor, content: bytes, **options: Any) -> Any:
    path = path / options.pop("name", "recaudo.txt")
    path.write_bytes(content)
    told: dict[str, Any] = {"format_name": bank_format_of(path)} | options
    return import_bank_file(path, creditor=creditor, now=NOW, today=TODAY, actor="prueba", **told)


def number_of(obligation: Obligation) -> str:
    return obligation.number.replace("-", "")


def test_a_collection_file_is_posted_and_what_is_unknown_waits(tmp_path: Path, creditor: Creditor) -> None:
    # figures of before the payment: what the lender's own file already counts is not taken off again
    obligation = factories.make_obligation(creditor=creditor, account={"core_as_of": TODAY - timedelta(days=3)})
    report = load(tmp_path, creditor, asobancaria([(number_of(obligation), 5_000_000), ("999888777", 70_000)]))
    assert (report.status, report.format) == ("loaded", "asobancaria2001")
    assert (report.recorded, report.amount_minor, report.by_clue) == (1, {"COP": 5_000_000}, {"number": 1})
    assert (report.unmatched, report.unmatched_minor, report.by_reason) == (1, {"COP": 70_000}, {"no-match": 1})
    payment = Payment.objects.get()
    assert (payment.account_id, payment.amount_minor, payment.recorded_by) == (obligation.pk, 5_000_000, "prueba")
    assert Account.objects.get(pk=obligation.pk).balance_due_minor == 180_000_00 - 5_000_000
    credit = UnmatchedCredit.objects.get()
    assert (credit.reference, credit.amount_minor, credit.status) == ("999888777", 70_000, "open")
    batch = ImportBatch.objects.get()
    assert (batch.kind, batch.status, batch.rows_done, batch.report["recorded"]) == ("payments", "done", 2, 1)
    assert AuditEntry.objects.filter(chain="portfolio", action="import_payments").count() == 1


def test_the_same_file_and_the_same_record_are_one_payment(tmp_path: Path, creditor: Creditor) -> None:
    obligation = factories.make_obligation(creditor=creditor)
    content = asobancaria([(number_of(obligation), 5_000_000), ("999888777", 70_000)])
    load(tmp_path, creditor, content)
    again = load(tmp_path, creditor, content.replace(b"\r\n", b"\n"), name="otro-nombre.txt")
    assert (again.recorded, again.unmatched, again.known, again.known_minor) == (0, 0, 2, {"COP": 5_070_000})
    assert (Payment.objects.count(), UnmatchedCredit.objects.count()) == (1, 1)


def test_a_record_with_another_amount_is_rejected(tmp_path: Path, creditor: Creditor) -> None:
    obligation = factories.make_obligation(creditor=creditor)
    load(tmp_path, creditor, asobancaria([(number_of(obligation), 5_000_000)]))
    report = load(tmp_path, creditor, asobancaria([(number_of(obligation), 5_000_100)]))
    assert [(one.code, one.row) for one in report.rejects] == [("payment-repeated", 3)]
    assert Payment.objects.count() == 1


def test_a_file_that_disagrees_with_itself_is_kept_out_whole(tmp_path: Path, creditor: Creditor) -> None:
    obligation = factories.make_obligation(creditor=creditor)
    report = load(tmp_path, creditor, asobancaria([(number_of(obligation), 5_000_000)], total_minor=5_000_001))
    assert (report.status, report.refusal["code"]) == ("quarantined", "totals-disagree")
    assert (Payment.objects.count(), UnmatchedCredit.objects.count()) == (0, 0)
    batch = ImportBatch.objects.get()
    assert (batch.status, batch.report["refusal"]["code"]) == ("failed", "totals-disagree")
    assert "1 registros por 50000.01" in batch.report["refusal"]["message"]
    assert AuditEntry.objects.filter(action="quarantine_file").count() == 1


def test_a_trial_says_the_same_and_changes_nothing(tmp_path: Path, creditor: Creditor) -> None:
    obligation = factories.make_obligation(creditor=creditor)
    content = asobancaria([(number_of(obligation), 5_000_000), ("999888777", 70_000)])
    trial = load(tmp_path, creditor, content, dry_run=True)
    assert (trial.status, trial.recorded, trial.unmatched, trial.batch_uid) == ("previewed", 1, 1, "")
    assert [Payment.objects.count(), UnmatchedCredit.objects.count(), ImportBatch.objects.count()] == [0, 0, 0]
    real = load(tmp_path, creditor, content)
    assert (real.recorded, real.unmatched, real.samples) == (trial.recorded, trial.unmatched, trial.samples)


def test_one_payment_of_several_obligations_is_split_and_known_again(tmp_path: Path, creditor: Creditor) -> None:
    creditor.splits_oldest_first = True
    creditor.save()
    debtor = factories.make_debtor()
    newer = factories.make_obligation(debtor, creditor, days_past_due=5)
    older = factories.make_obligation(debtor, creditor, days_past_due=40)
    content = asobancaria([(debtor.id_number, 200_000_00)])
    report = load(tmp_path, creditor, content)
    assert (report.recorded, report.split) == (1, 1)
    paid = dict(Payment.objects.values_list("account_id", "amount_minor"))
    assert paid == {older.pk: 180_000_00, newer.pk: 20_000_00}
    assert load(tmp_path, creditor, content).known == 1
    assert Payment.objects.count() == 2


def camt(kind: str, entries: str) -> bytes:
    version = {"BkToCstmrStmt": "camt.053.001.08", "BkToCstmrDbtCdtNtfctn": "camt.054.001.08"}[kind]
    inside = {"BkToCstmrStmt": "Stmt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}[kind]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><{kind}><{inside}><Id>1</Id>
<Acct><Id><Othr><Id>123</Id></Othr></Id></Acct>{entries}</{inside}></{kind}></Document>""".encode()


def entry(reference: str, amount: str, servicer: str) -> str:
    return f"""<Ntry><Amt Ccy="COP">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<ValDt><Dt>2026-07-14</Dt></ValDt><AcctSvcrRef>{servicer}</AcctSvcrRef><NtryDtls><TxDtls>
<RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def test_the_notice_of_the_day_and_then_the_statement_are_one_payment(tmp_path: Path, creditor: Creditor) -> None:
    obligation = factories.make_obligation(creditor=creditor)
    one = entry(obligation.number, "50000.00", "S1")
    first = load(tmp_path, creditor, camt("BkToCstmrDbtCdtNtfctn", one))
    second = load(tmp_path, creditor, camt("BkToCstmrStmt", one + entry(obligation.number, "50000.00", "S2")))
    assert (first.recorded, second.known, second.recorded) == (1, 1, 1)
    assert Payment.objects.filter(account_id=obligation.pk).count() == 2


def test_what_the_ledger_refuses_waits_and_does_not_stop_the_file(tmp_path: Path, creditor: Creditor) -> None:
    good = factories.make_obligation(creditor=creditor)
    capped = factories.make_obligation(creditor=creditor, account={
        "balance_source": "ledger", "core_as_of": None, "state_as_of": None, "disbursed_on": TODAY.replace(year=1990),
        "terms": {"late_interest": {"rate": {"kind": "effective_annual", "value": "0.3"}, "cap": "zz/ninguno"}},
    })  # fmt: skip
    factories.make_instalments(capped)
    content = asobancaria([(number_of(capped), 1_000_00), (number_of(good), 2_000_00)])
    report = load(tmp_path, creditor, content)
    assert (report.recorded, report.by_reason) == (1, {"ledger-refused": 1})
    assert UnmatchedCredit.objects.get().proposals[0]["account_id"] == capped.pk
    assert Payment.objects.get().account_id == good.pk


def test_another_creditors_obligation_is_not_found(tmp_path: Path, creditor: Creditor) -> None:
    other = factories.make_obligation()
    report = load(tmp_path, creditor, asobancaria([(number_of(other), 5_000_000)]))
    assert (report.recorded, report.by_reason) == (0, {"no-match": 1})


def test_a_fixed_width_layout_is_recognised(tmp_path: Path, creditor: Creditor, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path
    (tmp_path / "bank_layouts").mkdir()
    text = (
        "name: caja\ndetail_mark: D\ndetail: {reference: [2, 12], amount: [14, 12], paid_on: [26, 8]}\n"
        "control_mark: T\ncontrol: {count: [2, 6], total: [8, 15]}\ndefault_currency: COP\n"
    )
    (tmp_path / "bank_layouts" / "caja.yaml").write_text(text)
    obligation = factories.make_obligation(creditor=creditor)
    line = f"D{number_of(obligation):<12}{250_000:012}20260714"
    report = load(tmp_path, creditor, f"{line}\nT{1:06}{250_000:015}\n".encode())
    assert (report.format, report.recorded) == ("caja", 1)


def test_an_unknown_format_is_refused_by_name(tmp_path: Path, creditor: Creditor) -> None:
    with pytest.raises(Refusal, match="asobancaria2001, camt, mt940") as caught:
        load(tmp_path, creditor, b"x", format_name="banco-x")
    assert caught.value.code == "bank-format-unknown"


def test_queries_do_not_grow_with_the_file(tmp_path: Path, creditor: Creditor) -> None:

    def queries(count: int, modifier: str) -> int:
        numbers = [number_of(factories.make_obligation(creditor=creditor)) for _ in range(count)]
        content = asobancaria([(number, 1_000_00) for number in numbers], modifier=modifier)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert load(tmp_path, creditor, content).recorded == count
        return len(seen)

    assert queries(3, "B") == queries(60, "C")
