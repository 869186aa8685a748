"""What other capabilities may use of messaging."""

from acuerdo.messaging.actions.delivery import Delivered, deliver_all_due, deliver_due, recover_stuck
from acuerdo.messaging.actions.fallback import fall_back
from acuerdo.messaging.actions.library import Loaded, load_templates
from acuerdo.messaging.actions.planning import PlannedMessage, PlanOutcome, count_states, plan_batch
from acuerdo.messaging.actions.senders import grade_senders
from acuerdo.messaging.actions.short_links import LongLink, open_short_link, shorten_links
from acuerdo.messaging.actions.statuses import forget_old_events
from acuerdo.messaging.actions.switchboard import switch_provider
from acuerdo.messaging.actions.telling import take_told
from acuerdo.messaging.actions.templates import (
    CHANNELS,
    FORMS,
    MAY_DECIDE,
    MAY_WRITE,
    NewTemplate,
    approve_template,
    begin_version,
    create_template,
    record_provider_state,
    retire_template,
    save_template,
    send_back_template,
    submit_template,
    text_of,
)
from acuerdo.messaging.actions.withdrawal import withdraw_paid
from acuerdo.messaging.models import Message, MessageState
from acuerdo.messaging.ports import Answer, Call, MessageChannel, Outgoing
from acuerdo.messaging.previews import Sample, compose_samples
from acuerdo.messaging.queries import (
    Wanted,
    best_points,
    gather,
    messages_of,
    published_texts,
    sandbox_deliveries,
    sent_texts,
    source_of,
)
from acuerdo.messaging.rules.approval import PROVIDER_STATES
from acuerdo.messaging.rules.catalogue import FIELDS, TOLD_FIELDS
from acuerdo.messaging.rules.compose import blocking_rule
from acuerdo.messaging.rules.fields import PersonFacts, sample_values, values_of
from acuerdo.messaging.rules.judgement import Judgement, TemplateText, judge_template, preview, whatsapp_category
from acuerdo.messaging.rules.letter import html_letter
from acuerdo.messaging.rules.tone import Finding, ToneReport, check_tone, remedy

__all__ = [
    "CHANNELS",
    "FIELDS",
    "FORMS",
    "MAY_DECIDE",
    "MAY_WRITE",
    "PROVIDER_STATES",
    "TOLD_FIELDS",
    "Answer",
    "Call",
    "Delivered",
    "Finding",
    "Judgement",
    "Loaded",
    "LongLink",
    "Message",
    "MessageChannel",
    "MessageState",
    "NewTemplate",
    "Outgoing",
    "PersonFacts",
    "PlanOutcome",
    "PlannedMessage",
    "Sample",
    "TemplateText",
    "ToneReport",
    "Wanted",
    "approve_template",
    "begin_version",
    "best_points",
    "blocking_rule",
    "check_tone",
    "compose_samples",
    "count_states",
    "create_template",
    "deliver_all_due",
    "deliver_due",
    "fall_back",
    "forget_old_events",
    "gather",
    "grade_senders",
    "html_letter",
    "judge_template",
    "load_templates",
    "messages_of",
    "open_short_link",
    "plan_batch",
    "preview",
    "published_texts",
    "record_provider_state",
    "recover_stuck",
    "remedy",
    "retire_template",
    "sample_values",
    "sandbox_deliveries",
    "save_template",
    "send_back_template",
    "sent_texts",
    "shorten_links",
    "source_of",
    "submit_template",
    "switch_provider",
    "take_told",
    "text_of",
    "values_of",
    "whatsapp_category",
    "withdraw_paid",
]
