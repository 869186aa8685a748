"""People of each group of the strategy in force, from its own logged decisions, and what came of them within some days.

The unit is the person, because the draw is made for the person: they enter on the first day on which the strategy looked at
them with something due, and everybody who was drawn counts, contacted or not (intention to treat). So what tells the groups
apart is the strategy alone. The control group is compared with all others; the arms of an experiment leave it out.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.database import arrow_connection
from acuerdo.strategy.rules.comparing import Counted
from acuerdo.strategy.rules.dice import draw
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.experiment import Experiment

GOALS = {"cured_30_days": "cured", "paid_30_days": "paid", "promise_kept": "kept", "answered": "answered"}
_PEOPLE = """
WITH led AS (
  SELECT debtor_id, run_on, variant, obligation_id, balance_due_minor, is_lead AND state IN ('queued', 'done') AS is_contact
    FROM strategy_decision
   WHERE run_on BETWEEN DATE '{since}' AND DATE '{until}' AND strategy_id IN ({strategies})
), first AS (
  SELECT debtor_id, min(run_on) AS first_on FROM led WHERE balance_due_minor > 0 GROUP BY debtor_id
), start AS (
  SELECT f.debtor_id, f.first_on, max(l.variant) AS variant, array_agg(l.obligation_id ORDER BY l.obligation_id) AS ids
    FROM first f JOIN led l ON l.debtor_id = f.debtor_id AND l.run_on = f.first_on GROUP BY 1, 2
)
SELECT s.debtor_id, ('x' || substr(md5(d.uid::text), 1, 8))::bit(32)::bigint AS dice, s.variant,
       s.first_on + {days} < DATE '{on}' AS is_over, a.currency,
       (SELECT count(*) FROM led l
         WHERE l.debtor_id = s.debtor_id AND l.is_contact AND l.run_on <= s.first_on + {days})::bigint AS contacts,
       COALESCE((SELECT sum(p.amount_minor) FROM ledger_payment p WHERE p.account_id = ANY(s.ids) AND p.currency = a.currency
                  AND p.paid_on BETWEEN s.first_on AND s.first_on + {days}), 0)::bigint AS paid_minor,
       COALESCE((SELECT bool_and(e.ended_on IS NOT NULL AND e.ended_on <= s.first_on + {days}) FROM strategy_arrearsepisode e
                  WHERE e.obligation_id = ANY(s.ids) AND e.began_on <= s.first_on
                    AND (e.ended_on IS NULL OR e.ended_on >= s.first_on)), FALSE) AS cured,
       EXISTS (SELECT 1 FROM negotiation_promise n WHERE n.debtor_id = s.debtor_id AND n.state = 'kept'
                AND n.made_on >= s.first_on AND n.decided_on <= s.first_on + {days}) AS kept,
       EXISTS (SELECT 1 FROM policy_attempt t WHERE t.debtor_id = s.debtor_id AND t.is_two_way AND t.at::date >= s.first_on
                AND t.at::date <= s.first_on + {days}) AS answered
  FROM start s JOIN portfolio_debtor d ON d.id = s.debtor_id JOIN ledger_account a ON a.id = s.ids[1]
 ORDER BY s.debtor_id
"""


def people_of(strategies: Sequence[int], *, since: date, until: date, on: date, days: int) -> pl.DataFrame:
    """One row a person: `debtor_id`, `dice`, `variant`, `is_over`, `currency`, `contacts`, `paid_minor`, and the goals."""
    if not strategies or since > until:
        raise Refusal("comparison-empty", "Elija un período que empiece antes de terminar.")
    listed = ", ".join(str(int(one)) for one in strategies)
    sql = _PEOPLE.format(
        since=since.isoformat(), until=until.isoformat(), on=on.isoformat(), days=int(days), strategies=listed
    )
    with arrow_connection() as arrow, arrow.cursor() as cursor:
        cursor.execute(sql)
        rows = pl.DataFrame(pl.from_arrow(cursor.fetch_arrow_table()))
    return rows.with_columns(paid=pl.col("paid_minor") > 0)


def is_control(document: StrategyDocument) -> pl.Expr:
    """Whether the person's draw puts them in the control group."""
    dice = pl.col("dice")
    return draw(dice, document.code) < int(document.control_percent * 100)  # type: ignore[arg-type, return-value]


def control_arms(rows: pl.DataFrame, document: StrategyDocument) -> list[Counted]:
    """The control group and everybody else, the control group first; empty where the strategy has none."""
    if not document.control_percent:
        return []
    drawn = rows.with_columns(drawn=is_control(document))
    goal = document.experiments[0].goal if document.experiments else "cured_30_days"
    return [
        _counted(drawn.filter("drawn"), "control", "", goal),
        _counted(drawn.filter(~pl.col("drawn")), "treated", "", goal),
    ]


def variant_arms(rows: pl.DataFrame, document: StrategyDocument, experiment: Experiment) -> list[Counted]:
    """Each variant of an experiment, the champion first, without the control group."""
    mine = rows.filter(~is_control(document)) if document.control_percent else rows
    return [
        _counted(
            mine.filter(pl.col("variant") == f"{experiment.code}/{variant.code}"),
            f"{experiment.code}/{variant.code}", variant.title, experiment.goal,
        )
        for variant in experiment.variants
    ]  # fmt: skip


def main_currency(rows: pl.DataFrame) -> str:
    """The one in which most people owe; money of two currencies is never added."""
    counted = rows.group_by("currency").agg(people=pl.len()).sort("people", "currency", descending=[True, False])
    return str(counted["currency"][0]) if counted.height else ""


def _counted(rows: pl.DataFrame, code: str, title: str, goal: str) -> Counted:
    over = rows.filter("is_over")
    money = over.filter(pl.col("currency") == main_currency(rows)) if rows.height else over
    return Counted(
        code=code, title=title, people=over.height, waiting=rows.height - over.height,
        good=int(over[GOALS[goal]].sum()), contacts=int(over["contacts"].sum()), recovered_minor=int(money["paid_minor"].sum()),
    )  # fmt: skip
