"""What other capabilities may use of strategy. `rules` is pure and may be imported directly as well."""

from acuerdo.strategy.actions.day import (
    decide_day,
    dispatch_messages,
    mark,
    mark_done,
    snapshot_folder,
    take_snapshot,
)
from acuerdo.strategy.actions.episodes import record_episodes
from acuerdo.strategy.actions.rehearsals import ask_rehearsal, days_kept, run_rehearsal
from acuerdo.strategy.actions.versions import (
    approve_strategy,
    base_strategy_text,
    edit_draft,
    ensure_published_strategy,
    keep_dates,
    publish_strategy,
    return_strategy,
    roll_back_strategy,
    save_strategy,
    submit_strategy,
)
from acuerdo.strategy.engine.frames import SparkPlace
from acuerdo.strategy.engine.rehearsal import rehearse
from acuerdo.strategy.engine.run import decide, write_plan
from acuerdo.strategy.engine.snapshot import read_snapshot
from acuerdo.strategy.models import (
    ArrearsEpisode,
    Decision,
    DecisionRun,
    DecisionState,
    Rehearsal,
    Strategy,
    StrategyStatus,
)
from acuerdo.strategy.payments import Settled, settle_payments
from acuerdo.strategy.queries import (
    Drop,
    Funnel,
    Why,
    Wish,
    check_text,
    document_of,
    funnel,
    history,
    planned_messages,
    published_strategy,
    queue_for,
    strategy_version,
    template_codes,
    why,
)
from acuerdo.strategy.rules.review import Who

__all__ = [
    "ArrearsEpisode",
    "Decision",
    "DecisionRun",
    "DecisionState",
    "Drop",
    "Funnel",
    "Rehearsal",
    "Settled",
    "SparkPlace",
    "Strategy",
    "StrategyStatus",
    "Who",
    "Why",
    "Wish",
    "approve_strategy",
    "ask_rehearsal",
    "base_strategy_text",
    "check_text",
    "days_kept",
    "decide",
    "decide_day",
    "dispatch_messages",
    "document_of",
    "edit_draft",
    "ensure_published_strategy",
    "funnel",
    "history",
    "keep_dates",
    "mark",
    "mark_done",
    "planned_messages",
    "publish_strategy",
    "published_strategy",
    "queue_for",
    "read_snapshot",
    "record_episodes",
    "rehearse",
    "return_strategy",
    "roll_back_strategy",
    "run_rehearsal",
    "save_strategy",
    "settle_payments",
    "snapshot_folder",
    "strategy_version",
    "submit_strategy",
    "take_snapshot",
    "template_codes",
    "why",
    "write_plan",
]
