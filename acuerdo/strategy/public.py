"""What other capabilities may use of strategy. `rules` is pure and may be imported directly as well."""

from acuerdo.strategy.actions import (
    base_strategy_text,
    decide_day,
    dispatch_messages,
    ensure_published_strategy,
    mark,
    mark_done,
    publish_strategy,
    save_strategy,
    snapshot_folder,
    take_snapshot,
)
from acuerdo.strategy.engine.run import decide, write_plan
from acuerdo.strategy.engine.snapshot import read_snapshot
from acuerdo.strategy.models import Decision, DecisionRun, DecisionState, Strategy
from acuerdo.strategy.payments import Settled, settle_payments
from acuerdo.strategy.queries import (
    Drop,
    Funnel,
    Why,
    Wish,
    document_of,
    funnel,
    planned_messages,
    published_strategy,
    queue_for,
    strategy_version,
    why,
)

__all__ = [
    "Decision",
    "DecisionRun",
    "DecisionState",
    "Drop",
    "Funnel",
    "Settled",
    "Strategy",
    "Why",
    "Wish",
    "base_strategy_text",
    "decide",
    "decide_day",
    "dispatch_messages",
    "document_of",
    "ensure_published_strategy",
    "funnel",
    "mark",
    "mark_done",
    "planned_messages",
    "publish_strategy",
    "published_strategy",
    "queue_for",
    "read_snapshot",
    "save_strategy",
    "settle_payments",
    "snapshot_folder",
    "strategy_version",
    "take_snapshot",
    "why",
    "write_plan",
]
