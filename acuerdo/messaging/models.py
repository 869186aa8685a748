"""Templates, the outbox of messages, and the sandbox mailbox where a message can be read as its receiver sees it."""

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
    context = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.SCHEDULED)
    scheduled_for = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    provider = models.CharField(max_length=40, blank=True)
    provider_ref = models.CharField(max_length=200, blank=True)
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
