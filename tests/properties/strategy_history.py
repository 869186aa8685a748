"""The plain Python reading of the facts that look back: past delays, what was told, answers, promises, proportions."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from acuerdo.strategy.engine.snapshot import EPOCH_DAY
from acuerdo.strategy.rules.facts import NEVER

ON = date(2026, 7, 15)  # a Wednesday
DAY = ON.toordinal() - EPOCH_DAY
DAWN = datetime(2026, 7, 15, 10, 0, tzinfo=UTC)  # 5:00 in Bogotá and Lima
US = 1_000_000
Rows = dict[str, list[dict[str, Any]]]


def plain_history(tables: Rows, obligation_id: int, debtor_id: int) -> dict[str, Any]:
    """The facts of one obligation that need the tables of the past."""
    account = next(row for row in tables["accounts"] if row["obligation_id"] == obligation_id)
    person = next(row for row in tables["debtors"] if row["debtor_id"] == debtor_id)
    facts: dict[str, Any] = {"weekday": "wed", "month_day": 15}
    facts |= _episodes([row for row in tables["episodes"] if row["obligation_id"] == obligation_id], account)
    facts |= _told([row for row in tables["holds"] if row["debtor_id"] == debtor_id])
    facts |= _contacts([row for row in tables["attempts"] if row["debtor_id"] == debtor_id], person["timezone"])
    facts |= _money(account)
    facts |= _promises([row for row in tables["promises"] if row["obligation_id"] == obligation_id])
    return facts


def _episodes(rows: list[dict[str, Any]], account: dict[str, Any]) -> dict[str, Any]:
    seen, is_open = [], False
    for row in rows:
        is_over = row["ended_day"] is not None and row["ended_day"] <= DAY
        if row["began_day"] <= DAY and (row["ended_day"] if is_over else DAY) >= DAY - 365:
            is_open |= not is_over
            seen.append(((row["ended_day"] if is_over else DAY) - row["began_day"], is_over, row))
    late = account["days_past_due"]
    return {
        "max_days_past_due_12m": max([late, *(worst for worst, _, _ in seen)]),
        "times_late_12m": len(seen) + (late > 0 and not is_open),
        "times_cured_alone_12m": sum(is_over and row["contacts"] == 0 for _, is_over, row in seen),
        "paid_after_reminder": any(is_over and row["reminded"] for _, is_over, row in seen),
    }


def _told(rows: list[dict[str, Any]]) -> dict[str, Any]:
    now = int(DAWN.timestamp()) * US
    standing = {row["kind"] for row in rows if row["from_us"] <= now < row["to_us"]}
    since = {row["kind"]: DAY - row["from_us"] // US // 86_400 for row in rows if row["from_us"] <= now}
    return {
        "dispute": "dispute" in standing,
        "vulnerable": "vulnerable" in standing,
        "days_since_hardship": since.get("hardship", NEVER),
        "days_since_dispute": since.get("dispute", NEVER),
    }


def _contacts(rows: list[dict[str, Any]], zone: str) -> dict[str, Any]:
    out = [row for row in rows if row["is_out"] and row["counts"]]
    ago = {
        row["attempt_id"]: (ON - datetime.fromtimestamp(row["at_us"] / US, ZoneInfo(zone)).date()).days for row in out
    }
    talks = [row for row in out if row["is_two_way"]]
    last_talk = max((row["at_us"] for row in talks), default=-1)
    told = [row for row in rows if row["disposition"]]
    contacts = [row for row in out if ago[row["attempt_id"]] < 30]
    answered = sum(row["is_two_way"] for row in contacts)
    grade = "unknown"
    if answered:
        grade = "good" if answered * 100 >= 20 * len(contacts) else "low"
    elif len(contacts) >= 3:
        grade = "none"
    return {
        "last_answer_days": min((ago[row["attempt_id"]] for row in talks), default=NEVER),
        "unanswered_in_row": sum(row["at_us"] > last_talk for row in out),
        "last_answer": max(told, key=lambda row: (row["at_us"], row["attempt_id"]))["disposition"] if told else "",
        "calls_7_days": sum(row["channel"] == "call" and ago[row["attempt_id"]] < 7 for row in out),
        "contactability": grade,
    }


def _money(account: dict[str, Any]) -> dict[str, Any]:
    top = 4 * 10**12
    paid, owed = min(account["paid_minor"], top), min(account["balance_minor"], top)
    due = min(account["balance_due_minor"], owed)
    return {
        "paid_percent": paid * 100 // (paid + owed) if paid + owed else 0,
        "overdue_percent": due * 100 // owed if owed else 0,
        "instalments_due": due // account["next_due_minor"],
        "late_interest": account["late_interest_minor"],
    }


def _promises(rows: list[dict[str, Any]]) -> dict[str, Any]:
    judged = dict.fromkeys(("kept", "partly_kept", "broken"), 0)
    for row in rows:
        if row["state"] in judged and DAY - row["decided_day"] <= 180:
            judged[row["state"]] += 1
    total = sum(judged.values())
    word = "none" if not total else "keeps" if judged["kept"] == total else "partial"
    if judged["broken"] * 2 > total:
        word = "breaks"
    return {"promises_made": len(rows), "partly_kept_promises": judged["partly_kept"], "commitment": word}
