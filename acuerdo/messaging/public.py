"""What other capabilities may use of messaging."""

from acuerdo.messaging.actions.agreements import (
    CODE_CHANNELS,
    SentCode,
    accept_agreement,
    agreement_link,
    code_receivers,
    plan_of_token,
    send_code,
)
from acuerdo.messaging.actions.board import configured_channels, configured_routes, provider_board
from acuerdo.messaging.actions.campaign_channels import Addressed
from acuerdo.messaging.actions.campaign_preview import preview_campaign
from acuerdo.messaging.actions.campaigns import (
    CAMPAIGN_STEPS,
    CampaignText,
    approve_campaign,
    enrol_people,
    forget_preview,
    keep_preview,
    pause_campaign,
    plan_campaign,
    resume_campaign,
    save_campaign,
    send_back_campaign,
    stop_campaign,
    submit_campaign,
    told_fields_of,
)
from acuerdo.messaging.actions.delivery import Delivered, deliver_all_due, deliver_due, recover_stuck
from acuerdo.messaging.actions.erasure import forget_person
from acuerdo.messaging.actions.fallback import fall_back
from acuerdo.messaging.actions.files_in import file_path
from acuerdo.messaging.actions.instalments import remind_of_instalments, withdraw_instalments
from acuerdo.messaging.actions.letters import (
    LetterBatch,
    letter_batches,
    letter_file,
    letters_folder,
    note_fetched,
    note_posted,
)
from acuerdo.messaging.actions.library import Loaded, load_templates
from acuerdo.messaging.actions.mail_in import take_mail
from acuerdo.messaging.actions.notices import note_bureau_notices
from acuerdo.messaging.actions.planning import PlannedMessage, PlanOutcome, count_states, plan_batch
from acuerdo.messaging.actions.replies import (
    offered_replies,
    reply_fields,
    send_reply,
    settle_conversation,
    take_conversation,
)
from acuerdo.messaging.actions.senders import grade_senders
from acuerdo.messaging.actions.short_links import LongLink, open_short_link, shorten_links
from acuerdo.messaging.actions.statuses import forget_old_events
from acuerdo.messaging.actions.switchboard import switch_provider
from acuerdo.messaging.actions.telling import answer_in_sandbox, take_told, unsubscribe, unsubscribed_message
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
from acuerdo.messaging.actions.tokens import token_of, uid_of_token
from acuerdo.messaging.actions.voice import expire_calls
from acuerdo.messaging.actions.withdrawal import withdraw_many, withdraw_paid, withdraw_planned
from acuerdo.messaging.campaign_figures import (
    CampaignFigures,
    campaign_figures,
    campaign_people,
    campaign_rows,
    running_campaigns,
)
from acuerdo.messaging.models import (
    Campaign,
    Conversation,
    ConversationState,
    Inbound,
    InboundFile,
    Message,
    MessageState,
    Template,
)
from acuerdo.messaging.ports import Answer, Call, MessageChannel, Outgoing
from acuerdo.messaging.previews import Sample, compose_samples
from acuerdo.messaging.queries import (
    Wanted,
    best_points,
    conversations_of,
    gather,
    messages_of,
    published_texts,
    sandbox_deliveries,
    sent_texts,
    source_of,
    thread_of,
    unknown_senders,
)
from acuerdo.messaging.rules.approval import PROVIDER_STATES
from acuerdo.messaging.rules.catalogue import FIELDS, TOLD_FIELDS
from acuerdo.messaging.rules.compose import blocking_rule
from acuerdo.messaging.rules.fields import PersonFacts, sample_values, values_of
from acuerdo.messaging.rules.judgement import Judgement, TemplateText, judge_template, preview, whatsapp_category
from acuerdo.messaging.rules.letter import html_letter
from acuerdo.messaging.rules.tone import Finding, ToneReport, check_tone, remedy

__all__ = [
    "CAMPAIGN_STEPS",
    "CHANNELS",
    "CODE_CHANNELS",
    "FIELDS",
    "FORMS",
    "MAY_DECIDE",
    "MAY_WRITE",
    "PROVIDER_STATES",
    "TOLD_FIELDS",
    "Addressed",
    "Answer",
    "Call",
    "Campaign",
    "CampaignFigures",
    "CampaignText",
    "Conversation",
    "ConversationState",
    "Delivered",
    "Finding",
    "Inbound",
    "InboundFile",
    "Judgement",
    "LetterBatch",
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
    "SentCode",
    "Template",
    "TemplateText",
    "ToneReport",
    "Wanted",
    "accept_agreement",
    "agreement_link",
    "answer_in_sandbox",
    "approve_campaign",
    "approve_template",
    "begin_version",
    "best_points",
    "blocking_rule",
    "campaign_figures",
    "campaign_people",
    "campaign_rows",
    "check_tone",
    "code_receivers",
    "compose_samples",
    "configured_channels",
    "configured_routes",
    "conversations_of",
    "count_states",
    "create_template",
    "deliver_all_due",
    "deliver_due",
    "enrol_people",
    "expire_calls",
    "fall_back",
    "file_path",
    "forget_old_events",
    "forget_person",
    "forget_preview",
    "gather",
    "grade_senders",
    "html_letter",
    "judge_template",
    "keep_preview",
    "letter_batches",
    "letter_file",
    "letters_folder",
    "load_templates",
    "messages_of",
    "note_bureau_notices",
    "note_fetched",
    "note_posted",
    "offered_replies",
    "open_short_link",
    "pause_campaign",
    "plan_batch",
    "plan_campaign",
    "plan_of_token",
    "preview",
    "preview_campaign",
    "provider_board",
    "published_texts",
    "record_provider_state",
    "recover_stuck",
    "remedy",
    "remind_of_instalments",
    "reply_fields",
    "resume_campaign",
    "retire_template",
    "running_campaigns",
    "sample_values",
    "sandbox_deliveries",
    "save_campaign",
    "save_template",
    "send_back_campaign",
    "send_back_template",
    "send_code",
    "send_reply",
    "sent_texts",
    "settle_conversation",
    "shorten_links",
    "source_of",
    "stop_campaign",
    "submit_campaign",
    "submit_template",
    "switch_provider",
    "take_conversation",
    "take_mail",
    "take_told",
    "text_of",
    "thread_of",
    "token_of",
    "told_fields_of",
    "uid_of_token",
    "unknown_senders",
    "unsubscribe",
    "unsubscribed_message",
    "values_of",
    "whatsapp_category",
    "withdraw_instalments",
    "withdraw_many",
    "withdraw_paid",
    "withdraw_planned",
]
