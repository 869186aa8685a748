"""What other capabilities may use of messaging."""

from acuerdo.messaging.actions.delivery import Delivered, deliver_all_due, deliver_due, recover_stuck
from acuerdo.messaging.actions.library import Loaded, load_templates
from acuerdo.messaging.actions.planning import PlannedMessage, PlanOutcome, count_states, plan_batch
from acuerdo.messaging.actions.withdrawal import withdraw_paid
from acuerdo.messaging.models import Message, MessageState
from acuerdo.messaging.ports import Answer, MessageChannel, Outgoing
from acuerdo.messaging.queries import best_points, messages_of, published_texts, sandbox_deliveries, sent_texts

__all__ = [
    "Answer",
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
    "load_templates",
    "messages_of",
    "plan_batch",
    "published_texts",
    "recover_stuck",
    "sandbox_deliveries",
    "sent_texts",
    "withdraw_paid",
]
