"""Random portfolios as snapshots (no database), and the plain Python reading of what the engine must answer row by row."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from acuerdo.ledger.snapshot import BOOK_EXTRACTS
from acuerdo.strategy.engine.snapshot import FORMAT, MANIFEST, Snapshot, read_snapshot
from acuerdo.strategy.rules.dice import draw
from acuerdo.strategy.rules.document import Step, StrategyDocument
from acuerdo.strategy.rules.expressions import evaluate
from acuerdo.strategy.rules.facts import NEVER
from acuerdo.strategy.rules.reasons import HOLD_KINDS
from tests.properties.strategy_history import DAWN, DAY, ON, US, Rows, plain_history

__all__ = ["DAWN", "DAY", "ON", "US", "Rows", "World", "make_world", "plain_facts", "plain_place"]

FOREVER = 9_000_000_000_000_000
CHANNELS = ("sms", "email", "whatsapp", "voice", "call", "visit", "letter")

_TEXTS: dict[str, Any] = {
    "currency": str, "late_terms": str, "bucket": str, **dict.fromkeys(("is_core", "is_written_off", "accelerated", "is_pause"), bool),
}  # fmt: skip
TYPES: dict[str, dict[str, Any]] = {
    "accounts": {
        "obligation_id": int, "currency": str, "is_written_off": bool, "paid_minor": int, "last_payment_day": int,
        "last_payment_minor": int, "disbursed_day": int,
    },
    **{extract.name: {name: _TEXTS.get(name, int) for name in extract.columns} for extract in BOOK_EXTRACTS},
    "rate_caps": {"cap": str, "from_day": int, "to_day": int, "annual": str},
    "bucket_sets": {"from_day": int, "buckets": str},
    "creditors": {"creditor_id": int, "creditor": str, "country": str, "creditor_timezone": str},
    "obligations": {"obligation_id": int, "debtor_id": int, "creditor_id": int, "kind": str, "product": str},
    "debtors": {"debtor_id": int, "company": bool, "timezone": str, "region": str, "dice": int},
    "contact_points": {"contact_point_id": int, "debtor_id": int, "kind": str, "is_mobile": bool},
    "placements": {"obligation_id": int, "agency_id": int, "placed_agent_id": int},
    "readings": {
        "reading_id": int, "creditor_id": int, "pack": str, "name": str, "value": str, "approved_by": str, "approved_day": int,
    },
    "consents": {"consent_id": int, "debtor_id": int, "channel": str, "purpose": str, "from_us": int, "to_us": int},
    "holds": {
        "hold_id": int, "debtor_id": int, "obligation_id": int, "kind": str, "channel": str, "from_us": int, "to_us": int,
    },
    "preferences": {"debtor_id": int, "hours": str, "has_instrument": bool, "from_us": int, "to_us": int},
    "attempts": {
        "attempt_id": int, "debtor_id": int, "obligation_id": int, "channel": str, "at_us": int, "is_out": bool, "is_two_way": bool,
        "counts": bool, "is_confirmation": bool, "disposition": str,
    },
    "shared_attempts": {
        "shared_id": int, "debtor_id": int, "obligation_id": int, "channel": str, "at_us": int, "is_two_way": bool, "counts": bool,
        "is_confirmation": bool,
    },
    "episodes": {
        "episode_id": int, "obligation_id": int, "began_day": int, "ended_day": int, "contacts": int, "reminded": bool,
    },
    "promises": {
        "promise_id": int, "debtor_id": int, "obligation_id": int, "state": str, "amount_minor": int, "currency": str, "made_day": int,
        "due_day": int, "ends_day": int, "decided_day": int,
    },
    "cases": {"debtor_id": int, "case_kind": str, "case_reason": str, "case_day": int},
    "plans": {"obligation_id": int, "standing": str, "due_day": int},
    "capacities": {"debtor_id": int, "currency": str, "monthly_minor": int, "declared_day": int},
    "agents": {"agent_id": int, "agency_id": int, "creditor_id": int},
    "excluded_points": {"contact_point_id": int, "country": str, "effective_day": int},
    "registries": {"country": str, "loaded_us": int},
    "shifts": {"agent_id": int, "weekday": int, "since_day": int, "until_day": int, "minutes": int},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    tables: Rows

    def write(self, folder: Path, on: date = ON) -> Snapshot:
        """The world as a snapshot folder."""
        parts = {}
        for name, types in TYPES.items():
            rows = (
                [_book(row) for row in self.tables.get("accounts", [])]
                if name == "books"
                else self.tables.get(name, [])
            )
            frame = pl.DataFrame(
                [[row[column] for column in types] for row in rows], schema=list(types.items()), orient="row"
            )
            frame.write_parquet(folder / f"{name}.1.parquet")
            parts[name] = {"file": f"{name}.1.parquet", "rows": len(rows), "columns": ""}
        told = {
            "format": FORMAT,
            "on": on.isoformat(),
            "taken_at": DAWN.isoformat(),
            "identity": "x",
            "horizon": 1,
            "parts": parts,
        }
        (folder / MANIFEST).write_text(json.dumps(told), "utf-8")
        return read_snapshot(folder)


def _book(account: dict[str, Any]) -> dict[str, Any]:
    """An account never replayed: what was last written of it stands (the frames over real books have tests of their own)."""
    nothing = dict.fromkeys(TYPES["books"], 0) | {"state_day": None, "core_day": None, "core_due_day": None}
    return {**nothing, **account, "is_core": False, "late_terms": "{}"}


def make_world(seed: int, people: int = 60) -> World:
    """People of two countries with up to three debts, every kind of fact present somewhere."""
    random = Random(seed)
    tables: Rows = {name: [] for name in TYPES}
    tables["creditors"] = [
        {"creditor_id": 1, "creditor": "Uno", "country": "CO", "creditor_timezone": "America/Bogota"},
        {"creditor_id": 2, "creditor": "Dos", "country": "PE", "creditor_timezone": "America/Lima"},
        {"creditor_id": 3, "creditor": "Tres", "country": "XX", "creditor_timezone": "America/Bogota"},
    ]
    tables["agents"] = [
        {"agent_id": 1, "agency_id": 0, "creditor_id": 0},
        {"agent_id": 2, "agency_id": 0, "creditor_id": 2},
        {"agent_id": 3, "agency_id": 9, "creditor_id": 0},
    ]
    for debtor_id in range(1, people + 1):
        _add_person(tables, random, debtor_id)
    return World(tables)


def _add_person(tables: Rows, random: Random, debtor_id: int) -> None:
    if debtor_id % 5 == 0:
        own = Random(debtor_id)  # of its own dice, so that the rest of the world stays as it was
        kind, reason = own.choice([("complaint", "none"), ("dispute", "pago"), ("hardship", "pausa")])
        row = {"debtor_id": debtor_id, "case_kind": kind, "case_reason": reason}
        tables["cases"].append({**row, "case_day": DAY - own.choice([0, 9, 200])})
    zone = random.choice(["America/Bogota", "America/Lima", "America/Santiago"])
    person = {
        "debtor_id": debtor_id,
        "company": random.random() < 0.1,
        "timezone": zone,
        "region": "",
        "dice": random.randrange(2**32),
    }
    tables["debtors"].append(person)
    for kind in ("email", "phone", "address"):
        if random.random() < 0.7:
            point = {"contact_point_id": len(tables["contact_points"]) + 1, "debtor_id": debtor_id, "kind": kind}
            tables["contact_points"].append({**point, "is_mobile": kind == "phone" and random.random() < 0.8})
    for channel in CHANNELS:
        if random.random() < 0.7:
            to_us = _us(DAWN) - 5 * US if random.random() < 0.1 else FOREVER
            consent = {
                "consent_id": len(tables["consents"]) + 1,
                "debtor_id": debtor_id,
                "channel": channel,
                "from_us": US,
                "to_us": to_us,
            }
            tables["consents"].append(
                {**consent, "purpose": random.choice(["collection", "collection", "reminder", "marketing", ""])}
            )
    for _ in range(random.choice([0, 0, 1, 2, 4])):
        _add_attempt(tables, random, debtor_id)
    if random.random() < 0.06:
        hours = json.dumps({"mon-fri": [random.choice(["18:00-20:00", "07:30-08:30", "12:00-13:00"])]})
        tables["preferences"].append(
            {
                "debtor_id": debtor_id,
                "hours": hours,
                "has_instrument": random.random() < 0.5,
                "from_us": US,
                "to_us": FOREVER,
            }
        )
    debts = [_add_debt(tables, random, debtor_id) for _ in range(random.choice([1, 1, 2, 3]))]
    if random.random() < 0.15:
        _add_hold(tables, random, debtor_id, random.choice([0, debts[0]]))


def _us(at: datetime) -> int:
    return int(at.timestamp()) * US


def _add_attempt(tables: Rows, random: Random, debtor_id: int) -> None:
    at = DAWN - timedelta(days=random.choice([0, 0, 1, 2, 3, 6, 7, 8, 20, 34]), minutes=random.randrange(1, 1400))
    row = {
        "attempt_id": len(tables["attempts"]) + 1,
        "obligation_id": 0,
        "is_confirmation": False,
        "debtor_id": debtor_id,
        "channel": random.choice(CHANNELS[:5]),
        "at_us": _us(at),
    }
    told = {"is_out": random.random() < 0.85, "is_two_way": random.random() < 0.3, "counts": random.random() < 0.9}
    told["disposition"] = random.choice(["", "CD-PTP", "CD-DIF", "NC-NOC"])
    tables["attempts"].append({**row, **told})


def _add_hold(tables: Rows, random: Random, debtor_id: int, obligation_id: int) -> None:
    row = {"hold_id": len(tables["holds"]) + 1, "debtor_id": debtor_id, "obligation_id": obligation_id}
    kind = random.choice([*HOLD_KINDS, "hardship"])
    to_us = _us(DAWN) - US if random.random() < 0.2 else FOREVER
    tables["holds"].append(
        {**row, "kind": kind, "channel": random.choice(["", "", "sms", "call"]), "from_us": US, "to_us": to_us}
    )


def _add_debt(tables: Rows, random: Random, debtor_id: int) -> int:
    obligation_id = len(tables["obligations"]) + 1
    creditor_id = random.choices([1, 2, 3], [6, 3, 1])[0]
    kind = random.choice(["loan", "card", "invoice"])
    tables["obligations"].append(
        {
            "obligation_id": obligation_id,
            "debtor_id": debtor_id,
            "creditor_id": creditor_id,
            "kind": kind,
            "product": "Consumo",
        }
    )
    days = random.choice([0, 0, 0, 1, 2, 3, 4, 8, 9, 15, 23, 31, 45, 61, 75, 120, 190, 400])
    balance = random.choice([0, 5_000_00, 900_000_00, 30_000_000_00, 4_000_000_000_00])
    due = min(balance, random.choice([1, 150_000_00, 2_000_000_00])) if days or random.random() < 0.1 else 0
    ahead = random.choice([None, -3, 0, 1, 2, 4, 5, 6, 10, 15, 16, 40])
    paid = random.choice([None, DAY - 1, DAY - 90])
    tables["accounts"].append(
        {
            "obligation_id": obligation_id, "currency": {1: "COP", 2: "PEN", 3: "USD"}[creditor_id],
            "is_written_off": random.random() < 0.04,
            "balance_minor": balance, "balance_due_minor": due, "days_past_due": days,
            "late_interest_minor": due // 50, "paid_minor": random.choice([0, 0, 120_000_00, balance]), "bucket": "1-30",
            "next_due_day": None if ahead is None else DAY + ahead, "next_due_minor": 120_000_00, "last_payment_day": paid,
            "last_payment_minor": 0 if paid is None else 100, "disbursed_day": DAY - 300,
        }
    )  # fmt: skip
    for _ in range(random.choice([0, 0, 1, 2])):
        _add_episode(tables, random, obligation_id)
    if random.random() < 0.2:
        agency = random.choice([0, 9])
        agent = random.choice([0, 0, 3 if agency else 1])
        tables["placements"].append({"obligation_id": obligation_id, "agency_id": agency, "placed_agent_id": agent})
    if random.random() < 0.25:
        _add_promises(tables, random, debtor_id, obligation_id)
    if obligation_id % 6 == 0:
        # Of its own dice, so that the rest of the world stays as it was.
        own = Random(obligation_id)
        row = {"obligation_id": obligation_id, "standing": own.choice(["kept", "late", "at_risk", "paused"])}
        tables["plans"].append({**row, "due_day": own.choice([None, DAY - 9, DAY, DAY + 1, DAY + 20])})
    if obligation_id % 5 == 0 and all(row["debtor_id"] != debtor_id for row in tables["capacities"]):
        own = Random(-obligation_id)
        minor, ago = own.choice([1, 60_000_00, 119_999_99, 120_000_00, 10**12]), own.choice([-1, 0, 30, 180, 181])
        currency = {1: "COP", 2: "PEN", 3: "USD"}[creditor_id]
        row = {"debtor_id": debtor_id, "currency": currency, "monthly_minor": minor, "declared_day": DAY - ago}
        tables["capacities"].append(row)
    return obligation_id


def _add_episode(tables: Rows, random: Random, obligation_id: int) -> None:
    began = DAY - random.choice([1, 20, 100, 364, 400])
    ended = random.choice([None, began + 1, min(began + 50, DAY + 3)])
    row = {
        "episode_id": len(tables["episodes"]) + 1,
        "obligation_id": obligation_id,
        "began_day": began,
        "ended_day": ended,
    }
    tables["episodes"].append({**row, "contacts": random.choice([0, 0, 3]), "reminded": random.random() < 0.5})


def _add_promises(tables: Rows, random: Random, debtor_id: int, obligation_id: int) -> None:
    states = random.choice(
        [
            ["open"],
            ["verifying"],
            ["broken"],
            ["kept", "broken"],
            ["broken", "open"],
            ["cancelled"],
            ["partly_kept", "kept"],
        ]
    )
    for state in states:
        is_open = state in ("open", "verifying")
        row = {
            "promise_id": len(tables["promises"]) + 1,
            "debtor_id": debtor_id,
            "obligation_id": obligation_id,
            "state": state,
        }
        due_day = DAY + random.choice([-2, 0, 1, 5]) if is_open else DAY - 12
        decided = None if is_open else DAY - random.choice([0, 2, 9, 200])
        tables["promises"].append(
            {**row, "amount_minor": 50_000_00, "currency": "COP", "made_day": DAY - 15, "due_day": due_day,
             "ends_day": due_day + 2, "decided_day": decided}
        )  # fmt: skip


# --- the plain reading


def plain_place(facts: dict[str, Any], document: StrategyDocument) -> tuple[str, str, str, int]:
    """(blocker, segment, step, days since the step fell) of one obligation, as the document says in words."""
    segment = next((one for one in document.segments if evaluate(one.condition, facts)), None)
    fallen = [step for step in document.steps if segment is not None and _falls(step, segment.code, facts, document)]
    open_steps = [step for step in fallen if not _is_done(step, facts)]
    step = open_steps[0] if open_steps else None
    blocker = _blocker(facts, document, segment.code if segment else "", fallen=bool(fallen), is_open=step is not None)
    return blocker, segment.code if segment else "", step.code if step else "", _age(step, facts) if step else 0


def _is_done(step: Step, facts: dict[str, Any]) -> bool:
    age = _age(step, facts)
    if step.day is None or step.relative_to == "contact" or facts["last_contact_days"] > age:
        return False
    if step.retry is None:
        return True
    is_silent = facts["last_answer_days"] > age and facts["last_contact_days"] >= step.retry.after_days
    return not (is_silent and facts["unanswered_in_row"] <= step.retry.times)


def _place_on(step: Step, facts: dict[str, Any]) -> int:
    return {"promise": -facts["promise_due_in"], "contact": facts["last_contact_days"], "due": facts["day"]}[
        step.relative_to
    ]


def _age(step: Step, facts: dict[str, Any]) -> int:
    if step.day is None:
        return 0
    gone = max(_place_on(step, facts) - step.day, 0)
    return gone % step.repeat_days if step.repeat_days else gone


def _falls(step: Step, segment: str, facts: dict[str, Any], document: StrategyDocument) -> bool:
    if segment not in document.treated(step) or not evaluate(step.condition, facts):
        return False
    if evaluate(step.stop_condition, facts) or facts["last_contact_days"] < step.wait_days:
        return False
    if step.day is None:
        return True
    place = _place_on(step, facts)
    return place >= step.day and _age(step, facts) < step.open_days and (step.until is None or place <= step.until)


def _blocker(facts: dict[str, Any], document: StrategyDocument, segment: str, *, fallen: bool, is_open: bool) -> str:
    scope, alone = document.scope, {one.code: one.leave_alone for one in document.segments}
    out = (scope.countries and facts["country"] not in scope.countries) or (
        scope.creditors and facts["creditor"] not in scope.creditors
    )
    chain = (
        (out, "out-of-scope"),
        (facts["balance"] <= 0, "paid"),
        (facts["hold_kind"] in HOLD_KINDS, f"hold-{facts['hold_kind']}"),
        (facts["hold_kind"] != "", "hold-other"),
        (facts["stage"] == "none" and not facts["open_promise"], "not-due-yet"),
        (alone.get(segment), alone.get(segment)),
        (not segment, "no-segment"),
        (draw(facts["dice"], document.code) < int(document.control_percent * 100), "control-group"),
        (not is_open and not fallen, "no-step-today"),
        (not is_open, "step-done"),
    )
    return next((str(code) for holds, code in chain if holds), "")


def plain_facts(world: World, obligation_id: int, document: StrategyDocument) -> dict[str, Any]:
    """The facts that the strategies of these tests ask about, by hand."""
    tables = world.tables
    debt = next(row for row in tables["obligations"] if row["obligation_id"] == obligation_id)
    account = next(row for row in tables["accounts"] if row["obligation_id"] == obligation_id)
    person = next(row for row in tables["debtors"] if row["debtor_id"] == debt["debtor_id"])
    creditor = next(row for row in tables["creditors"] if row["creditor_id"] == debt["creditor_id"])
    facts: dict[str, Any] = {
        "company": person["company"],
        "dice": person["dice"],
        **creditor,
        "currency": account["currency"],
    }
    ahead = None if account["next_due_day"] is None else account["next_due_day"] - DAY
    facts["days_to_due"] = ahead if ahead is not None and ahead >= 0 else NEVER
    facts["balance"], facts["balance_due"], facts["days_past_due"] = (
        account["balance_minor"],
        account["balance_due_minor"],
        account["days_past_due"],
    )
    is_late = account["days_past_due"] > 0 or account["balance_due_minor"] > 0
    facts["day"] = account["days_past_due"] if is_late else -facts["days_to_due"]
    facts["stage"] = _stage(facts["day"], document) if not account["is_written_off"] else "written_off"
    same = [
        row["obligation_id"]
        for row in tables["obligations"]
        if (row["debtor_id"], row["creditor_id"]) == (debt["debtor_id"], debt["creditor_id"])
    ]
    facts["exposure"] = sum(
        row["balance_minor"]
        for row in tables["accounts"]
        if row["obligation_id"] in same and row["currency"] == account["currency"]
    )
    facts["affordability"] = _plain_affordability(tables, debt["debtor_id"], account["currency"])
    facts |= _plain_promises([row for row in tables["promises"] if row["obligation_id"] == obligation_id])
    facts |= _plain_case([row for row in tables["cases"] if row["debtor_id"] == debt["debtor_id"]])
    facts |= _plain_plan([row for row in tables["plans"] if row["obligation_id"] == obligation_id])
    facts |= _plain_contacts(
        [row for row in tables["attempts"] if row["debtor_id"] == debt["debtor_id"]], person["timezone"]
    )
    facts |= plain_history(tables, obligation_id, debt["debtor_id"])
    facts["hold_kind"] = _plain_hold(tables["holds"], debt["debtor_id"], obligation_id)
    return facts


def _plain_affordability(tables: Rows, debtor_id: int, currency: str) -> str:
    """The newest capacity of at most 180 days against the next instalments of all that the person owes in the currency."""
    told = [
        row["monthly_minor"] for row in tables["capacities"]
        if (row["debtor_id"], row["currency"]) == (debtor_id, currency) and 0 <= DAY - row["declared_day"] <= 180
    ]  # fmt: skip
    if not told:
        return "unknown"
    mine = {row["obligation_id"] for row in tables["obligations"] if row["debtor_id"] == debtor_id}
    burden = sum(
        row["next_due_minor"] or row["balance_due_minor"]
        for row in tables["accounts"]
        if row["obligation_id"] in mine and row["currency"] == currency
    )
    return "covers" if told[0] >= burden else "tight" if told[0] * 2 >= burden else "short"


def _stage(day: int, document: StrategyDocument) -> str:
    starts = document.stages
    reached = [name for name in ("preventive", "due", "early", "middle", "late") if day >= getattr(starts, name)]
    return reached[-1] if reached else "none"


def _plain_promises(promises: list[dict[str, Any]]) -> dict[str, Any]:
    standing = [row for row in promises if row["state"] in ("open", "verifying")]
    broken = [DAY - row["decided_day"] for row in promises if row["state"] == "broken"]
    return {
        "open_promise": bool(standing),
        "promise_due_in": min(row["due_day"] for row in standing) - DAY if standing else NEVER,
        "days_since_broken": min(broken, default=NEVER),
    }


def _plain_case(cases: list[dict[str, Any]]) -> dict[str, Any]:
    if not cases:
        return {"case_kind": "none", "case_reason": "none", "days_since_case": NEVER}
    row = cases[0]
    return {
        "case_kind": row["case_kind"],
        "case_reason": row["case_reason"],
        "days_since_case": DAY - row["case_day"],
    }


def _plain_plan(plans: list[dict[str, Any]]) -> dict[str, Any]:
    if not plans:
        return {"plan_standing": "none", "plan_due_in": NEVER}
    due_day = plans[0]["due_day"]
    return {"plan_standing": plans[0]["standing"], "plan_due_in": NEVER if due_day is None else due_day - DAY}


def _plain_contacts(attempts: list[dict[str, Any]], zone: str) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    days = []
    for row in attempts:
        if row["is_out"] and row["counts"]:
            local = datetime.fromtimestamp(row["at_us"] / US, ZoneInfo(zone)).date()
            days.append((ON - local).days)
    return {"last_contact_days": min(days, default=NEVER), "contacts_7_days": sum(ago < 7 for ago in days)}


def _plain_hold(holds: list[dict[str, Any]], debtor_id: int, obligation_id: int) -> str:
    now = _us(DAWN)
    kinds = [
        row["kind"]
        for row in holds
        if row["debtor_id"] == debtor_id and row["channel"] == "" and row["obligation_id"] in (0, obligation_id)
        and row["from_us"] <= now < row["to_us"]
    ]  # fmt: skip
    known = [kind for kind in HOLD_KINDS if kind in kinds]
    return known[0] if known else (kinds[0] if kinds else "")
