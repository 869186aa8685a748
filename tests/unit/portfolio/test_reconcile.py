"""Whose money it is: each rule in its order, and that nothing ambiguous is ever guessed."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.portfolio.rules.bank_files import BankCredit
from acuerdo.portfolio.rules.reconcile import (
    CLUES,
    REASONS,
    Candidate,
    Outcome,
    document_keys,
    index_of,
    key_of,
    reconcile,
    reference_keys,
    split_oldest_first,
)

TODAY = date(2026, 7, 15)


def credit(reference: str = "", amount_minor: int = 50_000, **fields: Any) -> BankCredit:
    base = {"line": 1, "currency": "COP", "paid_on": date(2026, 7, 14), "external_ref": "r1"}
    return BankCredit(reference=reference, amount_minor=amount_minor, **{**base, **fields})


def candidate(account_id: int, number: str, document: str = "52123456", **fields: Any) -> Candidate:
    base = {
        "debtor_id": int(document[-3:]), "currency": "COP", "status": "active", "balance_minor": 900_000,
        "balance_due_minor": 70_000, "next_due_minor": 60_000,
    }  # fmt: skip
    return Candidate(account_id, number, key_of(number), document, **{**base, **fields})


ONE = candidate(1, "CR-000123")
TWO = candidate(2, "CR-000456", balance_due_minor=80_000, next_due_minor=40_000)
OTHER = candidate(3, "CR-000789", "79111222")


@pytest.mark.parametrize(
    ("bank", "expected"),
    [
        # the number as banks and people write it
        (credit("CR-000123"), [(1, 50_000)]),
        (credit("cr000123"), [(1, 50_000)]),
        (credit("0000CR 000123"), [(1, 50_000)]),
        (credit("000000000000000000000123CR000123".zfill(48)), []),  # another number that only ends like ours
        (credit("PAGO/CR-000123"), [(1, 50_000)]),
        (credit("1".zfill(24) + "CR000123".zfill(24)), [(1, 50_000)]),  # two references of 24
        # the document, with one open obligation
        (credit(document_id="79.111.222"), [(3, 50_000)]),
        (credit("79111222"), [(3, 50_000)]),
        (credit(text="pago cedula 79111222 julio"), [(3, 50_000)]),
        # document and exact amount
        (credit("52123456", 70_000), [(1, 70_000)]),
        (credit("52123456", 40_000), [(2, 40_000)]),
        # a number in the text counts together with the document or the amount
        (credit("52123456", text="credito CR-000456"), [(2, 50_000)]),
        (credit(text="credito CR-000456", amount_minor=80_000), [(2, 80_000)]),
    ],
)
def test_a_credit_finds_its_obligation(bank: BankCredit, expected: list[tuple[int, int]]) -> None:
    outcome = reconcile(bank, index_of(map(replace, (ONE, TWO, OTHER))), today=TODAY)
    assert [(share.account_id, share.amount_minor) for share in outcome.shares] == expected


@pytest.mark.parametrize(
    ("bank", "more", "reason", "proposed"),
    [
        (credit("X-1"), [], "no-match", []),
        (credit("52123456"), [], "several-obligations", [(1, "middle"), (2, "middle")]),
        (credit(text="CR-000456"), [], "number-in-text", [(2, "high")]),
        (credit("CR 000123", paid_on=date(2026, 7, 16)), [], "future-date", [(1, "high")]),
        # two obligations whose numbers differ only in what nobody types
        (credit("123"), [candidate(8, "0123"), candidate(9, "12-3")], "number-ambiguous", [(8, "high"), (9, "high")]),
        (credit("CR-9"), [candidate(9, "CR-9", status="paid", balance_minor=0)], "obligation-closed", [(9, "low")]),
        (credit("CR-9"), [candidate(9, "CR-9", currency="USD")], "other-currency", [(9, "low")]),
        (credit("79111222 52123456"), [], "document-ambiguous", [(3, "middle"), (1, "middle"), (2, "middle")]),
        (credit("1098765432"), [candidate(9, "CR-9", "1098765432", status="paid")], "no-open-obligation", [(9, "low")]),
        (credit("52123456", 40_000), [candidate(9, "CR-9", next_due_minor=40_000)], "several-obligations",
         [(2, "high"), (9, "high"), (1, "middle")]),
    ],
)  # fmt: skip
def test_what_is_not_sure_is_asked(
    bank: BankCredit, more: list[Candidate], reason: str, proposed: list[tuple[int, str]]
) -> None:
    outcome = reconcile(bank, index_of(map(replace, (ONE, TWO, OTHER, *more))), today=TODAY)
    assert (outcome.shares, outcome.reason) == ((), reason)
    assert [(one.account_id, one.strength) for one in outcome.proposals] == proposed
    assert reason in REASONS
    assert {clue for one in outcome.proposals for clue in one.clues} <= set(CLUES)


def test_an_exact_number_wins_over_one_that_only_looks_alike() -> None:
    index = index_of([candidate(8, "0123"), candidate(9, "123")])
    assert reconcile(credit("123"), index, today=TODAY).shares[0].account_id == 9


def test_keys_drop_what_files_write_differently() -> None:
    assert [key_of(text) for text in ("00-12.3a", "ñ", "000", "")] == ["123A", "", "", ""]
    assert reference_keys(credit("AB-1 / 002")) == ["AB1002", "AB1", "2"]
    assert document_keys(credit(text="NIT 901.000.001-6")) == ["9010000016", "901000001"]


def test_the_second_payment_of_a_file_sees_the_first() -> None:
    index = index_of([replace(ONE, balance_minor=50_000, balance_due_minor=50_000), replace(TWO)])
    assert reconcile(credit("CR-000123"), index, today=TODAY).clue == "number"
    second = reconcile(credit("52123456", external_ref="r2"), index, today=TODAY)
    assert (second.clue, second.shares[0].account_id) == ("document", 2)


def test_several_obligations_are_split_where_the_creditor_wants_it() -> None:
    older = replace(TWO, due_since=date(2026, 5, 1))
    newer = replace(ONE, due_since=date(2026, 6, 1))
    outcome = reconcile(credit("52123456", 100_000), index_of([newer, older]), today=TODAY, splits_oldest_first=True)
    assert [(share.account_id, share.amount_minor) for share in outcome.shares] == [(2, 80_000), (1, 20_000)]
    assert outcome == Outcome(outcome.shares, clue="split")


@given(
    amount=st.integers(1, 10**12),
    figures=st.lists(
        st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 28)), min_size=1, max_size=6
    ),
)
def test_a_split_spends_exactly_the_credit(amount: int, figures: list[tuple[int, int, int]]) -> None:
    ones = [
        candidate(number, f"N{number}", balance_due_minor=due, balance_minor=due + more, due_since=date(2026, 1, day))
        for number, (due, more, day) in enumerate(figures, start=1)
    ]
    shares = split_oldest_first(amount, ones)
    given_to = {share.account_id: share.amount_minor for share in shares}
    assert sum(given_to.values()) == amount
    assert all(part > 0 for part in given_to.values())
    order = sorted(ones, key=lambda one: (one.due_since or date.max, one.account_id))
    # Nobody younger is paid anything while an older one has something due.
    for older, younger in pairwise(order):
        if given_to.get(younger.account_id):
            assert given_to.get(older.account_id, 0) >= older.balance_due_minor
    # Nothing is over an account's balance unless everybody's balance is paid.
    over = [one for one in order if given_to.get(one.account_id, 0) > one.balance_minor]
    assert over in ([], [order[0]])
    if over:
        assert all(given_to.get(one.account_id, 0) >= one.balance_minor for one in order)
