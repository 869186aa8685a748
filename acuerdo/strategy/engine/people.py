"""Facts of the person: how to reach them, what they authorised, what stops, and how they answer."""

from collections.abc import Collection, Mapping

import narwhals as nw
import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.frames import Frame
from acuerdo.strategy.engine.moment import Moment, any_of, days_since, in_force, ones
from acuerdo.strategy.engine.parts import Part
from acuerdo.strategy.engine.tables import Tables
from acuerdo.strategy.rules.facts import CHANNELS, CONTACTABILITY, NEVER
from acuerdo.strategy.rules.reasons import HOLD_KINDS

OTHER_HOLD = len(HOLD_KINDS)
NO_HOLD = OTHER_HOLD + 1
ANSWERS_WELL_PERCENT, SILENT_CONTACTS = 20, 3
REACH = {
    "email": "has_email", "sms": "has_mobile", "whatsapp": "has_mobile", "voice": "has_phone", "call": "has_phone",
    "letter": "has_address",
}  # fmt: skip
WHERE = {
    "has_email": "email_point",
    "has_mobile": "mobile_point",
    "has_phone": "phone_point",
    "has_address": "address_point",
}
NEEDS: Mapping[str, tuple[str, ...]] = {
    "reachable_channels": (*WHERE, *(f"consent_{channel}" for channel in REACH)),
}
HARDSHIP, DISPUTE, VULNERABLE = "hardship", "dispute", "vulnerable"
NO_POINT = 0


def base(tables: Tables) -> Frame:
    """`debtor_id`, `company`, `timezone`, `region`, `dice` of each person of the pass."""
    return tables.scan("debtors")


def derived(persons: Frame, names: Collection[str]) -> Frame:
    """What follows from several parts."""
    if "reachable_channels" not in names:
        return persons
    reachable: nw.Expr = nw.lit(0)
    for channel, flag in REACH.items():
        both = nw.col(flag) & nw.col(f"consent_{channel}")
        reachable = reachable + nw.when(both).then(nw.lit(1)).otherwise(nw.lit(0))
    return persons.with_columns(reachable_channels=reachable)


# --- where and by what they may be reached


def _reach(tables: Tables, _moment: Moment) -> Frame:
    """Flags, and the first contact point of each kind (0: none)."""
    is_phone = nw.col("kind") == "phone"
    kinds = {
        "has_email": nw.col("kind") == "email",
        "has_mobile": is_phone & nw.col("is_mobile"),
        "has_phone": is_phone,
        "has_address": nw.col("kind") == "address",
    }
    first = {WHERE[flag]: nw.when(kind).then(nw.col("contact_point_id")).min() for flag, kind in kinds.items()}
    flags = {flag: any_of(kind) for flag, kind in kinds.items()}
    return tables.scan("contact_points").group_by("debtor_id").agg(**flags, **first)


def _consents(tables: Tables, moment: Moment) -> Frame:
    """Which channels they authorised for collection."""
    given = tables.scan("consents").filter(in_force(moment) & nw.col("purpose").is_in(["", "collection"]))
    flags = {f"consent_{channel}": any_of(nw.col("channel") == channel) for channel in CHANNELS}
    return given.group_by("debtor_id").agg(**flags)


def _own_hours(tables: Tables, moment: Moment) -> Frame:
    hours = tables.scan("preferences").filter(in_force(moment))
    return hours.select("debtor_id", own_hours_chosen=nw.lit(1))


def _cases(tables: Tables, moment: Moment) -> Frame:
    """What each person last complained of, disputed or said would help."""
    return tables.scan("cases").with_columns(days_since_case=days_since("case_day", moment.day).cast(nw.Int64))


# --- what stops, and what they told


def hold_rank() -> nw.Expr:
    """The place of a hold's kind in the order in which holds are told."""
    rank: nw.Expr = nw.lit(OTHER_HOLD)
    for index, kind in enumerate(HOLD_KINDS):
        rank = nw.when(nw.col("kind") == kind).then(nw.lit(index)).otherwise(rank)
    return rank


def _holds(tables: Tables, moment: Moment) -> Frame:
    """`person_hold`: the first kind that stops the person everywhere; `hold_…`: a stop on one channel; and what they told.

    A stop on one channel for one obligation stops that channel for the person: a contact joins all that they owe.
    """
    stands, kind, channel = in_force(moment), nw.col("kind"), nw.col("channel")
    is_whole = stands & (nw.col("obligation_id") == 0) & (channel == "")
    stops = {f"hold_{name}": any_of(stands & (channel == name)) for name in CHANNELS}
    ago = nw.max_horizontal(moment.day - nw.col("from_us") // 86_400_000_000, nw.lit(0))

    def last(what: str) -> nw.Expr:
        return nw.when(kind == what).then(ago).otherwise(nw.lit(NEVER)).min().cast(nw.Int64)

    holds = tables.scan("holds").filter(nw.col("from_us") <= moment.now_us)
    return holds.group_by("debtor_id").agg(
        person_hold=nw.when(is_whole).then(hold_rank()).otherwise(nw.lit(NO_HOLD)).min().cast(nw.Int64),
        **stops,
        dispute=any_of(stands & (kind == DISPUTE)),
        vulnerable=any_of(stands & (kind == VULNERABLE)),
        days_since_hardship=last(HARDSHIP),
        days_since_dispute=last(DISPUTE),
    )


# --- how they answer


def outbound(tables: Tables, moment: Moment) -> Frame:
    """Contacts that count, with how many local days ago each was; those after `now` do not exist yet for a replay."""
    attempts = tables.scan("attempts")
    attempts = attempts.filter(nw.col("is_out") & nw.col("counts") & (nw.col("at_us") <= moment.now_us))
    offsets = zone_offsets(tables, moment)
    offset: nw.Expr = nw.col("offset_seconds")
    if offsets.get_column("offset_seconds").n_unique() == 1:  # one clock for all: nothing to look up
        offset = nw.lit(int(offsets.item(0, "offset_seconds")))
    else:
        zones = tables.scan("debtors").select("debtor_id", "timezone")
        attempts = attempts.join(zones, on="debtor_id", how="inner")
        attempts = attempts.join(tables.engine.lend(offsets, "zone_offsets"), on="timezone", how="inner")
    local_day = (nw.col("at_us") // 1_000_000 + offset) // 86_400
    return attempts.with_columns(days_ago=nw.max_horizontal(moment.day - local_day, nw.lit(0)))


def zone_offsets(tables: Tables, moment: Moment) -> pl.DataFrame:
    """(timezone, offset_seconds) of the people's zones. Refuses `unknown-timezone`."""
    rows = []
    for zone in tables.zones:
        try:
            rows.append((zone, moment.midnight_offset_seconds(zone)))
        except (KeyError, ValueError, OSError):
            raise Refusal("unknown-timezone", f"«{zone}» no es una zona horaria IANA, como America/Bogota.") from None
    return pl.DataFrame(rows, schema={"timezone": pl.String, "offset_seconds": pl.Int64}, orient="row")


def _contacts(tables: Tables, moment: Moment) -> Frame:
    days, is_call = nw.col("days_ago"), nw.col("channel") == "call"
    written = nw.col("channel").is_in([channel for channel in CHANNELS if channel not in ("call", "visit")])
    found = outbound(tables, moment).group_by("debtor_id").agg(
        contacts_7_days=ones(days < 7),
        contacts_30_days=ones(days < 30),
        answers_30_days=ones((days < 30) & nw.col("is_two_way")),
        calls_7_days=ones((days < 7) & is_call),
        messages_7_days=ones((days < 7) & written),
        last_contact_days=days.min().cast(nw.Int64),
    )  # fmt: skip
    return found.with_columns(contactability=_contactability())


def _contactability() -> nw.Expr:
    contacts, answered = nw.col("contacts_30_days"), nw.col("answers_30_days")
    unknown, none, low, good = CONTACTABILITY
    answers_well = answered * 100 >= contacts * ANSWERS_WELL_PERCENT
    return nw.when(contacts == 0).then(nw.lit(unknown)).otherwise(
        nw.when(answered > 0)
        .then(nw.when(answers_well).then(nw.lit(good)).otherwise(nw.lit(low)))
        .otherwise(nw.when(contacts >= SILENT_CONTACTS).then(nw.lit(none)).otherwise(nw.lit(unknown)))
    )  # fmt: skip


def _last_contact(tables: Tables, moment: Moment) -> Frame:
    latest = _latest(outbound(tables, moment))
    return latest.select(nw.col("debtor_id"), nw.col("channel").alias("last_channel"))


def _last_outcome(tables: Tables, moment: Moment) -> Frame:
    """The code of the latest contact that has one, in or out."""
    attempts = tables.scan("attempts").filter((nw.col("disposition") != "") & (nw.col("at_us") <= moment.now_us))
    return _latest(attempts).select(nw.col("debtor_id"), nw.col("disposition").alias("last_answer"))


def _latest(attempts: Frame) -> Frame:
    attempts = attempts.with_columns(recency=0 - nw.col("at_us"), newest=0 - nw.col("attempt_id"))
    return attempts.unique(subset=["debtor_id"], keep="first", order_by=["recency", "newest"])


def _answers(tables: Tables, moment: Moment) -> Frame:
    contacts = outbound(tables, moment)
    talked = nw.when(nw.col("is_two_way"))
    talks = contacts.group_by("debtor_id").agg(
        last_answer_days=talked.then(nw.col("days_ago")).otherwise(nw.lit(NEVER)).min().cast(nw.Int64),
        last_talk_us=talked.then(nw.col("at_us")).otherwise(nw.lit(-1)).max().cast(nw.Int64),
    )
    since = contacts.join(talks.select("debtor_id", "last_talk_us"), on="debtor_id", how="inner")
    silent = since.group_by("debtor_id").agg(unanswered_in_row=ones(nw.col("at_us") > nw.col("last_talk_us")))
    return talks.drop("last_talk_us").join(silent, on="debtor_id", how="inner")


_KEY = ("debtor_id",)
PARTS = (
    Part(_KEY, {**dict.fromkeys(WHERE, False), **dict.fromkeys(WHERE.values(), NO_POINT)}, _reach),
    Part(_KEY, {f"consent_{channel}": False for channel in CHANNELS}, _consents),
    Part(
        _KEY,
        {"contacts_7_days": 0, "contacts_30_days": 0, "answers_30_days": 0, "calls_7_days": 0, "messages_7_days": 0,
         "last_contact_days": NEVER, "contactability": CONTACTABILITY[0]},
        _contacts,
    ),
    Part(_KEY, {"last_channel": ""}, _last_contact),
    Part(
        _KEY,
        {"person_hold": NO_HOLD, **{f"hold_{channel}": False for channel in CHANNELS}, "dispute": False, "vulnerable": False,
         "days_since_hardship": NEVER, "days_since_dispute": NEVER},
        _holds,
    ),
    Part(_KEY, {"last_answer_days": NEVER, "unanswered_in_row": 0}, _answers),
    Part(_KEY, {"last_answer": ""}, _last_outcome),
    Part(_KEY, {"own_hours_chosen": False}, _own_hours),
    Part(_KEY, {"case_kind": "none", "case_reason": "none", "days_since_case": NEVER}, _cases),
)  # fmt: skip
