"""Schedules that the file does not give but whose terms it does: computed by the ledger's rule and staged with the given ones."""

import json
from collections.abc import Callable
from typing import Any

from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.rules.documents import read_schedule_terms
from acuerdo.ledger.rules.schedules import build_schedule
from acuerdo.portfolio.engine.instalments import computed_frame
from acuerdo.portfolio.engine.staging import copy_frame

# Known obligations keep the schedule they have; a single row may be the "next instalment" of a file without schedules.
_WITH_TERMS = """
SELECT t.number, t.currency, (t.terms -> 'schedule')::text FROM imp_target t
WHERE t.terms ? 'schedule' AND t.status <> 'paid'
  AND NOT EXISTS (SELECT FROM imp_instalment i WHERE i.number = t.number)
  AND (SELECT count(*) FROM ledger_instalment i WHERE i.account_id = t.known_id) <= 1
ORDER BY t.number
"""
_BATCH_ROWS = 2_000


def stage_computed_schedules(cursor: Any, tell: Callable[[int, int], None]) -> int:
    """Stages the schedules; returns how many obligations have terms that no schedule fits (they load without one).

    `tell` gets how many obligations were seen and how many there are.
    """
    cursor.execute("ANALYZE imp_instalment")
    cursor.execute(_WITH_TERMS)
    wanted = cursor.fetchall()
    unfit = 0
    for start in range(0, len(wanted), _BATCH_ROWS):
        made = []
        for number, currency, document in wanted[start : start + _BATCH_ROWS]:
            try:
                made.append((number, build_schedule(read_schedule_terms(json.loads(document), currency=currency))))
            except Refusal:
                unfit += 1
        copy_frame(cursor, "imp_instalment", computed_frame(made))
        tell(min(start + _BATCH_ROWS, len(wanted)), len(wanted))
    return unfit
