"""The installation's own history as rows to learn from: one question, its features known at the time, and what came of it.

Every feature of a row lies before the row's moment, so nothing of the future leaks in. No names, numbers, addresses, nor
any protected characteristic is read.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.engine.database import arrow_connection
from acuerdo.strategy.rules.model_words import QUESTION_FEATURES

ALONE_DAYS = 15
RECENT_CONTACTS = 10
_PAYS_ALONE = f"""
SELECT e.began_on AS happened_on, o.kind, o.product, d.kind = 'company' AS company,
       extract(isodow FROM e.began_on)::int AS weekday, extract(day FROM e.began_on)::int AS month_day,
       count(b.id)::int AS times_before, (count(b.id) FILTER (WHERE b.contacts = 0))::int AS alone_before,
       max(b.ended_on - b.began_on)::int AS worst_before, (e.began_on - a.disbursed_on)::int AS age_days,
       (e.ended_on IS NOT NULL AND e.contacts = 0 AND e.ended_on - e.began_on <= {ALONE_DAYS}) AS label
  FROM strategy_arrearsepisode e
  JOIN portfolio_obligation o ON o.id = e.obligation_id
  JOIN portfolio_debtor d ON d.id = o.debtor_id
  JOIN ledger_account a ON a.id = e.obligation_id
  LEFT JOIN strategy_arrearsepisode b ON b.obligation_id = e.obligation_id AND b.ended_on < e.began_on
 WHERE e.began_on <= DATE '{{on}}' - {ALONE_DAYS} AND e.began_on > DATE '{{on}}' - {{days}}
 GROUP BY e.id, o.id, d.id, a.id ORDER BY e.began_on, e.id
"""  # noqa: S608 - our own constants
_ANSWERS = f"""
SELECT t.at AS happened_on, t.channel, extract(isodow FROM t.at AT TIME ZONE d.timezone)::int AS weekday,
       extract(hour FROM t.at AT TIME ZONE d.timezone)::int AS hour, d.kind = 'company' AS company,
       (count(*) OVER before)::int AS contacts_before, (count(*) FILTER (WHERE t.is_two_way) OVER before)::int AS answers_before,
       extract(day FROM t.at - lag(t.at) OVER (PARTITION BY t.debtor_id ORDER BY t.at, t.id))::int AS days_since,
       t.is_two_way AS label
  FROM policy_attempt t JOIN portfolio_debtor d ON d.id = t.debtor_id
 WHERE t.direction = 'out' AND t.counts AND t.at::date <= DATE '{{on}}' - 1 AND t.at::date > DATE '{{on}}' - {{days}}
WINDOW before AS (PARTITION BY t.debtor_id ORDER BY t.at, t.id ROWS BETWEEN {RECENT_CONTACTS} PRECEDING AND 1 PRECEDING)
 ORDER BY t.at, t.id
"""  # noqa: S608 - our own constants
_KEEPS = """
SELECT p.made_on AS happened_on, (p.due_on - p.made_on)::int AS days_ahead, extract(isodow FROM p.due_on)::int AS weekday,
       extract(day FROM p.due_on)::int AS month_day, p.times_rescheduled::int AS times_rescheduled,
       (count(b.id) FILTER (WHERE b.state = 'kept'))::int AS kept_before,
       (count(b.id) FILTER (WHERE b.state IN ('broken', 'partly_kept')))::int AS broken_before, p.state = 'kept' AS label
  FROM negotiation_promise p
  LEFT JOIN negotiation_promise b ON b.debtor_id = p.debtor_id AND b.id <> p.id AND b.decided_on < p.made_on
 WHERE p.state IN ('kept', 'partly_kept', 'broken') AND p.made_on > DATE '{on}' - {days}
 GROUP BY p.id ORDER BY p.made_on, p.id
"""


@dataclass(frozen=True, slots=True)
class Question:
    """`rule`: what the plain rule looks at; a model must beat the past rate among those that are equal in it."""

    code: str
    sql: str
    features: tuple[str, ...]
    rule: tuple[str, ...]


QUESTIONS: dict[str, Question] = {
    one.code: one
    for one in (
        Question(
            "pays_alone", _PAYS_ALONE, QUESTION_FEATURES["pays_alone"], ("kind",),
        ),
        Question(
            "answers", _ANSWERS, QUESTION_FEATURES["answers"], ("channel",),
        ),
        Question(
            "keeps_promise", _KEEPS, QUESTION_FEATURES["keeps_promise"], (),
        ),
    )
}  # fmt: skip
WHEN, LABEL = "happened_on", "label"


def read_history(question: str, on: date, days: int) -> pl.DataFrame:
    """The rows of the last `days` before a date, in order of time. Refuses `unknown-question`."""
    asked = QUESTIONS.get(question)
    if asked is None:
        raise Refusal("unknown-question", f"No hay un modelo «{question}»; hay: {', '.join(QUESTIONS)}.")
    with arrow_connection() as arrow, arrow.cursor() as cursor:
        cursor.execute(asked.sql.format(on=on.isoformat(), days=int(days)))
        return pl.DataFrame(pl.from_arrow(cursor.fetch_arrow_table()))
