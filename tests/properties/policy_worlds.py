"""Random contacts as both sides take them: Question and Facts for the pure gate, columns for the frame form."""

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from acuerdo.policy.rules import Consent, Facts, Hold, OwnHours, PastContact, Question
from acuerdo.policy.rules.facts import Reading
from acuerdo.policy.rules.hours import microseconds
from acuerdo.policy.rules.pack import Pack
from acuerdo.policy.rules.pack_format import parse_windows
from acuerdo.policy.rules.vocabulary import CHANNELS, EXEMPT_PURPOSES, HOLDS

ZONES = ("America/Bogota", "America/Santiago", "America/New_York", "America/Tijuana", "Europe/Madrid", "Asia/Kathmandu")
FOREVER = 9_000_000_000_000_000
HOURS = (
    '{"mon-fri": [["18:00", "20:00"]]}',
    '{"mon-sun": [["06:00", "09:30"]]}',
    '{"sat-holiday": [["10:00", "24:00"]]}',
)
ROW_SCHEMA = {
    "row_id": pl.Int64, "debtor_id": pl.Int64, "obligation_id": pl.Int64, "channel": pl.String, "purpose": pl.String,
    "recipient": pl.String, "at_us": pl.Int64, "zone": pl.String, "zone_2": pl.String, "region": pl.String,
    "balance_minor": pl.Int64, "balance_due_minor": pl.Int64, "balance_stated_minor": pl.Int64,
    "point_is_valid": pl.Boolean, "point_ownership": pl.Int64, "excluded_number": pl.Boolean,
    "visit_authorisation": pl.Boolean, "unreachable_documented": pl.Boolean,
}  # fmt: skip
PERIOD = {"from_us": pl.Int64, "to_us": pl.Int64}
CONSENT_SCHEMA = {"debtor_id": pl.Int64, "channel": pl.String, "purpose": pl.String, **PERIOD}
HOLD_SCHEMA = {"debtor_id": pl.Int64, "obligation_id": pl.Int64, "kind": pl.String, "channel": pl.String, **PERIOD}
HOURS_SCHEMA = {"debtor_id": pl.Int64, "hours": pl.String, "has_instrument": pl.Boolean, **PERIOD}
ATTEMPT_SCHEMA = {
    "debtor_id": pl.Int64, "obligation_id": pl.Int64, "channel": pl.String, "at_us": pl.Int64,
    "is_out": pl.Boolean, "is_two_way": pl.Boolean, "counts": pl.Boolean, "is_confirmation": pl.Boolean,
    "is_other_party": pl.Boolean,
}  # fmt: skip


@dataclass
class Contacts:
    """Rows of the five frames, and the same as questions with their facts, in the order of `row_id`."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    consents: list[tuple[Any, ...]] = field(default_factory=list)
    holds: list[tuple[Any, ...]] = field(default_factory=list)
    hours: list[tuple[Any, ...]] = field(default_factory=list)
    attempts: list[tuple[Any, ...]] = field(default_factory=list)
    asked: list[tuple[Question, Facts]] = field(default_factory=list)

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        made = (
            (self.rows, ROW_SCHEMA), (self.consents, CONSENT_SCHEMA), (self.holds, HOLD_SCHEMA),
            (self.hours, HOURS_SCHEMA), (self.attempts, ATTEMPT_SCHEMA),
        )  # fmt: skip
        rows, consents, holds, hours, attempts = (
            pl.DataFrame(data, schema=schema, orient="row") for data, schema in made
        )
        return rows, consents, holds, hours, attempts


def random_contacts(seed: int, count: int, pack: Pack, readings: dict[str, Reading], *, start: datetime) -> Contacts:
    """`count` contacts, one a person, over forty days from `start`."""
    dice = random.Random(seed)
    made = Contacts()
    for number in range(1, count + 1):
        _add(made, number, dice, pack, readings, start)
    return made


def _add(
    made: Contacts, number: int, dice: random.Random, pack: Pack, readings: dict[str, Reading], start: datetime
) -> None:
    # Whole minutes near the edges of windows and days matter most.
    at = start + timedelta(minutes=dice.randrange(40 * 24 * 60), microseconds=dice.choice([0, 0, 1, 999_999]))
    zones = tuple(dice.sample(ZONES, dice.choice([1, 1, 1, 2])))
    region = dice.choice(["", *sorted(pack.regions), "otra"])
    obligation = dice.choice([0, number])
    purpose = dice.choices(["collection", "reminder", "service", "marketing", "requested"], [6, 2, 1, 1, 1])[0]
    recipient = dice.choices(["debtor", "co_debtor", "guarantor", "reference", "third_party"], [9, 1, 1, 1, 1])[0]
    question = Question(at, dice.choice(CHANNELS), purpose, recipient, zones, region, "out", str(obligation or ""))
    facts = Facts(
        tuple(_consents(made, number, dice, at)),
        tuple(_holds(made, number, dice, at)),
        tuple(_history(made, number, dice, at)),
        _own_hours(made, number, dice, at),
        dice.choice([None, True, False, False]),
        frozenset(name for name in ("visit_authorisation", "unreachable_documented") if dice.random() < 0.2),
        dice.choice([None, True, True, False]) if dice.random() < 0.3 else None,
        dice.choice([None, 100, 60, 20, 19]),
        *_balances(dice),
        readings,
    )
    made.asked.append((question, facts))
    second = zones[1] if len(zones) > 1 else ""
    made.rows.append(
        (
            number, number, obligation, question.channel, purpose, recipient, microseconds(at), zones[0], second, region,
            facts.balance_minor, facts.balance_due_minor, facts.balance_stated_minor, facts.point_is_valid,
            facts.point_ownership, facts.excluded_number,
            "visit_authorisation" in facts.evidence, "unreachable_documented" in facts.evidence,
        )
    )  # fmt: skip


def _balances(dice: random.Random) -> tuple[int | None, int | None, int | None]:
    if dice.random() < 0.6:
        return None, None, None
    whole, due = dice.choice([None, 0, 500]), dice.choice([None, 0, 200])
    return whole, due, dice.choice([None, due, 200])


def _consents(made: Contacts, number: int, dice: random.Random, at: datetime) -> list[Consent]:
    found = []
    for channel in dice.sample(CHANNELS, dice.choice([3, 5, 7, 7])):
        granted = at - timedelta(days=dice.choice([100, 100, 100, 0, -1]))
        revoked = dice.choice([None, None, None, None, granted + timedelta(days=dice.choice([0, 50, 100, 200]))])
        purpose = dice.choice(["", "collection", "collection", "marketing"])
        found.append(Consent(channel, granted, revoked, purpose))
        until = microseconds(revoked) if revoked else FOREVER
        made.consents.append((number, channel, purpose, microseconds(granted), until))
    return found


def _holds(made: Contacts, number: int, dice: random.Random, at: datetime) -> list[Hold]:
    found = []
    for _ in range(dice.choice([0, 0, 0, 0, 1, 2])):
        starts = at - timedelta(hours=dice.choice([0, 1, 500, -1]))
        ends = dice.choice([None, starts, at, at + timedelta(hours=1), starts + timedelta(days=30)])
        ends = None if ends is None or ends < starts else ends
        kind, channel = dice.choice(HOLDS), dice.choice(["", "", "", *CHANNELS])
        found.append(Hold(kind, starts, ends, channel))
        made.holds.append((number, 0, kind, channel, microseconds(starts), microseconds(ends) if ends else FOREVER))
    return found


def _history(made: Contacts, number: int, dice: random.Random, at: datetime) -> list[PastContact]:
    found = []
    for _ in range(dice.choice([0, 0, 1, 2, 3, 9])):
        minutes = dice.choice(
            [dice.randrange(24 * 60), dice.randrange(12 * 24 * 60), 7 * 24 * 60 + dice.randrange(-60, 60)]
        )
        then, two_way = at - timedelta(minutes=minutes), dice.random() < 0.3
        contact = PastContact(
            then, dice.choice(CHANNELS), dice.choice(["out", "out", "out", "in"]), two_way, False, dice.random() < 0.9,
            str(dice.choice(["", number, number + 1])), dice.choice([*["collection"] * 6, "service", "requested"]),
            dice.random() < 0.2,
        )  # fmt: skip
        found.append(contact)
        debt, is_exempt = int(contact.obligation or 0), contact.purpose in EXEMPT_PURPOSES
        made.attempts.append(
            (
                number, debt, contact.channel, microseconds(then), contact.direction == "out", two_way,
                contact.counts and not is_exempt, contact.counts and contact.purpose == "service", contact.is_other_party,
            )
        )  # fmt: skip
    return found


def _own_hours(made: Contacts, number: int, dice: random.Random, at: datetime) -> OwnHours | None:
    if dice.random() < 0.8:
        return None
    text, has_instrument = dice.choice(HOURS), dice.random() < 0.5
    given = at - timedelta(days=dice.choice([0, 30, -1]))
    revoked = dice.choice([None, None, at if at >= given else None])
    made.hours.append(
        (number, text, has_instrument, microseconds(given), microseconds(revoked) if revoked else FOREVER)
    )
    return OwnHours(parse_windows(json.loads(text)), given, revoked, has_instrument)


SPRING = datetime(2026, 3, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 10, tzinfo=UTC)
