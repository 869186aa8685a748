"""What the judged promises say of a person: a label computed from facts, never typed, and recomputed with each judgement."""

from dataclasses import dataclass
from typing import Literal

type Commitment = Literal["no_history", "keeps", "partly_keeps", "reschedules", "breaks", "mixed"]

LABELS: dict[Commitment, str] = {
    "no_history": "Sin historia",
    "keeps": "Cumplidor",
    "partly_keeps": "Cumple en parte",
    "reschedules": "Reprograma",
    "breaks": "Necesita otro arreglo",
    "mixed": "Variable",
}


@dataclass(frozen=True, slots=True)
class Record:
    """How many promises ended in each way."""

    kept: int = 0
    partly_kept: int = 0
    broken: int = 0
    rescheduled: int = 0


def commitment_of(record: Record) -> Commitment:
    """The label that covers at least half of the promises that ended; `keeps` asks for two kept of every three judged."""
    judged = record.kept + record.partly_kept + record.broken
    ended = judged + record.rescheduled
    if not ended:
        return "no_history"
    if judged and 3 * record.kept >= 2 * judged and record.kept >= record.rescheduled:
        return "keeps"
    if 2 * record.rescheduled > ended:
        return "reschedules"
    if 2 * record.broken >= ended:
        return "breaks"
    if 2 * (record.kept + record.partly_kept) >= ended and record.partly_kept >= record.kept:
        return "partly_keeps"
    return "mixed"


def kept_rate_percent_tenths(record: Record) -> int | None:
    """Kept ÷ (kept + partly kept + broken) in tenths of a percent, half up (KPI K31); None without judged promises."""
    judged = record.kept + record.partly_kept + record.broken
    return (record.kept * 2000 + judged) // (2 * judged) if judged else None
