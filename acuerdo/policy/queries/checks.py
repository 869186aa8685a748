"""`contact-checks`: up to 10,000 questions about people in the installation, answered and not stored: nothing may leave on them."""

from collections.abc import Sequence
from datetime import datetime

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.queries.facts import Judged, judge_contacts
from acuerdo.policy.queries.gathering import PlannedContact

CHECKS_MAX = 10_000
AT_ONCE = 1000


def check_contacts(contacts: Sequence[PlannedContact], *, now: datetime) -> list[Judged]:
    """Verdicts at `now`, in order, one statement for each thousand; questions of one call do not see each other.

    Refuses `checks-too-many` above 10,000. To contact, ask the gate (`permit_and_log`), which asks again and keeps a receipt.
    """
    if len(contacts) > CHECKS_MAX:
        raise Refusal("checks-too-many", f"Son {len(contacts)} preguntas; el máximo es {CHECKS_MAX} por llamada.")
    judged = []
    for start in range(0, len(contacts), AT_ONCE):
        judged += judge_contacts(contacts[start : start + AT_ONCE], now)
    return judged
