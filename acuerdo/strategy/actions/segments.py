"""Whom a condition finds now, for messages that do not belong to the day's plan.

The snapshot has a folder of its own: the day's decision must find its own as it left it.
"""

from datetime import date, datetime

from django.conf import settings

from acuerdo.base.locks import only_one
from acuerdo.strategy.actions.day import snapshot_folder, take_snapshot
from acuerdo.strategy.engine.matching import Matched, match_people
from acuerdo.strategy.queries import document_of, published_strategy
from acuerdo.strategy.rules.document import StageStarts
from acuerdo.strategy.rules.expressions import parse_condition


def check_segment(expression: str) -> None:
    """Refuses `bad-expression` with the place and what to write instead."""
    parse_condition(expression)


def people_in_segment(expression: str, creditor_id: int, *, on: date, now: datetime) -> list[Matched]:
    """The people of one creditor whom the condition finds. Refuses `bad-expression` and `segment-running`."""
    condition = parse_condition(expression)
    strategy = published_strategy()
    stages = document_of(strategy).stages if strategy is not None else StageStarts()
    folder = snapshot_folder()
    with only_one("segment", code="segment-running", message="Se está contando otra lista. Intente en un momento."):
        snapshot = take_snapshot(folder.parent / f"{folder.name}-segments", on, now)
        return match_people(snapshot, condition, stages, creditor_id, now=now, zone=settings.TIME_ZONE)


def message_cost(channel: str, currency: str) -> int:
    """What one message of a channel costs in minor units, as the strategy in force says; 0 where it says nothing."""
    strategy = published_strategy()
    costs = document_of(strategy).costs.get(currency) if strategy is not None else None
    return costs.minor(channel, currency) if costs is not None else 0
