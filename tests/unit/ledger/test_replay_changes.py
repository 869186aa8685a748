"""The events of `ledger replay` beside payments, with amounts worked out by hand, and each refusal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.answers import answer_replay
from acuerdo.ledger.rules.components import COMPONENTS, Amounts, no_amounts
from acuerdo.ledger.rules.documents import read_schedule_terms
from acuerdo.ledger.rules.replacements import Capitalisation, plan_replacement


def ask(*events: dict[str, Any], as_of: list[str]) -> dict[str, Any]:
    """Two instalments of 1,000 (900 and 100 interest), due 5 February and 5 March; 36.5 % a year nominal: 0.1 % a day."""
    rows = [{"due_on": f"2026-0{month}-05", "principal": "900.00", "contract_interest": "100.00"} for month in (2, 3)]
    late = {"rate": {"kind": "nominal_annual", "value": "0.365"}}
    obligation = {"schedule": {"given": rows}, "late_interest": late}
    return answer_replay({"currency": "COP", "obligation": obligation, "events": list(events), "as_of": as_of})


def paid(amount: str, on: str = "2026-02-05", uid: str = "p1") -> dict[str, Any]:
    return {"on": on, "type": "payment", "uid": uid, "amount": amount}


def test_an_extension_stops_the_days_until_the_new_date() -> None:
    moved = {"on": "2026-02-15", "type": "extension", "moves": [{"instalment": 1, "due_on": "2026-03-05"}]}
    answer = ask(moved, as_of=["2026-02-14", "2026-02-15", "2026-03-05", "2026-03-15"])
    days = [row["days_past_due"] for row in answer["statements"]]
    late = [row["balance"]["late_interest"] for row in answer["statements"]]
    # Nine days by the 14th; ten by the 15th wait for the new date; ten more of both instalments by 15 March.
    assert days == [9, 0, 0, 10]
    assert late == ["8.10", "0.00", "9.00", "27.00"]
    assert answer["changes"][0]["moves"] == [{"instalment": 1, "due_on": "2026-03-05"}]


def test_a_chargeback_owes_again_what_was_covered_last_from_its_day() -> None:
    back = {"on": "2026-02-20", "type": "chargeback", "of": "p1", "amount": "950.00"}
    answer = ask(paid("1000.00"), back, as_of=["2026-02-19", "2026-02-20", "2026-03-02"])
    before, on, later = answer["statements"]
    assert (before["balance_due"]["total"], before["days_past_due"]) == ("0.00", 0)
    assert (on["balance_due"]["principal"], on["balance_due"]["contract_interest"]) == ("900.00", "50.00")
    # Ten days of 900 since the chargeback, none for the days in which the debt was paid.
    assert (later["balance"]["late_interest"], later["days_past_due"]) == ("9.00", 10)
    told = answer["changes"][0]
    assert (told["amount"], told["about"]) == ("950.00", "p1")
    assert {share["component"]: share["amount"] for share in told["shares"]} == {
        "principal": "900.00", "contract_interest": "50.00",
    }  # fmt: skip


def test_a_chargeback_takes_unspent_credit_first() -> None:
    back = {"on": "2026-02-10", "type": "chargeback", "of": "p1", "amount": "600.00"}
    answer = ask(paid("1500.00"), back, as_of=["2026-02-10"])
    assert answer["payments"][0]["returned"] == "500.00"
    assert answer["changes"][0]["from_credit"] == "500.00"
    assert answer["statements"][0]["balance_due"]["total"] == "100.00"


def test_credit_is_used_at_the_next_due_date_or_returned() -> None:
    back = {"on": "2026-02-10", "type": "refund", "amount": "300.00"}
    answer = ask(paid("1500.00"), back, as_of=["2026-02-10", "2026-03-05"])
    assert [row["unallocated"] for row in answer["statements"]] == ["200.00", "0.00"]
    assert answer["statements"][1]["balance_due"]["total"] == "800.00"
    assert answer["payments"][0]["returned"] == "300.00"


def test_money_after_a_write_off_is_a_recovery() -> None:
    gone = {"on": "2026-04-01", "type": "write_off"}
    answer = ask(paid("500.00"), gone, paid("100.00", "2026-04-02", "p2"), as_of=["2026-04-03"])
    assert [payment.get("is_recovery", False) for payment in answer["payments"]] == [False, True]
    assert answer["statements"][0]["is_written_off"] is True


def test_money_of_the_very_day_of_a_write_off_is_a_payment_and_lowers_the_loss() -> None:
    gone = {"on": "2026-04-01", "type": "write_off"}
    answer = ask(paid("500.00", "2026-04-01"), gone, as_of=["2026-04-01"])
    assert "is_recovery" not in answer["payments"][0]
    assert answer["changes"][0]["amount"] == answer["statements"][0]["balance"]["total"]


def test_paying_off_early_costs_the_interest_of_the_days_that_ran() -> None:
    closing = {"on": "2026-02-15", "type": "settlement"}
    # The second instalment's interest, 100.00, runs over the 28 days from 5 February to 5 March: ten of them are 35.71.
    answer = ask(
        paid("1000.00"), paid("935.71", "2026-02-15", "p2"), closing, as_of=["2026-02-14", "2026-02-15", "2026-06-01"]
    )
    assert [row["balance"]["total"] for row in answer["statements"]] == ["900.00", "0.00", "0.00"]
    assert [(share["component"], share["amount"]) for share in answer["payments"][1]["allocation"]] == [
        ("contract_interest", "35.71"), ("principal", "900.00"),
    ]  # fmt: skip
    told = answer["changes"][0]
    assert (told["type"], told["amount"], told["spared"]) == ("settlement", "935.71", "64.29")
    assert answer["statements"][2]["next_due"] is None


def test_a_cent_less_closes_nothing_and_a_reversal_opens_the_loan_again() -> None:
    closing = {"on": "2026-02-15", "type": "settlement"}
    short = ask(paid("1000.00"), paid("935.70", "2026-02-15", "p2"), closing, as_of=["2026-03-05"])
    assert short["changes"] == []
    assert short["statements"][0]["balance_due"]["total"] == "64.30"
    back = {"on": "2026-02-20", "type": "reversal", "of": "p2"}
    answer = ask(
        paid("1000.00"),
        paid("935.71", "2026-02-15", "p2"),
        closing,
        back,
        as_of=["2026-02-19", "2026-02-20", "2026-03-05"],
    )
    assert [row["balance"]["total"] for row in answer["statements"]] == ["0.00", "900.00", "1000.00"]
    assert answer["changes"] == []


def test_a_chargeback_after_paying_off_owes_again_without_the_interest_spared() -> None:
    closing = {"on": "2026-02-15", "type": "settlement"}
    back = {"on": "2026-02-20", "type": "chargeback", "of": "p2", "amount": "935.71"}
    answer = ask(paid("1000.00"), paid("935.71", "2026-02-15", "p2"), closing, back, as_of=["2026-02-20"])
    due = answer["statements"][0]["balance_due"]
    assert (due["principal"], due["contract_interest"], due["total"]) == ("900.00", "35.71", "935.71")


@pytest.mark.parametrize(
    ("free_up_to", "cost"),
    [
        ("1800.00", "935.71"),  # the law frees loans of up to that: no charge
        ("1799.99", "953.71"),  # above, the agreed 2 % of the 900 that was not due yet
    ],
)
def test_a_charge_for_prepaying_is_only_taken_above_what_the_law_frees(free_up_to: str, cost: str) -> None:
    rows = [{"due_on": f"2026-0{month}-05", "principal": "900.00", "contract_interest": "100.00"} for month in (2, 3)]
    obligation = {
        "schedule": {"given": rows}, "disbursed_on": "2026-01-05", "prepayment": {"charge": "0.02", "free_up_to": free_up_to},
    }  # fmt: skip
    events = [paid("1000.00"), paid("2000.00", "2026-02-15", "p2"), {"on": "2026-02-15", "type": "settlement"}]
    answer = answer_replay({"currency": "COP", "obligation": obligation, "events": events, "as_of": ["2026-02-15"]})
    assert answer["changes"][0]["amount"] == cost
    assert answer["statements"][0]["balance"]["total"] == "0.00"
    fees = [share["amount"] for share in answer["payments"][1]["allocation"] if share["component"] == "fees"]
    assert fees == (["18.00"] if cost == "953.71" else [])


@pytest.mark.parametrize("kind", ["restructuring", "refinancing"])
def test_a_debt_that_passes_on_owes_nothing_here(kind: str) -> None:
    passed = {"on": "2026-02-15", "type": kind, "into": "R-1"}
    answer = ask(paid("1200.00"), passed, as_of=["2026-02-14", "2026-02-15", "2026-04-01"])
    assert [row["balance"]["total"] for row in answer["statements"]] == ["900.00", "0.00", "0.00"]
    told = answer["changes"][0]
    # 900 of the second instalment less the 200 that waited; its interest never falls due.
    assert (told["amount"], told["about"], told["type"]) == ("700.00", "R-1", kind)
    assert [share["amount"] for share in told["shares"]] == ["-700.00"]


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([{"on": "2026-02-15", "type": "extension", "moves": []}], "bad-event"),
        ([{"on": "2026-02-15", "type": "extension", "moves": [{"instalment": 1, "due_on": "2026-02-15"}]}], "bad-event"),
        ([{"on": "2026-01-15", "type": "extension", "moves": [{"instalment": 9, "due_on": "2026-03-15"}]}], "unknown-instalment"),
        ([{"on": "2026-01-15", "type": "extension", "moves": [{"instalment": 1, "due_on": "2026-02-04"}]}], "extension-not-later"),
        ([{"on": "2026-02-15", "type": "chargeback", "of": "x", "amount": "1"}], "unknown-payment"),
        ([paid("5"), {"on": "2026-02-15", "type": "chargeback", "of": "p1", "amount": "6"}], "chargeback-above-payment"),
        ([paid("5"), {"on": "2026-02-04", "type": "chargeback", "of": "p1", "amount": "1"}], "reversal-before-payment"),
        (
            [
                paid("5"),
                {"on": "2026-02-15", "type": "chargeback", "of": "p1", "amount": "1"},
                {"on": "2026-02-16", "type": "reversal", "of": "p1"},
            ],
            "reversal-of-chargeback",
        ),
        ([{"on": "2026-02-15", "type": "refund", "amount": "0"}], "bad-event"),
        ([{"on": f"2026-02-1{day}", "type": "refinancing", "into": "R"} for day in (1, 2)], "replaced-twice"),
        ([{"on": "2026-02-15", "type": "restructuring"}], "missing-field"),
    ],
)  # fmt: skip
def test_events_that_cannot_be_are_refused(events: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        ask(*events, as_of=["2026-03-01"])
    assert refusal.value.code == code


owed_amounts = st.fixed_dictionaries(dict.fromkeys(COMPONENTS, st.integers(0, 10**9)))


@given(owed_amounts, st.integers(1, 36), st.sampled_from(["0.01", "1"]))
def test_the_new_debt_is_the_old_one_to_the_cent(owed: Any, count: int, unit: str) -> None:
    amounts: Amounts = no_amounts() | owed
    amounts["principal"] += 100_000
    terms = read_schedule_terms({
        "currency": "COP", "principal": "1", "disbursed_on": "2026-03-20", "instalments": count, "frequency": "monthly",
        "method": "french", "rate": {"kind": "effective_annual", "value": "0"}, "unit": unit,
    })  # fmt: skip
    debt = plan_replacement(amounts, terms, Capitalisation(no_amounts()), country="CO", kind="consumo")
    assert debt.principal_minor == amounts["principal"]
    assert sum(row.total_minor for row in debt.instalments) == sum(amounts.values())
    assert sum(row.principal_minor for row in debt.instalments) == amounts["principal"]
