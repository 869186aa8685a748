"""Each rule of a pack as one boolean column "it denies"; the first of them names the verdict."""

from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_

import narwhals as nw

from acuerdo.policy.engine.frame_denials import denies_in
from acuerdo.policy.engine.frame_facts import NO, Asked, Frame, Permissions, with_facts, without_facts
from acuerdo.policy.rules.facts import Reading
from acuerdo.policy.rules.gate import ZONE_RULE
from acuerdo.policy.rules.pack import Pack

ROW_COLUMNS = (
    *("row_id", "debtor_id", "obligation_id", "channel", "purpose", "recipient", "at_us", "zone", "zone_2", "region"),
    *("balance_minor", "balance_due_minor", "balance_stated_minor", "point_is_valid", "point_ownership"),
    *("excluded_number", "visit_authorisation", "unreachable_documented"),
)
SEPARATOR = "|"


def judge_rows(
    rows: Frame,
    permissions: Permissions,
    pack: Pack,
    readings: Mapping[str, Reading],
    *,
    on: date,
    has_all_rules: bool = False,
) -> Frame:
    """`rows` with `gate_allowed` and `gate_rule`; asked for, also `gate_rules`. `on`: the date whose readings are in force.

    Looks once at the rows (their span and zones) and at the distinct own hours; the rest stays lazy. Refuses what
    `Pack.choose` and `holiday_days` refuse.
    """
    asked = Asked(pack, dict(pack.choose(readings, on)))
    attached = with_facts(rows, permissions, asked)
    if attached is None:
        nothing = {"gate_rule": nw.lit(""), "gate_allowed": NO}
        return rows.with_columns(**nothing | ({"gate_rules": nw.lit("")} if has_all_rules else {}))
    marks = {
        f"_deny_{index}": reduce(or_, [denies_in(rule, asked, clock) for clock in attached.clocks])
        for index, rule in enumerate(asked.rules)
    }
    joined = attached.rows.with_columns(expr.alias(name) for name, expr in marks.items())
    told = {"gate_rule": _first(asked)} | ({"gate_rules": _every(asked)} if has_all_rules else {})
    joined = joined.with_columns(expr.alias(name) for name, expr in told.items())
    return without_facts(joined.with_columns((nw.col("gate_rule") == "").alias("gate_allowed")))


def _first(asked: Asked) -> nw.Expr:
    """The first denying rule in the pack's order; a row without a zone is denied before all."""
    first: nw.Expr = nw.lit("")
    for index in range(len(asked.rules) - 1, -1, -1):
        first = nw.when(nw.col(f"_deny_{index}")).then(nw.lit(asked.rules[index].id)).otherwise(first)
    return nw.when(nw.col("_zone_1") == "").then(nw.lit(ZONE_RULE)).otherwise(first)


def _every(asked: Asked) -> nw.Expr:
    """All that deny, in the pack's order. Rows of one id (its versions) never deny together."""
    told = [nw.when(nw.col(f"_deny_{index}")).then(nw.lit(rule.id)) for index, rule in enumerate(asked.rules)]
    joined = nw.concat_str(told, separator=SEPARATOR, ignore_nulls=True)
    return nw.when(nw.col("_zone_1") == "").then(nw.lit(ZONE_RULE)).otherwise(joined)
