"""Bank files: each format's own quirks, what keeps a file out, and the published samples where they are at hand."""

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.rules.bank_files.asobancaria import read_asobancaria
from acuerdo.portfolio.rules.bank_files.camt import read_camt
from acuerdo.portfolio.rules.bank_files.fixed_width import layout_from, read_fixed_width
from acuerdo.portfolio.rules.bank_files.mt940 import read_mt940
from tests.unit.ledger.published import say

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the public sample files are not on this machine")

# Invented collection file: NIT 901000001-6, two payments, 1,305,909.00 in all.
HEAD = "0190100000162026112000700000012345678901202611210213A01"
BATCH = "0577099980000180001"
FIRST = "0600000000000000000000000000000000000000000101293800000105590900010100010100000000704090000002000"
SECOND = "0600000000000000000000000000000000000000000204487100000025000000031500010100000000704090000003000"
BATCH_END = "080000000020000000001305909000001"
END = "09000000002000000000130590900"


def asobancaria(*lines: str, end: str = "\r\n") -> bytes:
    return end.join(lines).encode("latin-1")


def test_reads_a_collection_file_with_trimmed_lines() -> None:
    file = read_asobancaria(asobancaria(HEAD, BATCH, FIRST, SECOND, BATCH_END, END))
    assert [(credit.reference, credit.amount_minor) for credit in file.credits] == [
        ("1012938", 105590900),
        ("2044871", 25000000),
    ]
    assert file.credits[0].paid_on == date(2026, 11, 20)
    assert file.total_minor == {"COP": 130590900}


def test_the_same_record_has_the_same_name_each_time_it_is_read() -> None:
    content = asobancaria(HEAD, BATCH, FIRST, SECOND, BATCH_END, END)
    again = asobancaria(*(line.ljust(162) for line in (HEAD, BATCH, FIRST, SECOND, BATCH_END, END)), end="\n")
    names = [credit.external_ref for credit in read_asobancaria(content).credits]
    assert names == [credit.external_ref for credit in read_asobancaria(again).credits]
    assert len(set(names)) == 2


def test_a_returned_collection_is_no_payment_but_counts_in_the_totals() -> None:
    returned = SECOND[:94] + "R02"
    file = read_asobancaria(asobancaria(HEAD, BATCH, FIRST, returned, BATCH_END, END))
    assert [credit.reference for credit in file.credits] == ["1012938"]
    assert [(item.line, item.reason) for item in file.passed_over] == [(4, "returned-R02")]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((HEAD, BATCH, FIRST, BATCH_END, END), "totals-disagree"),
        ((HEAD, BATCH, FIRST, SECOND, BATCH_END), "truncated"),
        ((BATCH, FIRST), "not-asobancaria"),
        ((), "not-asobancaria"),
        ((HEAD, BATCH, FIRST.replace("105590900", "1O5590900"), SECOND, BATCH_END, END), "bad-number"),
        ((HEAD, BATCH, FIRST.ljust(170, "x"), SECOND, BATCH_END, END), "wrong-length"),
        ((HEAD, BATCH, FIRST, SECOND, BATCH_END, END, FIRST), "records-after-end"),
        ((HEAD, HEAD, BATCH), "second-header"),
        ((HEAD.replace("20261120", "20260231"), BATCH, FIRST, SECOND, BATCH_END, END), "bad-date"),
        ((HEAD, "07"), "unknown-record"),
    ],
)
def test_a_collection_file_that_cannot_be_trusted_is_kept_out_whole(lines: tuple[str, ...], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_asobancaria(asobancaria(*lines))
    assert refused.value.code == code


@needs_shared
@pytest.mark.parametrize(
    ("name", "count", "total"), [("recaudo_11JULIO.txt", 17, 30_000_000), ("recaudo_24JULIO.txt", 77, 13_393_100_000)]
)
def test_real_collection_files_agree_with_their_own_control_records(
    name: str, count: int, total: int, capsys: pytest.CaptureFixture[str]
) -> None:
    file = read_asobancaria((SHARED / "asobancaria_2001" / "dev" / name).read_bytes())
    assert (len(file.credits), file.total_minor) == (count, {"COP": total})
    say(capsys, f"Asobancaria 2001, {name}: {count} credits and their total as its control records say")


@needs_shared
def test_a_real_file_with_wrong_totals_is_kept_out() -> None:
    content = (SHARED / "asobancaria_2001" / "dev" / "recaudo_fixture_unpadded_2lotes.txt").read_bytes()
    with pytest.raises(Refusal, match="control del lote") as refused:
        read_asobancaria(content)
    assert refused.value.code == "totals-disagree"


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Acct><Id><Othr><Id>0007</Id></Othr></Id></Acct>
{entries}
</Stmt></BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><RvslInd>{reversal}</RvslInd>
<Sts><Cd>{status}</Cd></Sts><ValDt><Dt>2026-03-02</Dt></ValDt><AcctSvcrRef>S1</AcctSvcrRef>{details}</Ntry>"""
DETAILS = """<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><Amt Ccy="COP">10.00</Amt>
<RltdPties><Dbtr><Pty><Nm>Ana Luz</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Strd><CdtrRefInf><Ref>CR-1</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
<TxDtls><Refs><EndToEndId>E2</EndToEndId></Refs><Amt Ccy="COP">15.50</Amt><RmtInf><Ustrd>cuota marzo</Ustrd></RmtInf></TxDtls></NtryDtls>"""


def camt(**changes: str) -> bytes:
    values = {
        "currency": "COP",
        "amount": "25.50",
        "side": "CRDT",
        "reversal": "false",
        "status": "BOOK",
        "details": "",
    }
    return CAMT.format(entries=ENTRY.format(**(values | changes))).encode()


def test_a_booked_entry_with_two_transactions_is_two_credits() -> None:
    file = read_camt(camt(details=DETAILS))
    assert [(item.reference, item.amount_minor, item.payer, item.text) for item in file.credits] == [
        ("CR-1", 1000, "Ana Luz", ""),
        ("E2", 1550, "", "cuota marzo"),
    ]
    assert len({item.external_ref for item in file.credits}) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"side": "DBIT"}, "debit"),
        ({"reversal": "true"}, "reversal"),
        ({"status": "PDNG"}, "not-booked"),
        ({"amount": "0"}, "zero-amount"),
    ],
)
def test_what_is_no_money_received_is_passed_over(changes: dict[str, str], reason: str) -> None:
    file = read_camt(camt(**changes))
    assert (file.credits, [item.reason for item in file.passed_over]) == ([], [reason])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<a/>", "not-camt"),
        (b"<a", "broken-xml"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><a>&a;</a>', "forbidden-doctype"),
        (camt(amount="1.005"), "bad-amount"),
        (camt(amount="diez"), "bad-amount"),
        (camt().replace(b"2026-03-02", b"2026-02-31"), "bad-date"),
    ],
)
def test_a_statement_that_cannot_be_trusted_is_kept_out(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_camt(content)
    assert refused.value.code == code


@needs_shared
def test_the_published_statements_give_the_published_credits(capsys: pytest.CaptureFixture[str]) -> None:
    folder, read, credits_, refused = SHARED / "iso20022_camt" / "dev", 0, 0, 0
    for path in sorted(folder.glob("camt05[34]*.xml")):
        expected = path.with_suffix(".json")
        if not expected.exists():
            with pytest.raises(Refusal):
                read_camt(path.read_bytes())
            refused += 1
            continue
        if path.name == "camt053.v3.xml":  # its entry says 8.85 and its only detail 105.75
            with pytest.raises(Refusal, match="no suma"):
                read_camt(path.read_bytes())
            continue
        if "multi.statement" in path.name:  # its published reading holds the first statement's (debit) entry only
            assert [credit.amount_minor for credit in read_camt(path.read_bytes()).credits] == [885]
            continue
        entries = json.loads(expected.read_text("utf-8"))["getEntries"]
        sums = sorted(_expected_credit(entry) for entry in entries)
        file = read_camt(path.read_bytes())
        assert sorted(credit.amount_minor for credit in file.credits) == [amount for amount in sums if amount], (
            path.name
        )
        read += 1
        credits_ += len(file.credits)
    assert read >= 10
    say(
        capsys,
        f"camt.053/054: {read} files and {credits_} credits as published; {refused} broken files kept out; 1 whose entry is not "
        "its details' sum kept out; 1 whose publisher reads the first statement only",
    )


def _expected_credit(entry: dict[str, dict[str, str]]) -> int:
    amount = int(entry["getAmount"]["getAmount"])
    return amount if amount > 0 and str(entry["getCreditDebitIndicator"]) == "CRDT" else 0


MT940 = ":20:EXT\n:25:0007\n:28C:1/1\n:60F:C260301COP0,00\n{lines}\n:62F:C260302COP10,00\n"


def test_reads_credits_of_a_swift_statement_and_passes_over_debits() -> None:
    lines = ":61:2603020302C10,50NTRFCR-1//B1\n:86:abono cuota\n:61:2603020302D4,00NTRFX//B2\n:86:cargo"
    file = read_mt940(MT940.format(lines=lines).encode())
    assert [(item.reference, item.amount_minor, item.currency, item.paid_on) for item in file.credits] == [
        ("CR-1", 1050, "COP", date(2026, 3, 2))
    ]
    assert [item.reason for item in file.passed_over] == ["debit"]


def test_two_equal_lines_are_two_payments_with_names_that_last() -> None:
    line = ":61:2603020302C10,50NTRFNONREF\n:86:abono"
    content = MT940.format(lines=f"{line}\n{line}").encode()
    first, second = ([item.external_ref for item in read_mt940(content).credits] for _ in range(2))
    assert first == second
    assert len(set(first)) == 2


@pytest.mark.parametrize("content", [b"", b"hola", b":20:A\n:25:1\n:86:x"])
def test_what_is_no_swift_statement_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_mt940(content)
    assert refused.value.code == "not-mt940"


# German marks, which ISO 4217 has withdrawn, and a statement that names no currency.
KEPT_OUT = ("cmxl__mt940.sta", "self-provided__raphaelm.sta", "self-provided__sparkassen.sta")


@needs_shared
def test_published_swift_statements_give_as_many_credits_as_expected(capsys: pytest.CaptureFixture[str]) -> None:
    agreed, credits_, empty = 0, 0, 0
    for path in sorted((SHARED / "mt940" / "dev").glob("*.sta")):
        expected = json.loads((path.parent / f"{path.stem}.expected.json").read_text("utf-8"))
        received = [item for item in expected["transactions"] if item.get("status") == "C"]
        if path.name in KEPT_OUT:
            with pytest.raises(Refusal):
                read_mt940(path.read_bytes())
            continue
        if not expected["transactions"] and ":60" not in path.read_text("latin-1"):
            with pytest.raises(Refusal, match="no trae saldos"):
                read_mt940(path.read_bytes())
            empty += 1
            continue
        assert len(read_mt940(path.read_bytes()).credits) == len(received), path.name
        agreed += 1
        credits_ += len(received)
    assert agreed >= 20
    say(
        capsys,
        f"MT940: {agreed} files with {credits_} credits as expected; {len(KEPT_OUT)} kept out (withdrawn currency or none); "
        f"{empty} without balances kept out",
    )


def test_the_shipped_layout_of_bcp_reads_its_records_and_checks_the_control(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = yaml.safe_load((ROOT / "acuerdo/portfolio/data/bank_layouts/bcp_cdpg.yaml").read_text("utf-8"))
    layout = layout_from(document)
    amounts = f"{150_00:015d}{75:015d}{150_75:015d}"
    detail = f"DD193012345670000CR00012345{'PEREZ'.ljust(30)}2026112120261130{amounts}000001000123"
    control = f"CC1930{'1234567'}C{'CAJA'.ljust(40)}20261121{1:09d}{150_75:015d}"
    file = read_fixed_width(f"{control}\r\n{detail}\r\n".encode(), layout)
    assert [(item.reference, item.amount_minor, item.currency, item.paid_on) for item in file.credits] == [
        ("CR00012345", 15075, "PEN", date(2026, 11, 21))
    ]
    with pytest.raises(Refusal) as refused:
        read_fixed_width(f"{control[:-1]}6\r\n{detail}".encode(), layout)
    assert refused.value.code == "totals-disagree"
    say(capsys, "BCP CREP: nobody publishes a file; 1 record and its control built by the bank's own layout")


def test_a_layout_that_cannot_work_says_what_is_missing() -> None:
    with pytest.raises(Refusal, match="paid_on"):
        layout_from({"name": "x", "detail_mark": "D", "detail": {"reference": [1, 2], "amount": [3, 4]}})
    with pytest.raises(Refusal, match="sucursal"):
        layout_from({"name": "x", "detail_mark": "D", "detail": {"sucursal": [1, 2]}})
