"""Each rule as an expression "it denies this row", over the columns that `frame_facts` attached."""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, or_

import narwhals as nw

from acuerdo.policy.engine.frame_facts import NO, YES, Asked, Clock, is_open
from acuerdo.policy.rules.hours import EPOCH_ORDINAL
from acuerdo.policy.rules.pack import COUNTING, OPEN_END, Rule
from acuerdo.policy.rules.vocabulary import CHANNELS, PURPOSES, RECIPIENTS


def denies_in(rule: Rule, asked: Asked, clock: Clock) -> nw.Expr:
    """The rule speaks of the row and does not let the contact pass."""
    return (speaks_in(rule, asked, clock) & _denies(rule, asked, clock)).fill_null(value=False)


def speaks_in(rule: Rule, asked: Asked, clock: Clock) -> nw.Expr:
    """The rule is about such a contact and in force on this clock's date."""
    in_force = clock.col("day") >= rule.effective_from - EPOCH_ORDINAL
    if rule.effective_to != OPEN_END:
        in_force = in_force & (clock.col("day") <= rule.effective_to - EPOCH_ORDINAL)
    purpose = _capped_purpose(asked) if rule.kind in COUNTING else _judged_purpose(asked)
    return _applies(rule, purpose) & (clock.col("zone") != "") & in_force


def _judged_purpose(asked: Asked) -> nw.Expr:
    """The purpose as the country's rules see it under the chosen readings."""
    purpose = nw.col("purpose")
    chosen: Mapping[str, str] = asked.chosen
    for name, setting in asked.pack.settings.items():
        if setting.judged_as is not None and setting.judged_as[1] == chosen[name]:
            purpose = nw.when(nw.col("purpose") == setting.judged_as[0]).then(nw.lit(chosen[name])).otherwise(purpose)
    return purpose


def _capped_purpose(asked: Asked) -> nw.Expr:
    """The purpose as the caps see it: one that they count is itself held to them."""
    counted = nw.col("purpose").is_in(sorted(asked.counted))
    judged = _judged_purpose(asked)
    return nw.when(counted).then(nw.lit("collection")).otherwise(judged) if asked.counted else judged


def _applies(rule: Rule, judged_purpose: nw.Expr) -> nw.Expr:
    purpose = nw.col("purpose") if rule.id.startswith("common.") else judged_purpose
    limits = [
        expr.is_in(list(listed))
        for expr, listed, every in (
            (nw.col("channel"), rule.channels, CHANNELS),
            (purpose, rule.purposes, PURPOSES),
            (nw.col("recipient"), rule.recipients, RECIPIENTS),
        )
        if set(listed) != set(every)
    ]
    if rule.region:
        limits.append((nw.col("region") == "") | (nw.col("region") == rule.region))
    return reduce(and_, limits, YES)


def _denies(rule: Rule, asked: Asked, clock: Clock) -> nw.Expr:
    if rule.kind in COUNTING:
        return nw.col(f"_past_{asked.place(rule)}{clock.suffix}") >= (rule.limit if rule.kind == "cap" else 1)
    if rule.kind == "hold":
        return nw.col(f"_hold_{asked.place(rule)}") == 1
    return DENIALS[rule.kind](rule, clock)


def _balance_denies(_rule: Rule, _clock: Clock) -> nw.Expr:
    due, whole, stated = nw.col("balance_due_minor"), nw.col("balance_minor"), nw.col("balance_stated_minor")
    by_due = (nw.col("purpose") == "collection") & ~due.is_null()
    owed = nw.when(by_due).then(due).otherwise(whole)
    return (owed <= 0).fill_null(value=False) | (stated != due).fill_null(value=False)


def _consent_denies(rule: Rule, _clock: Clock) -> nw.Expr:
    missing = nw.col("_consent") == 0
    return missing & (nw.col(f"_reply_{rule.reply_hours}") == 0) if rule.reply_hours else missing


def _hours_deny(rule: Rule, clock: Clock) -> nw.Expr:
    closed = ~is_open(rule.windows, clock)
    return closed & ~is_overridden() if rule.may_override else closed


def is_overridden() -> nw.Expr:
    """The customer's own hours stand, given in the instrument that lets them replace the law's."""
    return (nw.col("_own") == 1) & (nw.col("_own_instrument") == 1)


def _point_denies(rule: Rule, _clock: Clock) -> nw.Expr:
    broken = (~nw.col("point_is_valid")).fill_null(value=False)
    return broken | (nw.col("point_ownership") < rule.limit).fill_null(value=False)


def _registry_denies(_rule: Rule, _clock: Clock) -> nw.Expr:
    return nw.col("excluded_number").fill_null(value=True)


def _evidence_denies(rule: Rule, _clock: Clock) -> nw.Expr:
    return ~reduce(or_, [nw.col(name) for name in rule.any_of], NO)


def _own_hours_deny(rule: Rule, clock: Clock) -> nw.Expr:
    return (nw.col("_own") == 1) & (clock.col(f"own_open_{rule.minutes}") == 0)


def _always(_rule: Rule, _clock: Clock) -> nw.Expr:
    return YES


DENIALS: dict[str, Callable[[Rule, Clock], nw.Expr]] = {
    "party": _always,
    "balance": _balance_denies,
    "point": _point_denies,
    "registry": _registry_denies,
    "consent": _consent_denies,
    "evidence": _evidence_denies,
    "hours": _hours_deny,
    "own_hours": _own_hours_deny,
}
