"""The law over a frame: asked once for each distinct situation, answered by the very rules that judge a single contact.

A million candidates share a few thousand situations (country, channel, hour, consent, recent contacts by day and channel,
own hours). Those are collected, judged by `policy.rules`, and joined back, so the frame cannot disagree with the law's one
implementation. The gate is asked again in the transaction that sends.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.verdict import Verdict
from acuerdo.policy.rules import (
    Consent,
    Facts,
    OwnHours,
    Pack,
    PastContact,
    Question,
    Reading,
    judge,
    load_pack,
    pack_codes,
)
from acuerdo.policy.rules.pack_format import parse_windows
from acuerdo.strategy.engine.facts import DIGIT, RECENT
from acuerdo.strategy.engine.frames import Engine, Frame
from acuerdo.strategy.engine.moment import Moment
from acuerdo.strategy.engine.snapshot import EPOCH_DAY, Snapshot
from acuerdo.strategy.rules.facts import CHANNELS

SITUATION = [
    "law", "law_region", "timezone", "channel", "purpose", "minute", "may_channel", "own_hours", "own_instrument",
    *(f"tries_{channel}" for channel in CHANNELS), *(f"talks_{channel}" for channel in CHANNELS),
]  # fmt: skip
ANSWER = {"planned_us": pl.Int64, "refused": pl.String, "refused_by": pl.String, "planned_hour": pl.Int64}
# The kinds of rules, told in the words of the worklist; the first that speaks is the one told.
_TOLD = {
    "hold": "hold-other", "gap": "week-full", "channel_lock": "channel-locked", "consent": "no-consent", "hours": "day-closed",
    "own_hours": "hours-closed", "balance": "paid",
}  # fmt: skip
_ORDER = ("cap", "gap", "hours", "own_hours", "channel_lock", "consent")


@dataclass(frozen=True, slots=True)
class Law:
    """A country's pack with one creditor's readings of it; None where no pack is loaded for the country."""

    pack: Pack | None
    readings: Mapping[str, Reading]


def laws_of(engine: Engine, snapshot: Snapshot, moment: Moment) -> tuple[dict[int, Law], Frame]:
    """The different laws in the portfolio, and a frame that gives each creditor its `law` and whether regions matter there."""
    creditors = engine.collect(engine.scan(snapshot.path("creditors"))).sort("creditor_id")
    readings = engine.collect(engine.scan(snapshot.path("readings"))).sort("approved_day", "reading_id")
    laws: dict[int, Law] = {}
    known: dict[tuple[str, tuple[tuple[str, Reading], ...]], int] = {}
    rows = []
    for creditor in creditors.iter_rows(named=True):
        code = creditor["country"].lower()
        chosen = _readings(readings.filter(pl.col("creditor_id") == creditor["creditor_id"]), code, moment)
        key = (code, tuple(sorted(chosen.items(), key=lambda item: item[0])))
        if key not in known:
            known[key] = len(known)
            laws[known[key]] = Law(_pack(code), chosen)
        pack = laws[known[key]].pack
        rows.append((creditor["creditor_id"], known[key], bool(pack and pack.regions)))
    schema = {"creditor_id": pl.Int64, "law": pl.Int64, "is_regional": pl.Boolean}
    return laws, engine.lend(pl.DataFrame(rows, schema=schema, orient="row"), "laws")


def _readings(rows: pl.DataFrame, code: str, moment: Moment) -> dict[str, Reading]:
    """The latest approval of each setting, from the day after it was given."""
    found = {}
    for row in rows.filter((pl.col("pack") == code) & (pl.col("approved_day") < moment.day)).iter_rows(named=True):
        on = date.fromordinal(row["approved_day"] + EPOCH_DAY)
        found[row["name"]] = Reading(row["value"], row["approved_by"], on)
    return found


def ask_gate(engine: Engine, candidates: Frame, laws: Mapping[int, Law], moment: Moment) -> Frame:
    """Each candidate with `planned_us` (0: not today), `refused` (a reason's code, empty if allowed) and `refused_by` (rule)."""
    situations = engine.collect(candidates.select(SITUATION).unique())
    answers = []
    for situation in situations.iter_rows(named=True):
        planned_us, *refusal = _answer(situation, laws[situation["law"]], moment)
        answers.append((planned_us, *refusal, _hour(planned_us, situation["timezone"])))
    judged = situations.hstack(pl.DataFrame(answers, schema=ANSWER, orient="row"))
    return candidates.join(engine.lend(judged, "situations"), on=SITUATION, how="inner")


def _answer(situation: Mapping[str, Any], law: Law, moment: Moment) -> tuple[int, str, str]:
    if law.pack is None:
        return 0, "no-rules", ""
    try:
        return _judged(situation, law.pack, law.readings, moment)
    except Refusal as error:  # what cannot be judged is not permitted
        return 0, "law", f"common.refused.{error.code}"


def _judged(
    situation: Mapping[str, Any], pack: Pack, readings: Mapping[str, Reading], moment: Moment
) -> tuple[int, str, str]:
    zone = ZoneInfo(situation["timezone"])
    facts = _facts(situation, readings, pack, moment, zone)
    midnight = datetime(moment.on.year, moment.on.month, moment.on.day, tzinfo=zone)
    preferred = midnight + timedelta(minutes=situation["minute"])
    asked = max(preferred.astimezone(UTC), moment.now.astimezone(UTC))
    verdict = judge(pack, _question(situation, pack, asked), facts)
    if verdict.is_allowed:
        return _us(asked), "", ""
    # The preferred hour may lie past the day's last permitted one: then the first from now on.
    for answer in (verdict, judge(pack, _question(situation, pack, moment.now), facts)):
        at = moment.now if answer.is_allowed else answer.next_allowed_at
        if at is not None and at.astimezone(zone).date() == moment.on:
            return _us(at), "", ""
    return 0, *_told(pack, verdict)


def _hour(planned_us: int, zone: str) -> int:
    """The local hour of a planned moment."""
    return datetime.fromtimestamp(planned_us / 1_000_000, ZoneInfo(zone)).hour


def _us(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000


@lru_cache(maxsize=64)
def _pack(code: str) -> Pack | None:
    return load_pack(code) if code in pack_codes() else None


def _question(situation: Mapping[str, Any], pack: Pack, at: datetime) -> Question:
    return Question(
        at=at,
        channel=situation["channel"],
        purpose=situation["purpose"],
        zones=(situation["timezone"],),
        region=situation["law_region"] if situation["law_region"] in pack.regions else "",
    )


def _facts(
    situation: Mapping[str, Any], readings: Mapping[str, Reading], pack: Pack, moment: Moment, zone: ZoneInfo
) -> Facts:
    consents = (Consent(situation["channel"], datetime(1970, 1, 1, tzinfo=UTC)),) if situation["may_channel"] else ()
    return Facts(
        consents=consents,
        history=tuple(_history(situation, moment, zone)),
        own_hours=_own_hours(situation["own_hours"], has_instrument=situation["own_instrument"]),
        balance_minor=1,
        settings={name: reading for name, reading in readings.items() if name in pack.settings},
    )


def _history(situation: Mapping[str, Any], moment: Moment, zone: ZoneInfo) -> Iterator[PastContact]:
    """The recent contacts as their digits tell them, each at the start of its local day."""
    midnight = datetime(moment.on.year, moment.on.month, moment.on.day, tzinfo=zone)
    for channel in CHANNELS:
        tries, talks = situation[f"tries_{channel}"], situation[f"talks_{channel}"]
        for ago in range(RECENT):
            # A plan made in the first instant of the day still knows that day's contacts.
            at = min(midnight - timedelta(days=ago), moment.now)
            tried, talked = tries // DIGIT**ago % DIGIT, talks // DIGIT**ago % DIGIT
            for index in range(tried):
                yield PastContact(at, channel, answered=index < talked, right_party=index < talked)


@lru_cache(maxsize=4096)
def _own_hours(hours: str, *, has_instrument: bool) -> OwnHours | None:
    if not hours:
        return None
    return OwnHours(parse_windows(json.loads(hours)), datetime(1970, 1, 1, tzinfo=UTC), None, has_instrument)


def _told(pack: Pack, verdict: Verdict) -> tuple[str, str]:
    """The refusal's code in the worklist's words, and the id of the rule behind it."""
    kinds = {rule.id: rule for rule in pack.rules}
    denials = [rule for rule in verdict.rules if rule.verdict == "deny"]
    ranked = sorted(denials, key=lambda rule: _rank(kinds[rule.id].kind if rule.id in kinds else ""))
    first = ranked[0]
    rule = kinds.get(first.id)
    if rule is None:
        return "law", first.id
    if rule.kind == "cap":
        return ("contacted-today" if rule.per == "day" else "week-full"), first.id
    return _TOLD.get(rule.kind, "law"), first.id


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else -1
