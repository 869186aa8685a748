"""Templates, the outbox of messages, what providers tell of them, what people answer, and the sandbox mailbox."""

from typing import ClassVar

from django.db import models

from acuerdo.base.fields import uid_field


class Template(models.Model):
    """One version of one text. `body` holds {field} places of `rules/catalogue.py`; only a published version is sent.

    A variant for a country, a segment or a form of address stands beside the general one and is preferred where it fits.
    """

    uid = uid_field()
    code = models.CharField(max_length=60)
    version = models.IntegerField(default=1)
    channel = models.CharField(max_length=8)
    language = models.CharField(max_length=2, default="es")
    country = models.CharField(max_length=2, blank=True)
    segment = models.CharField(max_length=40, blank=True, default="", db_default="")
    form_of_address = models.CharField(max_length=8, default="usted", db_default="usted")  # usted | tu | vos
    stage = models.CharField(max_length=12, blank=True)
    situation = models.CharField(max_length=40, blank=True)
    purpose = models.CharField(max_length=12, default="collection")
    subject = models.CharField(max_length=160, blank=True)
    body = models.TextField()
    status = models.CharField(max_length=10, default="published")  # draft | submitted | published | retired
    origin = models.CharField(max_length=8, default="library")  # library | own
    note = models.CharField(max_length=300, blank=True, default="", db_default="")  # why it changed, or was sent back
    written_by = models.CharField(max_length=60, blank=True, default="", db_default="")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True, default="", db_default="")
    decided_at = models.DateTimeField(null=True)
    # of WhatsApp: the name the provider knows it by, and what the provider said of it
    provider_name = models.CharField(max_length=60, blank=True, default="", db_default="")
    provider_state = models.CharField(max_length=10, blank=True, default="", db_default="")
    provider_note = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "channel", "language", "country", "segment", "form_of_address", "version"],
                name="messaging_template_variant",
            )
        ]


class ShortLink(models.Model):
    """A short address on our own domain. `url` is ours and personal, so it is found by its unguessable code only."""

    code = models.CharField(max_length=12, unique=True)
    url = models.CharField(max_length=500)
    message = models.ForeignKey("Message", null=True, on_delete=models.CASCADE, related_name="short_links")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_count = models.IntegerField(default=0)
    opened_at = models.DateTimeField(null=True)  # the last time


class MessageState(models.TextChoices):
    SCHEDULED = "scheduled", "Programado"
    SENDING = "sending", "Saliendo"
    SENT = "sent", "Enviado"
    DELIVERED = "delivered", "Entregado"
    READ = "read", "Leído"
    FAILED = "failed", "No salió"
    BLOCKED = "blocked", "Bloqueado"
    CANCELLED = "cancelled", "Cancelado"


class Message(models.Model):
    """One text for one person. `plan_key` (date, person, purpose) makes planning twice harmless; the rendered text is what was sent.

    `secret` is the seed of a one-time code that the stored text masks; it goes when the message has left or never will.
    `context` holds what the text is made from and no table does: {"obligations": [id, …], "writer": "…", "payment": {…}}.
    """

    uid = uid_field()
    plan_key = models.CharField(max_length=100, unique=True)
    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.PROTECT, related_name="+", db_index=False)
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.PROTECT, related_name="+")
    obligation = models.ForeignKey("portfolio.Obligation", null=True, on_delete=models.PROTECT, related_name="+")
    contact_point = models.ForeignKey("portfolio.ContactPoint", null=True, on_delete=models.SET_NULL, related_name="+")
    attempt = models.OneToOneField("policy.Attempt", null=True, on_delete=models.PROTECT, related_name="+")
    verdict = models.ForeignKey("policy.Verdict", null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8)
    purpose = models.CharField(max_length=12, default="collection")
    template = models.ForeignKey(Template, null=True, on_delete=models.PROTECT, related_name="messages")
    receiver = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    body_html = models.TextField(blank=True)
    secret = models.CharField(max_length=32, blank=True, default="", db_default="")
    context = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.SCHEDULED)
    scheduled_for = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    # While it leaves: the lock that its worker holds, and whether its turn to be said had come.
    claim = models.BigIntegerField(null=True)
    is_handed = models.BooleanField(default=False, db_default=False)
    provider = models.CharField(max_length=40, blank=True)
    provider_ref = models.CharField(max_length=200, blank=True)
    sender = models.CharField(max_length=40, blank=True, db_default="", default="")  # number or name it came from
    tried = models.CharField(
        max_length=200, blank=True, db_default="", default=""
    )  # providers that failed it, by comma
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["scheduled_for"], condition=models.Q(state="scheduled"), name="messaging_message_outbox"
            ),
            models.Index(fields=["debtor", "-scheduled_for"], name="messaging_message_debtor"),
            models.Index(fields=["updated_at"], condition=models.Q(state="sending"), name="messaging_message_sending"),
            models.Index(
                fields=["provider_ref"], condition=~models.Q(provider_ref=""), name="messaging_message_reference"
            ),
            models.Index(
                fields=["provider", "sender", "sent_at"],
                condition=~models.Q(sender=""),
                name="messaging_message_sender",
            ),
        ]


class MessagePart(models.Model):
    """One part of an SMS that left as a chain: the centre answers, and later reports, for each part apart."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="parts")
    provider = models.CharField(max_length=40)
    reference = models.CharField(max_length=100)
    number = models.SmallIntegerField()
    fate = models.CharField(max_length=10, default="accepted")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["reference", "provider"], name="messaging_part_reference")]


class ProviderState(models.Model):
    """What is known of one provider, and whether a person switched it off. `paced_until` is in the server's real time."""

    name = models.CharField(max_length=40, unique=True)
    is_on = models.BooleanField(default=True)
    troubles = models.IntegerField(default=0)
    resting_until = models.DateTimeField(null=True)
    paced_until = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_trouble = models.CharField(max_length=60, blank=True)
    last_trouble_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)  # of its receipts, statuses or answers
    quality = models.CharField(max_length=12, blank=True)  # as WhatsApp rates the number: GREEN, YELLOW, RED
    reason = models.CharField(max_length=200, blank=True)
    changed_by = models.CharField(max_length=60, blank=True)
    changed_at = models.DateTimeField(null=True)


class SenderState(models.Model):
    """How a number, name or mail domain stands, counted anew every hour over its last days (rules/reputation.py)."""

    provider = models.CharField(max_length=40)
    sender = models.CharField(max_length=40)
    grade = models.CharField(max_length=8, default="new")
    sent = models.IntegerField(default=0)
    delivered = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    complaints = models.IntegerField(default=0)
    stops = models.IntegerField(default=0)
    graded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "sender"], name="messaging_sender_once")]


class ProviderEvent(models.Model):
    """One thing that a provider told, once: a repeat finds its key taken. It waits here until its message is known."""

    provider = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    reference = models.CharField(max_length=200, blank=True)
    message_uid = models.UUIDField(null=True)
    fate = models.CharField(max_length=10)
    about = models.CharField(max_length=10, blank=True)
    code = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "key"], name="messaging_event_once")]
        indexes: ClassVar = [
            models.Index(fields=["reference"], condition=models.Q(applied_at=None), name="messaging_event_waiting")
        ]


class ConversationState(models.TextChoices):
    OPEN = "open", "Por responder"
    WAITING = "waiting", "Esperando a la persona"
    CLOSED = "closed", "Cerrada"


class Conversation(models.Model):
    """All that one person and the house wrote to each other, on every channel. `urgency` 0 none, 1 today, 2 at once."""

    uid = uid_field()
    debtor = models.OneToOneField("portfolio.Debtor", on_delete=models.CASCADE, related_name="+")
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=ConversationState.choices, default=ConversationState.OPEN)
    urgency = models.SmallIntegerField(default=0)
    intent = models.CharField(max_length=20, blank=True)
    assignee = models.ForeignKey("base.User", null=True, on_delete=models.SET_NULL, related_name="+")
    channel = models.CharField(max_length=8)
    unread = models.IntegerField(default=0)
    last_inbound_at = models.DateTimeField()
    call_at = models.DateTimeField(null=True)  # when the person asked to be called
    updated_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "-urgency", "last_inbound_at"], name="messaging_conversation_inbox")
        ]


class Inbound(models.Model):
    """One message that came in, whole and once. `debtor` is null while nobody knows whose address it came from."""

    uid = uid_field()
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, related_name="inbound")
    debtor = models.ForeignKey("portfolio.Debtor", null=True, on_delete=models.CASCADE, related_name="+")
    contact_point = models.ForeignKey("portfolio.ContactPoint", null=True, on_delete=models.SET_NULL, related_name="+")
    attempt = models.OneToOneField("policy.Attempt", null=True, on_delete=models.SET_NULL, related_name="+")
    answers = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="replies")
    provider = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    channel = models.CharField(max_length=8)
    sender = models.CharField(max_length=254)
    receiver = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    intent = models.CharField(max_length=20, blank=True)
    done = models.JSONField(default=list)  # what was done at once, as codes
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "key"], name="messaging_inbound_once")]
        indexes: ClassVar = [models.Index(fields=["sender", "-at"], name="messaging_inbound_sender")]


class InboundFile(models.Model):
    """An attachment, kept privately under its digest, or refused with the reason; it is never sent on to anybody."""

    uid = uid_field()
    inbound = models.ForeignKey(Inbound, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80, blank=True)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    refused = models.CharField(max_length=40, blank=True)


class InboundPart(models.Model):
    """A part of a long SMS that waits for the others of its chain."""

    provider = models.CharField(max_length=40)
    sender = models.CharField(max_length=40)
    receiver = models.CharField(max_length=40)
    reference = models.IntegerField()
    total = models.SmallIntegerField()
    number = models.SmallIntegerField()
    text = models.CharField(max_length=200)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "sender", "receiver", "reference", "total", "number"], name="messaging_part_once"
            )
        ]


class SandboxDelivery(models.Model):
    """What the sandbox adapter delivered: the demo's telephone and mailbox."""

    message_uid = models.UUIDField(unique=True)
    channel = models.CharField(max_length=8)
    sender = models.CharField(max_length=160)
    receiver = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    body_html = models.TextField(blank=True)
    received_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-received_at"], name="messaging_sandbox_received"),
            models.Index(fields=["receiver", "-received_at"], name="messaging_sandbox_receiver"),
        ]


class Campaign(models.Model):
    """One thing told to everybody whom `segment`, a condition over the strategy's facts, names; once each, between two instants.

    `fields` are what the text asks for and no table holds; `subject_b` makes two subjects of one mail compete. `preview` holds
    the figures that the second person reads; `rounds` counts pauses, since what a pause took back is planned anew.
    """

    uid = uid_field()
    name = models.CharField(max_length=80)
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.PROTECT, related_name="+")
    segment = models.TextField()
    template = models.CharField(max_length=60)
    channel = models.CharField(max_length=8)
    # by comma, in order: for whom the channels before cannot be used, or may not be
    further_channels = models.CharField(max_length=60, blank=True, default="", db_default="")
    purpose = models.CharField(max_length=12)
    fields = models.JSONField(default=dict)
    subject_b = models.CharField(max_length=160, blank=True)
    share_b = models.SmallIntegerField(default=50)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    paid_within_days = models.SmallIntegerField(default=15)
    state = models.CharField(max_length=10, default="draft")
    rounds = models.SmallIntegerField(default=0)
    people = models.IntegerField(default=0)
    preview = models.JSONField(default=dict)
    previewed_at = models.DateTimeField(null=True)
    preview_failure = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    written_by = models.CharField(max_length=60)
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    @property
    def channels(self) -> list[str]:
        """In order of preference."""
        return [self.channel, *filter(None, self.further_channels.split(","))]

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state"], condition=models.Q(state="running"), name="messaging_campaign_running")
        ]


class CampaignPerson(models.Model):
    """One person of a campaign: which subject, at which moment, and what became of it when it was planned."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="audience")
    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.CASCADE, related_name="+")
    obligations = models.JSONField(default=list)  # their ids, the leading one first
    subject = models.CharField(max_length=1, default="a")
    slot_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True)
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "debtor"], name="messaging_campaign_person_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["campaign", "slot_at"],
                condition=models.Q(planned_at=None),
                name="messaging_campaign_waiting",
            )
        ]


class LetterMark(models.Model):
    """What people did with one PDF of letters: who fetched it for the printer, and who took it to the post."""

    name = models.CharField(max_length=80, unique=True)  # of the file, as the messages keep it in `provider_ref`
    fetched_at = models.DateTimeField(null=True)
    fetched_by = models.CharField(max_length=60, blank=True)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.CharField(max_length=60, blank=True)


class VoiceJob(models.Model):
    """A spoken message that waits for the telephone exchange: the sound is made, the call is the dialer's to place.

    Whoever places it asks the gate again and looks at `expires_at`: a call may not be made another day.
    """

    message_uid = models.UUIDField(unique=True)
    receiver = models.CharField(max_length=40)
    audio = models.CharField(max_length=80)  # in `voice/` of the data folder
    seconds = models.IntegerField()
    queued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["queued_at"], condition=models.Q(taken_at=None), name="messaging_voice_waiting")
        ]
