"""Reads all that binds up to a thousand contacts in one statement, however many they are.

Each source comes back as one JSON column of arrays; what the receipt keeps of a fact is the row as the database told it.
Anything that another worker committed counts at once, even if its clock ran a little ahead of ours.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from acuerdo.base.locks import person_keys
from acuerdo.policy.rules import PastContact, Reading
from acuerdo.policy.rules.vocabulary import EXEMPT_PURPOSES

HISTORY = timedelta(days=9)  # rolling seven local days, wherever the person's day began

# What `policy_gate_facts` tells, in its order.
SOURCES = (
    "debtors", "creditors", "points", "excluded", "registries", "obligations", "relations", "consents", "holds", "hours",
    "history", "readings", "ties",
)  # fmt: skip
STATEMENT = (
    "SELECT policy_gate_facts(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],"
    " %s::timestamptz, %s::timestamptz, %s::date)::text"
)

type Row = list[Any]


@dataclass(frozen=True, slots=True)
class PlannedContact:
    """One contact somebody or something wants to make. `debtor_id` is the person contacted, whatever their part in the debt.

    `balance_stated_minor`: the figure due that the text states; the gate re-reads it. Without an obligation the contact
    is about all that the person owes the creditor.
    """

    debtor_id: int
    creditor_id: int
    channel: str
    purpose: str = "collection"
    obligation_id: int | None = None
    contact_point_id: int | None = None
    balance_stated_minor: int | None = None
    evidence: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    uid: str
    timezone: str
    region: str
    salt: bytes | None


@dataclass(frozen=True, slots=True)
class Lender:
    uid: str
    country: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Point:
    debtor_id: int
    is_valid: bool
    ownership: int
    kind: str
    value: str
    uid: str


@dataclass(frozen=True, slots=True)
class Debt:
    """An obligation with its account's state; balances in minor units."""

    id: int
    uid: str
    debtor_id: int
    creditor_id: int
    is_open: bool
    balance_minor: int
    balance_due_minor: int


@dataclass(slots=True)
class Gathered:
    """Rows by person, or by their own id. Lists of rows hold what the receipt keeps, without the ids they are found by."""

    now: datetime
    debtors: dict[int, Person] = field(default_factory=dict)
    creditors: dict[int, Lender] = field(default_factory=dict)
    points: dict[int, Point] = field(default_factory=dict)
    excluded: dict[tuple[int, str], date] = field(default_factory=dict)
    registries: dict[str, datetime] = field(default_factory=dict)
    obligations: dict[int, Debt] = field(default_factory=dict)
    owed_by: dict[int, list[Debt]] = field(default_factory=lambda: defaultdict(list))
    relations: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    consents: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    holds_by_debtor: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    holds_by_obligation: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    hours: dict[int, Row] = field(default_factory=dict)
    history: dict[int, list[PastContact]] = field(default_factory=lambda: defaultdict(list))
    history_rows: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    readings: dict[tuple[int, str], dict[str, Reading]] = field(default_factory=lambda: defaultdict(dict))
    # Who is bound by each debt, the debtor too; empty unless some creditor has them share their caps.
    ties: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def remember(self, debtor_id: int, row: Sequence[Any]) -> None:
        """One contact of the log: uid, instant, channel, direction, right_party, is_two_way, counts, purpose, has_left,
        obligation_id."""
        _uid, at, channel, direction, right_party, is_two_way, counts, purpose, has_left, obligation_id = row
        instant = min(datetime.fromisoformat(at), self.now)
        left = has_left if purpose in EXEMPT_PURPOSES else counts
        contact = PastContact(
            instant, channel, direction, is_two_way, right_party, left, str(obligation_id or ""), purpose
        )
        self.history[debtor_id].append(contact)
        self.history_rows[debtor_id].append(list(row))


def gather(contacts: Iterable[PlannedContact], now: datetime, *, has_locks: bool = False) -> Gathered:
    """All rows that bind these contacts, in one statement. `has_locks` first takes the persons' locks, until the transaction
    ends, reads after them, and gives each person who has none their salt. Where a creditor has those bound by one debt share
    their caps, the others' locks and contacts come along.

    The statement is a function of the server (migration 0008), so that a session plans its reads only once.
    """
    contacts = list(contacts)
    debtors = sorted({contact.debtor_id for contact in contacts})
    asked = [
        person_keys(debtors) if has_locks else None,
        debtors,
        sorted({contact.creditor_id for contact in contacts}),
        sorted({one.obligation_id for one in contacts if one.obligation_id is not None}),
        sorted({one.contact_point_id for one in contacts if one.contact_point_id is not None}),
        now,
        now - HISTORY,
        # An approval of today waits until the date has begun everywhere here.
        (now - timedelta(hours=12)).date(),
    ]
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, asked)
        (told,) = cursor.fetchone()
    rows = {name: found or [] for name, found in zip(SOURCES, json.loads(told), strict=True)}
    gathered = Gathered(now)
    _take_persons(gathered, rows)
    _take_debts(gathered, rows)
    _take_permissions(gathered, rows)
    return gathered


def _take_persons(gathered: Gathered, told: dict[str, list[Row]]) -> None:
    for pk, uid, zone, region, salt in told["debtors"]:
        gathered.debtors[pk] = Person(uid, zone, region, bytes.fromhex(salt) if salt else None)
    for pk, uid, country, zone in told["creditors"]:
        gathered.creditors[pk] = Lender(uid, country, zone)
    for pk, debtor_id, is_valid, ownership, kind, value, uid in told["points"]:
        gathered.points[pk] = Point(debtor_id, is_valid, ownership, kind, value, uid)
    for point_id, country, effective_on in told["excluded"]:
        gathered.excluded.setdefault((point_id, country), date.fromisoformat(effective_on))
    gathered.registries = {country: datetime.fromisoformat(at) for country, at in told["registries"]}


def _take_debts(gathered: Gathered, told: dict[str, list[Row]]) -> None:
    for pk, uid, debtor_id, creditor_id, gone_on, status, balance, due in told["obligations"]:
        is_open = status not in ("paid", "gone") and gone_on is None
        debt = Debt(pk, uid, debtor_id, creditor_id, is_open, balance, due)
        gathered.obligations[pk] = debt
        gathered.owed_by[debtor_id].append(debt)
    for debtor_id, obligation_id, relation in told["relations"]:
        gathered.relations[debtor_id].append((obligation_id, relation))


def _take_permissions(gathered: Gathered, told: dict[str, list[Row]]) -> None:
    for debtor_id, *consent in told["consents"]:
        gathered.consents[debtor_id].append(consent)
    for debtor_id, obligation_id, *hold in told["holds"]:
        gathered.holds_by_debtor[debtor_id].append([*hold, obligation_id])
        if obligation_id is not None:
            gathered.holds_by_obligation[obligation_id].append([*hold, obligation_id])
    gathered.hours = {debtor_id: own for debtor_id, *own in told["hours"]}
    for debtor_id, *attempt in told["history"]:
        gathered.remember(debtor_id, attempt)
    for creditor_id, pack, name, value, approved_by, approved_on in told["readings"]:
        reading = Reading(value, approved_by, date.fromisoformat(approved_on))
        gathered.readings[creditor_id, pack][name] = reading
    for obligation_id, debtor_id in told["ties"]:
        gathered.ties[obligation_id].add(debtor_id)
