"""Who owes it: creditors, agencies, debtors, how to reach them, their obligations, and the files they came from."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from acuerdo.base.fields import uid_field


class Creditor(models.Model):
    """The owner of the debt, and how its customers pay it. `pays` lists ways to pay as shown to customers."""

    uid = uid_field()
    name = models.CharField(max_length=120, unique=True)
    legal_name = models.CharField(max_length=160)
    tax_id = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    timezone = models.CharField(max_length=40)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    website = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=160, blank=True)
    ways_to_pay = models.JSONField(default=list)  # [{"name": "PSE", "detail": "…"}]
    # one payment of a person with several open obligations: oldest due first, or a person decides
    splits_oldest_first = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    uid = uid_field()
    name = models.CharField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.name


class DebtorKind(models.TextChoices):
    PERSON = "person", "Persona"
    COMPANY = "company", "Empresa"


class Debtor(models.Model):
    """One natural person or company, once in an installation, however many obligations and creditors it has."""

    uid = uid_field()
    kind = models.CharField(max_length=8, choices=DebtorKind.choices, default=DebtorKind.PERSON)
    id_country = models.CharField(max_length=2)
    id_type = models.CharField(max_length=8)
    id_number = models.CharField(max_length=60)
    full_name = models.CharField(max_length=200)
    search_name = models.CharField(max_length=200)  # upper case, no accents: kernel.text.search_key
    preferred_name = models.CharField(max_length=80, blank=True)
    form_of_address = models.CharField(max_length=6, default="usted")
    language = models.CharField(max_length=2, default="es")
    timezone = models.CharField(max_length=40)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    extra = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id_country", "id_type", "id_number"], name="portfolio_debtor_national_id")
        ]

    def __str__(self) -> str:
        return str(self.uid)


class ContactKind(models.TextChoices):
    PHONE = "phone", "Teléfono"
    EMAIL = "email", "Correo"
    ADDRESS = "address", "Dirección"


class ContactRole(models.TextChoices):
    PAYMENTS = "payments", "Pagos"
    TREASURY = "treasury", "Tesorería"
    ACCOUNTING = "accounting", "Contabilidad"
    LEGAL_REPRESENTATIVE = "legal_representative", "Representante legal"
    OWNER = "owner", "Dueño"
    OTHER = "other", "Otra área"


class ContactPoint(models.Model):
    """A phone (E.164), e-mail or address. `ownership` 0–100 is how sure we are that it is this person's.

    Of a company, `contact_name` and `contact_role` say who answers there.
    """

    uid = uid_field()
    debtor = models.ForeignKey(Debtor, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=8, choices=ContactKind.choices)
    value = models.CharField(max_length=254)
    label = models.CharField(max_length=40, blank=True)
    contact_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    contact_role = models.CharField(max_length=20, blank=True, choices=ContactRole.choices, default="", db_default="")
    phone_type = models.CharField(max_length=8, blank=True)  # mobile | fixed | unknown
    source = models.CharField(max_length=60)
    is_valid = models.BooleanField(default=True)
    invalid_reason = models.CharField(max_length=40, blank=True)
    ownership = models.SmallIntegerField(default=70)
    last_result = models.CharField(max_length=40, blank=True)
    last_result_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["debtor", "kind", "value"], name="portfolio_contactpoint_once")
        ]
        indexes: ClassVar = [models.Index(fields=["value"], name="portfolio_contactpoint_value")]


class ObligationKind(models.TextChoices):
    LOAN = "loan", "Crédito"
    CARD = "card", "Tarjeta"
    INVOICE = "invoice", "Factura"


class Obligation(models.Model):
    """What one debtor owes one creditor. Its money is the ledger account with the same primary key."""

    account = models.OneToOneField(
        "ledger.Account", primary_key=True, on_delete=models.PROTECT, related_name="+", db_column="id"
    )
    uid = uid_field()
    creditor = models.ForeignKey(Creditor, on_delete=models.PROTECT, related_name="obligations")
    debtor = models.ForeignKey(Debtor, on_delete=models.PROTECT, related_name="obligations")
    number = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=ObligationKind.choices, default=ObligationKind.LOAN)
    product = models.CharField(max_length=80, blank=True)
    branch = models.CharField(max_length=80, blank=True)
    rate_text = models.CharField(max_length=60, blank=True)
    consequences = models.TextField(blank=True)  # of paying late, in the lender's own approved words
    extra = models.JSONField(default=dict)
    first_seen_on = models.DateField()
    last_seen_on = models.DateField()
    gone_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["creditor", "number"], name="portfolio_obligation_creditor_number")
        ]


class PartyRelation(models.TextChoices):
    CO_DEBTOR = "co_debtor", "Codeudor"
    GUARANTOR = "guarantor", "Fiador o avalista"
    REFERENCE = "reference", "Referencia"


class ObligationParty(models.Model):
    """Another person named in the obligation. A `reference` is kept only so that contacting it can be refused."""

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="parties")
    debtor = models.ForeignKey(Debtor, on_delete=models.PROTECT, related_name="parties")
    relation = models.CharField(max_length=10, choices=PartyRelation.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["obligation", "debtor", "relation"], name="portfolio_party_once")
        ]


class ObligationDocument(models.Model):
    """A paper attached to one obligation (contract, promissory note). The file lies in the data folder under its digest."""

    uid = uid_field()
    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=60)


class Placement(models.Model):
    """An obligation handed to an agency (`agency`) or to one agent (`agent`), from a date until it is recalled."""

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="placements")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="placements")
    agent = models.ForeignKey("base.User", null=True, on_delete=models.PROTECT, related_name="+")
    placed_on = models.DateField()
    recalled_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["obligation"], condition=models.Q(recalled_on__isnull=True), name="portfolio_placement_one_open"
            )
        ]


class ImportProfile(models.Model):
    """How one lender's file reads: column → canonical field, and the formats of numbers and dates."""

    uid = uid_field()
    name = models.CharField(max_length=60, unique=True)
    mapping = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)


class ImportStatus(models.TextChoices):
    PREVIEWED = "previewed", "En revisión"
    RUNNING = "running", "En curso"
    DONE = "done", "Cargado"
    FAILED = "failed", "No se cargó"
    UNDONE = "undone", "Deshecho"


class ImportBatch(models.Model):
    """One file loaded once. `report` counts what was new, changed, paid, gone and rejected, with sums in minor units."""

    uid = uid_field()
    creditor = models.ForeignKey(Creditor, on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(max_length=12)  # portfolio | instalments | payments
    file_names = ArrayField(models.CharField(max_length=255))
    sha256 = models.CharField(max_length=64)
    as_of = models.DateField()
    profile = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=ImportStatus.choices)
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(default=0)
    report = models.JSONField(default=dict)
    draft = models.JSONField(default=dict)  # what a person chose on the screen: profile, instalments, partial
    phase = models.CharField(max_length=12, blank=True)  # of `rows_done` and `rows_total` while it runs
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=60)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["creditor", "sha256"], name="portfolio_import_digest")]


class ImportRejection(models.Model):
    """One row of a file that was not loaded: where, why, and the row itself so that it can be corrected."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rejections")
    file = models.CharField(max_length=255, blank=True)
    row = models.BigIntegerField()
    column = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60)
    message = models.TextField()
    cells = models.JSONField(default=dict)


class ImportChange(models.Model):
    """What one batch changed, so that the last batch can be undone: a row as it was `before`, or the keys of rows it `made`."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="changes")
    table = models.CharField(max_length=40)
    key = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    made = ArrayField(models.BigIntegerField(), null=True)


class CreditStatus(models.TextChoices):
    OPEN = "open", "Por identificar"
    ASSIGNED = "assigned", "Aplicado"
    RETURNED = "returned", "Devuelto"


class UnmatchedCredit(models.Model):
    """Money that a bank received and no rule could place: a person assigns it, or returns it to who paid.

    `reason` is a code of rules.reconcile.REASONS. `proposals`: [{"account_id", "strength", "clues"}], the strongest first.
    `payments` are the ledger payments that stand for it while it is assigned; `times_assigned` names them apart after an undo.
    """

    uid = uid_field()
    creditor = models.ForeignKey(Creditor, on_delete=models.PROTECT, related_name="unmatched_credits")
    batch = models.ForeignKey(ImportBatch, null=True, on_delete=models.SET_NULL, related_name="unmatched_credits")
    source = models.CharField(max_length=40)
    external_ref = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    reference = models.CharField(max_length=120, blank=True)
    document_id = models.CharField(max_length=40, blank=True)
    payer = models.CharField(max_length=160, blank=True)
    text = models.TextField(blank=True)
    status = models.CharField(max_length=8, choices=CreditStatus.choices, default=CreditStatus.OPEN)
    reason = models.CharField(max_length=24)
    proposals = models.JSONField(default=list)
    payments = ArrayField(models.BigIntegerField(), default=list)
    times_assigned = models.IntegerField(default=0)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_why = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_ref"], name="portfolio_credit_source_ref"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="portfolio_credit_positive"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["creditor", "paid_on", "id"], condition=models.Q(status="open"), name="portfolio_credit_waiting"
            ),
            models.Index(fields=["creditor", "-decided_at"], name="portfolio_credit_decided"),
        ]
