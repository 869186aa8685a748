"""From kept days and logged decisions to what another strategy would have earned (the estimates are in `off_policy`).

A row is a person with something due on a day. An action is a channel with its template, or no contact. The chance with which
the strategy in force took the logged action is worked out, not guessed: it is run on the day's kept snapshot once for each of
its groups with everybody in that group, and the chances of the groups that take the same action are added up. The strategy
asked about is run on the same snapshot. The outcome is whether, and how much, the person paid in the days that followed.

Where the strategy asked about does what chance could never have brought about, nothing is known: `supported` is the share of
rows where it does not, and below `SUPPORT_MIN` no estimate is given. What is scarce is shared out over everybody in each of
these runs, so chances near a full list are approximate.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from acuerdo.strategy.engine.choosing import NO_MODELS
from acuerdo.strategy.engine.database import arrow_connection
from acuerdo.strategy.engine.learned import Models
from acuerdo.strategy.engine.learning.off_policy import EFFECTIVE_MIN, Array, Logged, evaluate_policy
from acuerdo.strategy.engine.run import decide
from acuerdo.strategy.engine.snapshot import Snapshot
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.groups import CONTROL, groups_of, with_all_in

SUPPORT_MIN = 0.95
ROWS_MAX = 300_000
NOTHING = ""
_LOGGED = """
SELECT debtor_id, COALESCE(max(CASE WHEN is_lead THEN channel || '|' || template END), '') AS logged, max(variant) AS variant,
       bool_or(reasons[1] = 'control-group') AS is_control, max(days_past_due)::bigint AS days_past_due,
       sum(balance_due_minor)::bigint AS due_minor
  FROM strategy_decision WHERE run_on = DATE '{on}' GROUP BY debtor_id HAVING sum(balance_due_minor) > 0 ORDER BY debtor_id
"""
_PAID = """
SELECT o.debtor_id, sum(p.amount_minor)::bigint AS paid_minor
  FROM ledger_payment p JOIN portfolio_obligation o ON o.id = p.account_id
 WHERE p.paid_on BETWEEN DATE '{on}' AND DATE '{on}' + {days} AND p.currency = '{currency}'
 GROUP BY o.debtor_id HAVING sum(p.amount_minor) > 0
"""


@dataclass(slots=True)
class Evidence:
    """Gathers the days; `estimate` tells what they say. `currency`: three letters, of the money counted."""

    horizon_days: int
    currency: str
    zone: str
    today: date
    days: list[pl.DataFrame] = field(default_factory=list)
    too_recent: int = 0
    groups: int = 0

    def add(
        self,
        snapshot: Snapshot,
        logging: StrategyDocument,
        asked: pl.DataFrame,
        paused: Iterable[str] = (),
        models: Models = NO_MODELS,
    ) -> None:
        """One day: `asked` are the plan's rows of the strategy asked about, on the same snapshot; `models` were on that day."""
        on = snapshot.on
        if on + timedelta(days=self.horizon_days) >= self.today:
            self.too_recent += 1
            return
        rows = _read(_LOGGED.format(on=on.isoformat()))
        if rows.is_empty():
            return
        paid = _read(_PAID.format(on=on.isoformat(), days=int(self.horizon_days), currency=self.currency))
        rows = rows.join(paid, on="debtor_id", how="left").with_columns(pl.col("paid_minor").fill_null(0))
        rows = rows.join(_actions(asked, "wished"), on="debtor_id", how="left")
        rows = rows.with_columns(pl.col("wished").fill_null(NOTHING))
        self.days.append(self._with_chances(rows, snapshot, logging, frozenset(paused), models))

    def _with_chances(
        self,
        rows: pl.DataFrame,
        snapshot: Snapshot,
        logging: StrategyDocument,
        paused: frozenset[str],
        models: Models,
    ) -> pl.DataFrame:
        """`chance` of the logged action and `chance_wished` of the one asked about."""
        groups = groups_of(logging, snapshot.on, paused)
        self.groups = max(self.groups, len(groups))
        if len(groups) == 1:  # nothing was left to chance: only what was done is known
            same = (pl.col("logged") == pl.col("wished")).cast(pl.Float64)
            return rows.with_columns(chance=pl.lit(1.0), chance_wished=same)
        now = datetime.combine(snapshot.on, time(), tzinfo=ZoneInfo(self.zone))
        rows = rows.with_columns(chance=pl.lit(0.0), chance_wished=pl.lit(0.0))
        for group in groups:
            if group.code == CONTROL:
                taken = rows.with_columns(taken=pl.lit(NOTHING))
            else:
                plan = decide(snapshot, with_all_in(logging, group.code), now=now, zone=self.zone, models=models)
                taken = rows.join(_actions(plan.rows, "taken"), on="debtor_id", how="left")
            taken = taken.with_columns(pl.col("taken").fill_null(NOTHING))
            rows = taken.with_columns(
                pl.col(name) + pl.when(pl.col("taken") == pl.col(action)).then(group.chance).otherwise(0.0)
                for name, action in (("chance", "logged"), ("chance_wished", "wished"))
            ).drop("taken")
        chances = {group.code: group.chance for group in groups}
        own = pl.col("variant").replace_strict(chances, default=min(chances.values()), return_dtype=pl.Float64)
        own = pl.when("is_control").then(chances.get(CONTROL, 1.0)).otherwise(own)
        rows = rows.with_columns(chance=pl.max_horizontal("chance", own).clip(upper_bound=1.0))
        same = pl.when(pl.col("logged") == pl.col("wished")).then(pl.col("chance")).otherwise(0.0)
        return rows.with_columns(chance_wished=pl.max_horizontal("chance_wished", same))

    def estimate(self) -> dict[str, Any]:
        """`state`: `done`, `too_early`, `no_decisions`, `no_support`, or `too_few`; figures are given as far as they mean something."""
        told: dict[str, Any] = {
            "horizon_days": self.horizon_days, "currency": self.currency, "days": len(self.days), "days_too_recent": self.too_recent,
            "groups": self.groups, "rows": 0, "people": 0,
        }  # fmt: skip
        if not self.days:
            return {**told, "state": "too_early" if self.too_recent else "no_decisions"}
        rows = _limited(pl.concat(self.days))
        supported = float(rows.select((pl.col("chance_wished") > 0).mean()).item())
        told |= {"rows": rows.height, "people": rows["debtor_id"].n_unique(), "supported": round(supported, 4)}
        told["seen"] = {
            "paid": _mean(rows, pl.col("paid_minor") > 0),
            "recovered_minor": _mean(rows, pl.col("paid_minor")),
        }
        if supported < SUPPORT_MIN:
            return {**told, "state": "no_support"}
        paid = _evaluated(rows, pl.col("paid_minor") > 0)
        told["effective"] = paid[0]["effective"]
        if paid[0]["effective"] < EFFECTIVE_MIN:
            return {**told, "state": "too_few"}
        told["estimates"] = {"paid": paid, "recovered_minor": _evaluated(rows, pl.col("paid_minor"))}
        return {**told, "state": "done"}


def _read(sql: str) -> pl.DataFrame:
    with arrow_connection() as arrow, arrow.cursor() as cursor:
        cursor.execute(sql)
        return pl.DataFrame(pl.from_arrow(cursor.fetch_arrow_table()))


def _actions(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """(debtor_id, action) of whoever is contacted."""
    leads = rows.filter("is_lead")
    return leads.select("debtor_id", pl.concat_str("channel", pl.lit("|"), "template").alias(name))


def _limited(rows: pl.DataFrame) -> pl.DataFrame:
    """At most `ROWS_MAX` rows, whole people of them, chosen by their number so that it is the same each time."""
    if rows.height <= ROWS_MAX:
        return rows
    step = -(-rows.height // ROWS_MAX)
    return rows.filter(pl.col("debtor_id").hash(7) % step == 0)


def _mean(rows: pl.DataFrame, outcome: pl.Expr) -> float:
    return float(rows.select(outcome.cast(pl.Float64).mean()).item())


def _evaluated(rows: pl.DataFrame, outcome: pl.Expr) -> list[dict[str, Any]]:
    names = sorted({*rows["logged"], *rows["wished"]})
    number = {name: place for place, name in enumerate(names)}
    places: Callable[[str], Any] = lambda column: rows[column].replace_strict(number, return_dtype=pl.Int64).to_numpy()  # noqa: E731
    wished = np.zeros((rows.height, len(names)))
    wished[np.arange(rows.height), places("wished")] = 1.0
    logged = Logged(
        features=_features(rows), action=places("logged"), propensity=rows["chance"].to_numpy(),
        outcome=rows.select(outcome.cast(pl.Float64)).to_series().to_numpy(), wished=wished,
        person=rows["debtor_id"].to_numpy(),
    )  # fmt: skip
    return [
        {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(one).items()}
        for one in evaluate_policy(logged)
    ]


def _features(rows: pl.DataFrame) -> Array:
    """What is known of each person before the day: how late, and how much is due; both on a scale that a straight line suits."""
    late, due = rows["days_past_due"].to_numpy(), rows["due_minor"].to_numpy()
    found: Array = np.column_stack([np.log1p(np.maximum(late, 0)), np.log1p(np.maximum(due, 0))])
    return found - found.mean(axis=0)
