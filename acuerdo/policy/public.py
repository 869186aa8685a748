"""What other capabilities may use of policy. `rules` is pure and may be imported directly as well.

The gate: `judge_contacts` looks, `ask_gate` stores the answer for a plan, `permit_and_log` and `permit_batch` let out.
"""

from acuerdo.policy.actions.gate import Permit, ask_gate, ask_gate_batch, permit_and_log, permit_batch
from acuerdo.policy.models import Attempt, AttemptStatus, Channel, Consent, ContactPreference, Hold, HoldKind, Verdict
from acuerdo.policy.queries.facts import Judged, PlannedContact, judge_contacts

__all__ = [
    "Attempt",
    "AttemptStatus",
    "Channel",
    "Consent",
    "ContactPreference",
    "Hold",
    "HoldKind",
    "Judged",
    "Permit",
    "PlannedContact",
    "Verdict",
    "ask_gate",
    "ask_gate_batch",
    "judge_contacts",
    "permit_and_log",
    "permit_batch",
]
