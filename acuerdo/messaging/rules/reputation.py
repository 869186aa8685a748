"""How a sender (number, name, mail domain) stands with operators and people, from what became of its last messages.

Operators and mail providers watch the same shares: what bounces, what is complained about, who asks to stop. The limits are
the product's caution, not a published rule, except that large mailbox providers name 0.3 % of complaints as the line.
"""

from dataclasses import dataclass
from typing import Literal

type Grade = Literal["new", "good", "watch", "resting"]

MESSAGES_MIN = 50
FAILED_WATCH, FAILED_REST = 100, 250  # thousandths of what was settled
COMPLAINTS_WATCH, COMPLAINTS_REST = 1, 3
STOPS_WATCH, STOPS_REST = 20, 60


@dataclass(frozen=True, slots=True)
class Record:
    """Counts of a sender over the last days: `failed` only what tells of the sender or the receiver, not of an outage."""

    sent: int = 0
    delivered: int = 0
    failed: int = 0
    complaints: int = 0
    stops: int = 0


def grade(record: Record) -> Grade:
    """`resting` senders are not used while another one is left; fewer than fifty messages say nothing yet."""
    if record.sent < MESSAGES_MIN:
        return "new"
    shares = (
        (_per_thousand(record.failed, record.delivered + record.failed), FAILED_WATCH, FAILED_REST),
        (_per_thousand(record.complaints, record.sent), COMPLAINTS_WATCH, COMPLAINTS_REST),
        (_per_thousand(record.stops, record.sent), STOPS_WATCH, STOPS_REST),
    )
    if any(share >= rest for share, _watch, rest in shares):
        return "resting"
    return "watch" if any(share >= watch for share, watch, _rest in shares) else "good"


def _per_thousand(part: int, whole: int) -> int:
    return 1000 * part // whole if whole else 0
