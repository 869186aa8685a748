"""Whose money is it? A bank's credit against the obligations that it may pay.

In this order, and never by guessing: the obligation's number as reference; the payer's document with one open obligation;
document and exact amount (what is due now, or the next instalment). What the file leaves open goes to people, with the
candidates and in words why each may be it. Several open obligations of one person take a payment oldest due first where
the creditor wants that. `Candidate`s are reduced as they are paid, so that a file's second payment sees the first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from acuerdo.portfolio.rules.bank_files import BankCredit

KEY_LENGTH_MIN = 5
TEXT_KEY_LENGTH_MIN = 6
PROPOSALS_MAX = 5
_HALF = 24  # some banks put two references of 24 in the place of one of 48
_NOT_KEY = re.compile(r"[^A-Za-z0-9]")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]*[A-Za-z0-9]")
_TAX_NUMBER = re.compile(r"[\d.]{8,}-\d")
_PARTS = re.compile(r"[\s/;,|:]+")

# Why a credit waits for a person; the words for each stand in workspace/payments/wording.py.
REASONS = (
    "no-match", "number-ambiguous", "number-in-text", "obligation-closed", "other-currency", "document-ambiguous",
    "several-obligations", "no-open-obligation", "future-date", "ledger-refused",
)  # fmt: skip
# Why an obligation is proposed, the strongest first.
CLUES = ("number", "number-in-text", "document", "amount-due", "amount-instalment", "amount-total", "only-open")
STRENGTHS = ("high", "middle", "low")


@dataclass(slots=True)
class Candidate:
    """An obligation that a credit may pay; figures in minor units. `document` and `number_key` are keys (see `key_of`)."""

    account_id: int
    number: str
    number_key: str
    document: str
    debtor_id: int
    currency: str
    status: str
    balance_minor: int
    balance_due_minor: int
    next_due_minor: int
    due_since: date | None = None
    next_due_on: date | None = None

    @property
    def takes_payments(self) -> bool:
        """Money may be posted to what is alive or written off; what was paid off or sold is a person's decision."""
        return self.status in ("active", "written_off")

    @property
    def is_open(self) -> bool:
        return self.takes_payments and self.balance_minor > 0


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a credit for one obligation."""

    account_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate for a person to confirm. `clues` are codes of CLUES, `strength` one of STRENGTHS."""

    account_id: int
    strength: str
    clues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Either `shares`, which sum to the credit, or a `reason` why a person must decide and what to propose."""

    shares: tuple[Share, ...] = ()
    reason: str = ""
    proposals: tuple[Proposal, ...] = ()
    clue: str = ""


@dataclass(slots=True)
class Index:
    """The candidates of many credits, found by their keys."""

    by_number: dict[str, list[Candidate]] = field(default_factory=dict)
    by_document: dict[str, list[Candidate]] = field(default_factory=dict)
    by_account: dict[int, Candidate] = field(default_factory=dict)

    def add(self, candidate: Candidate) -> None:
        self.by_number.setdefault(candidate.number_key, []).append(candidate)
        self.by_document.setdefault(candidate.document, []).append(candidate)
        self.by_account[candidate.account_id] = candidate


def index_of(candidates: Iterable[Candidate]) -> Index:
    """Each obligation once, however many credits asked for it."""
    index = Index()
    for candidate in {candidate.account_id: candidate for candidate in candidates}.values():
        index.add(candidate)
    return index


def key_of(text: str) -> str:
    """A number without what files write differently: "CR-000123" and "cr 000123" are one; leading zeros fall."""
    bare = text if text.isascii() and text.isalnum() else _NOT_KEY.sub("", text)
    return bare.lstrip("0").upper()


def reference_keys(credit: BankCredit) -> list[str]:
    """What the reference may name: all of it, its two halves, its words."""
    parts = [credit.reference, *_PARTS.split(credit.reference)]
    if len(credit.reference) > _HALF:
        parts += [credit.reference[-_HALF:], credit.reference[:-_HALF]]
    return _once(key_of(part) for part in parts)


def text_keys(credit: BankCredit) -> list[str]:
    """The numbers in what the payer or the bank wrote; a word without a digit names nothing."""
    words = (key_of(word) for word in _WORD.findall(f"{credit.text} {credit.payer}"))
    return [key for key in _once(words) if len(key) >= TEXT_KEY_LENGTH_MIN and any(char.isdigit() for char in key)]


def document_keys(credit: BankCredit) -> list[str]:
    """What may be the payer's document, a tax number also without its check digit ("901000001-6")."""
    said = [credit.document_id, credit.reference, *_PARTS.split(credit.reference), *_WORD.findall(credit.text)]
    bare = [word.rpartition("-")[0] for word in said if "-" in word and _TAX_NUMBER.fullmatch(word)]
    keys = _once(key_of(word) for word in [*said, *bare])
    return [key for key in keys if len(key) >= KEY_LENGTH_MIN and any(char.isdigit() for char in key)]


def reconcile(credit: BankCredit, index: Index, *, today: date, splits_oldest_first: bool = False) -> Outcome:
    """Where a credit goes. Shares sum to it exactly; reduces the candidates that it pays."""
    outcome = _decide(credit, index, today, splits_oldest_first)
    if outcome.shares:
        _reduce(outcome.shares, index)
    return outcome


def split_oldest_first(amount_minor: int, candidates: Sequence[Candidate]) -> tuple[Share, ...]:
    """What is due first, oldest first; the rest to the balances in the same order; what is over stays with the first.

    The shares sum to the amount; an obligation that gets nothing is not among them.
    """
    order = sorted(candidates, key=lambda one: (one.due_since or one.next_due_on or date.max, one.account_id))
    given = dict.fromkeys((one.account_id for one in order), 0)
    left = amount_minor
    for limit in ("balance_due_minor", "balance_minor"):
        for one in order:
            part = min(left, max(0, getattr(one, limit) - given[one.account_id]))
            given[one.account_id] += part
            left -= part
    if order:
        given[order[0].account_id] += left
    return tuple(Share(account_id, part) for account_id, part in given.items() if part)


def _decide(credit: BankCredit, index: Index, today: date, splits: bool) -> Outcome:
    named = _distinct(index.by_number, reference_keys(credit))
    if credit.paid_on > today:
        return _ask("future-date", credit, named, [], [])
    if named:
        return _by_number(credit, named)
    owners = _distinct(index.by_document, document_keys(credit))
    told = _distinct(index.by_number, text_keys(credit))
    sure = [one for one in told if one.takes_payments and (one in owners or _amount_clues(credit, one))]
    if len(told) == 1 and len(sure) == 1 and sure[0].currency == credit.currency:
        return _all_to(credit, sure[0], "number-in-text")
    if told:
        return _ask("number-in-text", credit, [], told, owners)
    return _by_document(credit, owners, splits) if owners else Outcome(reason="no-match")


def _by_number(credit: BankCredit, named: list[Candidate]) -> Outcome:
    exact = [one for one in named if one.number.strip() == credit.reference.strip()]
    found = exact if len(exact) == 1 else named
    if len(found) > 1:
        return _ask("number-ambiguous", credit, found, [], [])
    one = found[0]
    if one.currency != credit.currency:
        return _ask("other-currency", credit, found, [], [])
    if not one.takes_payments:
        return _ask("obligation-closed", credit, found, [], [])
    return _all_to(credit, one, "number")


def _by_document(credit: BankCredit, owners: list[Candidate], splits: bool) -> Outcome:
    if len({one.debtor_id for one in owners}) > 1:
        return _ask("document-ambiguous", credit, [], [], owners)
    open_ones = [one for one in owners if one.is_open and one.currency == credit.currency]
    if not open_ones:
        reason = "other-currency" if any(one.is_open for one in owners) else "no-open-obligation"
        return _ask(reason, credit, [], [], owners)
    if len(open_ones) == 1:
        return _all_to(credit, open_ones[0], "document")
    exact = [one for one in open_ones if credit.amount_minor in (one.balance_due_minor, one.next_due_minor)]
    if len(exact) == 1:
        return _all_to(credit, exact[0], "document-amount")
    if splits:
        return Outcome(split_oldest_first(credit.amount_minor, open_ones), clue="split")
    return _ask("several-obligations", credit, [], [], open_ones)


def _all_to(credit: BankCredit, one: Candidate, clue: str) -> Outcome:
    return Outcome((Share(one.account_id, credit.amount_minor),), clue=clue)


def _ask(
    reason: str, credit: BankCredit, named: Sequence[Candidate], told: Sequence[Candidate], owners: Sequence[Candidate]
) -> Outcome:
    """The candidates in order of strength, each with its clues."""
    clues: dict[int, list[str]] = {}
    ones: dict[int, Candidate] = {}
    for clue, found in (("number", named), ("number-in-text", told), ("document", owners)):
        for one in found:
            ones[one.account_id] = one
            clues.setdefault(one.account_id, []).append(clue)
    open_of: dict[int, int] = {}
    for one in ones.values():
        open_of[one.debtor_id] = open_of.get(one.debtor_id, 0) + one.is_open
    proposals = []
    for account_id, one in ones.items():
        said = clues[account_id] + _amount_clues(credit, one)
        if one.is_open and open_of[one.debtor_id] == 1 and len(ones) > 1:
            said.append("only-open")
        proposals.append(Proposal(account_id, _strength(said, one, credit), tuple(said)))
    proposals.sort(key=lambda one: (STRENGTHS.index(one.strength), -len(one.clues), one.account_id))
    return Outcome(reason=reason, proposals=tuple(proposals[:PROPOSALS_MAX]))


def _strength(clues: Sequence[str], one: Candidate, credit: BankCredit) -> str:
    if not one.takes_payments or one.currency != credit.currency:
        return "low"
    has_amount = any(clue.startswith("amount") for clue in clues)
    has_name = any(clue in ("number", "number-in-text") for clue in clues)
    if has_name or (has_amount and "document" in clues):
        return "high"
    return "middle" if one.is_open else "low"


def _amount_clues(credit: BankCredit, one: Candidate) -> list[str]:
    figures: Mapping[str, int] = {
        "amount-due": one.balance_due_minor,
        "amount-instalment": one.next_due_minor,
        "amount-total": one.balance_minor,
    }
    return [clue for clue, figure in figures.items() if figure and figure == credit.amount_minor]


def _distinct(found: Mapping[str, list[Candidate]], keys: Iterable[str]) -> list[Candidate]:
    ones = {one.account_id: one for key in keys for one in found.get(key, ())}
    return list(ones.values())


def _reduce(shares: Sequence[Share], index: Index) -> None:
    for share in shares:
        one = index.by_account[share.account_id]
        one.balance_due_minor = max(0, one.balance_due_minor - share.amount_minor)
        one.balance_minor = max(0, one.balance_minor - share.amount_minor)


def _once(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(key for key in keys if key))
