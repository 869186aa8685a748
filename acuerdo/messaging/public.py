"""What other capabilities may use of messaging."""

from acuerdo.messaging.actions.delivery import Delivered, deliver_all_due, deliver_due, recover_stuck
from acuerdo.messaging.actions.fallback import fall_back
from acuerdo.messaging.actions.library import Loaded, load_templates
from acuerdo.messaging.actions.planning import PlannedMessage, PlanOutcome, count_states, plan_batch
from acuerdo.messaging.actions.senders import grade_senders
from acuerdo.messaging.actions.statuses import forget_old_events
from acuerdo.messaging.actions.switchboard import switch_provider
from acuerdo.messaging.actions.telling import take_told
from acuerdo.messaging.actions.withdrawal import withdraw_paid
from acuerdo.messaging.models import Message, MessageState
from acuerdo.messaging.ports import Answer, Call, MessageChannel, Outgoing
from acuerdo.messaging.queries import best_points, messages_of, published_texts, sandbox_deliveries, sent_texts

__all__ = [
    "Answer",
    "Call",
    "Delivered",
    "Loaded",
    "Message",
    "MessageChannel",
    "MessageState",
    "Outgoing",
    "PlanOutcome",
    "PlannedMessage",
    "best_points",
    "count_states",
    "deliver_all_due",
    "deliver_due",
    "fall_back",
    "forget_old_events",
    "grade_senders",
    "load_templates",
    "messages_of",
    "plan_batch",
    "published_texts",
    "recover_stuck",
    "sandbox_deliveries",
    "sent_texts",
    "switch_provider",
    "take_told",
    "withdraw_paid",
]
