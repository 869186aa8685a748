"""Facts about a person that bind every contact, the one contact log, and the verdicts that let a contact out or refused it."""

from typing import ClassVar

from django.db import models

from acuerdo.base.fields import uid_field


class Channel(models.TextChoices):
    SMS = "sms", "SMS"
    EMAIL = "email", "Correo"
    WHATSAPP = "whatsapp", "WhatsApp"
    VOICE = "voice", "Mensaje de voz"
    CALL = "call", "Llamada"
    VISIT = "visit", "Visita"
    LETTER = "letter", "Carta"


class Consent(models.Model):
    """The person's authorisation of one channel and purpose, with its proof; in force from `granted_at` until revoked."""

    uid = uid_field()
    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    purpose = models.CharField(max_length=12, default="collection")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=60)
    proof = models.CharField(max_length=200, blank=True)
    recorded_by = models.CharField(max_length=60)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["debtor", "channel"], name="policy_consent_debtor")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True) | models.Q(revoked_at__gte=models.F("granted_at")),
                name="policy_consent_order",
            )
        ]


class HoldKind(models.TextChoices):
    DISPUTE = "dispute", "En disputa"
    INSOLVENCY = "insolvency", "Insolvencia"
    DECEASED = "deceased", "Fallecimiento"
    ALREADY_PAID = "already_paid", "Ya pagó (en verificación)"
    REPRESENTED = "represented", "Con representante"
    DO_NOT_CONTACT = "do_not_contact", "No contactar"
    WRONG_PERSON = "wrong_person", "No es la persona"
    COMPLAINT = "complaint", "Reclamo en trámite"
    VULNERABLE = "vulnerable", "Situación especial"
    HARDSHIP = "hardship", "Dificultad de pago en estudio"
    INSURANCE_CLAIM = "insurance_claim", "Seguro o siniestro en trámite"
    LEGAL_REVIEW = "legal_review", "Revisión legal"
    COOLING_OFF = "cooling_off", "Pausa después de una conversación"
    INFORMATION_DUE = "information_due", "Información por enviar"
    IN_REVIEW = "in_review", "Solicitud en estudio"
    COMMITMENT = "commitment", "Promesa o plan vigente"
    IDENTITY_DOUBT = "identity_doubt", "Titularidad del medio en duda"
    FRAUD = "fraud", "Suplantación o fraude"
    LAWSUIT = "lawsuit", "Proceso judicial"
    AUTHORITY_ORDER = "authority_order", "Orden de autoridad"


class Hold(models.Model):
    """A stop on contacting a person, for all channels or one, for all obligations or one, until it ends or is lifted."""

    uid = uid_field()
    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.CASCADE, related_name="+")
    obligation = models.ForeignKey("portfolio.Obligation", null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=HoldKind.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True)  # a person looks again; the hold stays
    reason = models.CharField(max_length=300)
    placed_by = models.CharField(max_length=60)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=60, blank=True)
    lift_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["debtor"], condition=models.Q(lifted_at__isnull=True), name="policy_hold_open")
        ]


class ContactPreference(models.Model):
    """The customer's own hours, given after the contract in a separate record (CO: Ley 2300 de 2023, art. 3, par.)."""

    debtor = models.OneToOneField("portfolio.Debtor", primary_key=True, on_delete=models.CASCADE, related_name="+")
    hours = models.JSONField()  # {"mon": [["18:00", "20:00"]], …}
    instrument = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class PolicyReading(models.Model):
    """A creditor's choice among the readings that a pack offers; the latest approval on or before a date is in force."""

    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.CASCADE, related_name="+")
    pack = models.CharField(max_length=8)
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=60)
    approved_by = models.CharField(max_length=60)
    approved_on = models.DateField()
    reason = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["creditor", "pack", "name", "approved_on"], name="policy_reading_once")
        ]


class Verdict(models.Model):
    """The gate's stored answer to one question: facts used, every rule that spoke, and the next permitted moment."""

    uid = uid_field()
    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.CASCADE, related_name="+", db_index=False)
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    purpose = models.CharField(max_length=12)
    recipient = models.CharField(max_length=12)
    verdict = models.CharField(max_length=6)  # allow | deny | refuse
    rules = models.JSONField(default=list)
    first_rule = models.CharField(max_length=60, blank=True)
    next_allowed_at = models.DateTimeField(null=True)
    pack = models.CharField(max_length=8)
    pack_version = models.CharField(max_length=40)
    question = models.JSONField()
    actor = models.CharField(max_length=60, default="", db_default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["debtor", "-at"], name="policy_verdict_debtor"),
            models.Index(fields=["at"], name="policy_verdict_at"),
        ]


class AttemptStatus(models.TextChoices):
    RESERVED = "reserved", "Autorizado"
    SENT = "sent", "Enviado"
    DELIVERED = "delivered", "Entregado"
    READ = "read", "Leído"
    ANSWERED = "answered", "Respondido"
    UNANSWERED = "unanswered", "Sin respuesta"
    FAILED = "failed", "No salió"
    CANCELLED = "cancelled", "Cancelado"


class Attempt(models.Model):
    """One contact on any channel, out or in: the only table that caps are counted from."""

    uid = uid_field()
    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.PROTECT, related_name="+", db_index=False)
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    obligation = models.ForeignKey(
        "portfolio.Obligation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contact_point = models.ForeignKey(
        "portfolio.ContactPoint", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    verdict = models.OneToOneField(Verdict, null=True, on_delete=models.PROTECT, related_name="attempt")
    at = models.DateTimeField()
    direction = models.CharField(max_length=3, default="out")  # out | in
    channel = models.CharField(max_length=8, choices=Channel.choices)
    purpose = models.CharField(max_length=12, default="collection")
    recipient = models.CharField(max_length=12, default="debtor")
    status = models.CharField(max_length=10, choices=AttemptStatus.choices)
    right_party = models.BooleanField(default=False)
    is_two_way = models.BooleanField(default=False, db_default=False)
    counts = models.BooleanField(
        default=True, db_default=True
    )  # towards caps: false for what the law exempts or what never left
    has_left = models.BooleanField(default=True, db_default=True)  # false: it failed before, or reached nobody's line
    disposition = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    duration_seconds = models.IntegerField(null=True)
    balance_stated_minor = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict, db_default={})  # the disposition's fields and secondary codes
    actor = models.CharField(max_length=60)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["debtor", "-at"], name="policy_attempt_debtor"),
            models.Index(fields=["at", "channel"], name="policy_attempt_at"),
        ]


class PersonSalt(models.Model):
    """What a person's commitments in the receipts are salted with. Deleting the row makes them say nothing, for ever."""

    debtor = models.OneToOneField("portfolio.Debtor", primary_key=True, on_delete=models.CASCADE, related_name="+")
    salt = models.BinaryField(max_length=32)


class ReceiptChain(models.Model):
    """The head of one creditor's chain. Its row is the lock under which the chain grows (`policy_append_receipts`)."""

    creditor = models.OneToOneField("portfolio.Creditor", primary_key=True, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)


class ReceiptKind(models.TextChoices):
    VERDICT = "verdict", "Respuesta"
    CONTENT = "content", "Contenido"
    STATUS = "status", "Entrega"
    OUTCOME = "outcome", "Resultado"
    BUREAU = "bureau", "Central de riesgo"


class Receipt(models.Model):
    """One link of a creditor's chain (see rules/proof.py). `payload` is canonical JSON as text: its very bytes are hashed.

    `subject` is the person's uid; no key ties the two, so that a person's row may go and the chain stays whole.
    """

    pk = models.CompositePrimaryKey("creditor_id", "sequence")
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=ReceiptKind.choices)
    subject = models.UUIDField()
    payload = models.TextField()
    previous_digest = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject"], name="policy_receipt_subject"),
            models.Index(fields=["creditor", "at"], name="policy_receipt_at"),
        ]


class Checkpoint(models.Model):
    """A signed statement about the links `first_sequence` to `sequence` of a chain (see rules/proof.py)."""

    pk = models.CompositePrimaryKey("creditor_id", "sequence")
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    first_sequence = models.BigIntegerField()
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    digest = models.BinaryField(max_length=32)
    root = models.BinaryField(max_length=32)
    public_key = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)


class RegistryLoad(models.Model):
    """One consultation of a country's registry of excluded numbers: the file that was loaded, whole."""

    country = models.CharField(max_length=2)
    loaded_at = models.DateTimeField()
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    numbers = models.IntegerField()
    loaded_by = models.CharField(max_length=60)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["country", "-loaded_at"], name="policy_registryload_last")]


class ExcludedNumber(models.Model):
    """A number or address whose owner asked for no advertising; it binds from `effective_on` until the registry drops it."""

    country = models.CharField(max_length=2)
    value = models.CharField(max_length=254)
    registered_on = models.DateField()
    effective_on = models.DateField()
    removed_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["value", "country", "registered_on"], name="policy_excluded_once")
        ]


class PetitionKind(models.TextChoices):
    ACCESS = "access", "Consulta de datos"
    CORRECTION = "correction", "Corrección de datos"
    DELETION = "deletion", "Supresión de datos"
    REVOCATION = "revocation", "Revocatoria de la autorización"
    COMPLAINT = "complaint", "Queja por la gestión"
    DISPUTE = "dispute", "Reclamo por la deuda"
    HARDSHIP = "hardship", "Dificultad para pagar"


class PetitionState(models.TextChoices):
    RECEIVED = "received", "Recibida"
    IN_STUDY = "in_study", "En estudio"
    INCOMPLETE = "incomplete", "Incompleta"
    ANSWERED = "answered", "Respondida"
    TRANSFERRED = "transferred", "Trasladada"
    WITHDRAWN = "withdrawn", "Desistida"


class Petition(models.Model):
    """A request of the data subject, a complaint, a dispute or a hardship as a case with clocks (rules/petitions.py tells states
    and terms). `reason` is one of its kind's; `book_number` its line in the complaint book, where the country has one."""

    uid = uid_field()
    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.PROTECT, related_name="+")
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    obligation = models.ForeignKey(
        "portfolio.Obligation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    attempt = models.ForeignKey(
        "policy.Attempt", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=10, choices=PetitionKind.choices)
    state = models.CharField(max_length=11, choices=PetitionState.choices, default=PetitionState.RECEIVED)
    reason = models.CharField(max_length=20, blank=True, default="", db_default="")
    book_number = models.CharField(max_length=20, blank=True, default="", db_default="")
    source = models.CharField(max_length=40)
    text = models.TextField()
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=60)
    owner = models.CharField(max_length=60, blank=True)
    started_on = models.DateField()  # complete from this day; the clock counts from the next
    due_on = models.DateField()
    legend_on = models.DateField(null=True)  # «reclamo en trámite» must show by this day
    complete_by = models.DateField(null=True)
    transfer_by = models.DateField(null=True)
    asked_on = models.DateField(null=True)  # when the person was asked to complete it
    abandoned_on = models.DateField(null=True)
    is_extended = models.BooleanField(default=False)
    extension_reason = models.CharField(max_length=300, blank=True)
    resolution = models.CharField(max_length=8, blank=True)
    answer = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    citation = models.CharField(max_length=160)
    updated_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["debtor", "-received_at"], name="policy_petition_debtor"),
            models.Index(
                fields=["due_on"],
                condition=models.Q(state__in=["received", "in_study", "incomplete"]),
                name="policy_petition_open",
            ),
            models.Index(fields=["received_at"], name="policy_petition_received"),
            models.Index(fields=["updated_at", "uid"], name="policy_petition_updated"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["creditor", "book_number"],
                condition=~models.Q(book_number=""),
                name="policy_petition_book_number",
            )
        ]


class PetitionStep(models.Model):
    """What happened to a petition, in order; never changed. `before` is what undoing the step puts back."""

    petition = models.ForeignKey(Petition, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    event = models.CharField(max_length=16)
    actor = models.CharField(max_length=60)
    note = models.TextField(blank=True)
    before = models.JSONField(default=dict, db_default={})

    class Meta:
        ordering: ClassVar = ["at", "pk"]


class PetitionPaper(models.Model):
    """A paper of the obligation that belongs to a case: what the person sent, what the answer rests on."""

    petition = models.ForeignKey(Petition, on_delete=models.CASCADE, related_name="papers")
    paper = models.ForeignKey("portfolio.ObligationDocument", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["petition", "paper"], name="policy_petition_paper_once")
        ]


class BureauNotice(models.Model):
    """A notice sent before a negative report to a bureau (CO: Ley 1266 de 2008, art. 12); one a day counts."""

    uid = uid_field()
    obligation = models.ForeignKey("portfolio.Obligation", on_delete=models.PROTECT, related_name="+", db_index=False)
    sent_on = models.DateField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    proof = models.CharField(max_length=200)
    recorded_by = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["obligation", "sent_on", "channel"], name="policy_bureaunotice_once")
        ]


class BureauAuthorisation(models.Model):
    """The person's express authorisation to report to a bureau, before any report (CO: Ley 1266 de 2008)."""

    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.CASCADE, related_name="+")
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    granted_on = models.DateField()
    revoked_on = models.DateField(null=True)
    proof = models.CharField(max_length=200)
    recorded_by = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["debtor", "creditor"],
                condition=models.Q(revoked_on__isnull=True),
                name="policy_bureauauthorisation_standing",
            )
        ]


class BureauReport(models.Model):
    """A negative report to a credit bureau that somebody with the role let out when the law's clocks allowed it, until it is
    withdrawn. The figures are those of the day on which it was let out."""

    uid = uid_field()
    obligation = models.ForeignKey("portfolio.Obligation", on_delete=models.PROTECT, related_name="+")
    bureau = models.CharField(max_length=60)
    arrears_since = models.DateField()
    balance_minor = models.BigIntegerField()
    released_on = models.DateField()
    released_at = models.DateTimeField()
    released_by = models.CharField(max_length=60)
    citation = models.CharField(max_length=160)
    withdrawn_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=60, blank=True)
    withdrawal_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["obligation"],
                condition=models.Q(withdrawn_on__isnull=True),
                name="policy_bureaureport_standing",
            )
        ]
