"""What is owed. An account is the money side of one obligation and shares its primary key.

What was agreed stands in terms and instalments, what happened in payments and events; entries are their postings:
immutable, double-entry, summing to zero for each transaction and currency. The state columns of an account are derived:
from the lender's own figures where `balance_source` is `core`, by replay where it is `ledger`. Amounts are integers of
the currency's minor unit.
"""

from typing import ClassVar

from django.db import models

from acuerdo.base.fields import uid_field


class BalanceSource(models.TextChoices):
    CORE = "core", "Core bancario"
    LEDGER = "ledger", "Acuerdo"


class AccountStatus(models.TextChoices):
    ACTIVE = "active", "Vigente"
    PAID = "paid", "Pagada"
    WRITTEN_OFF = "written_off", "Castigada"
    GONE = "gone", "Retirada"


class Stage(models.TextChoices):
    NONE = "none", "Al día"
    PREVENTIVE = "preventive", "Preventiva"
    DUE = "due", "Vencimiento"
    EARLY = "early", "Temprana"
    MIDDLE = "middle", "Media"
    LATE = "late", "Tardía"
    WRITTEN_OFF = "written_off", "Castigo"


class Account(models.Model):
    """Terms and present state of one debt. The state columns hold from `state_as_of` until a refresh changes them.

    `core_figures` keeps the lender's amounts as imported (state columns move on with payments and due dates); it belongs
    to the file of `core_taken_as_of` and is taken again when an import brings a newer `core_as_of`.
    """

    id = models.BigIntegerField(primary_key=True)
    currency = models.CharField(max_length=3)
    balance_source = models.CharField(max_length=6, choices=BalanceSource.choices)
    status = models.CharField(max_length=12, choices=AccountStatus.choices, default=AccountStatus.ACTIVE)
    principal_minor = models.BigIntegerField(null=True)
    disbursed_on = models.DateField(null=True)
    terms = models.JSONField(default=dict)
    # the lender's own figures, as of the last import (core) …
    core_as_of = models.DateField(null=True)
    core_due_since = models.DateField(null=True)
    core_figures = models.JSONField(null=True)
    core_taken_as_of = models.DateField(null=True)
    written_off_on = models.DateField(null=True)
    # … and the derived state
    state_as_of = models.DateField(null=True)
    principal_balance_minor = models.BigIntegerField(default=0)
    contract_interest_minor = models.BigIntegerField(default=0)
    late_interest_minor = models.BigIntegerField(default=0)
    insurance_minor = models.BigIntegerField(default=0)
    fees_minor = models.BigIntegerField(default=0, db_default=0)
    collection_fee_minor = models.BigIntegerField(default=0)
    balance_minor = models.BigIntegerField(default=0)
    balance_due_minor = models.BigIntegerField(default=0)
    unallocated_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    due_since = models.DateField(null=True)
    days_past_due = models.IntegerField(default=0)
    next_due_on = models.DateField(null=True)
    next_due_minor = models.BigIntegerField(default=0)
    last_payment_on = models.DateField(null=True)
    last_payment_minor = models.BigIntegerField(default=0)
    bucket = models.CharField(max_length=12, default="current")
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.NONE)
    updated_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # The figures that lists and boards sort and sum, without reading the wide rows of the table.
            models.Index(
                fields=["status", "bucket", "stage", "currency"],
                include=["id", "balance_minor", "balance_due_minor", "days_past_due"],
                name="ledger_account_figures",
            )
        ]


class Instalment(models.Model):
    """One due date. `cum_due_minor` = sum of totals up to and including this one; `paid_minor` what the file or ledger says."""

    pk = models.CompositePrimaryKey("account_id", "number")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="instalments", db_index=False)
    number = models.IntegerField()
    due_on = models.DateField()
    principal_minor = models.BigIntegerField()
    contract_interest_minor = models.BigIntegerField(default=0)
    insurance_minor = models.BigIntegerField(default=0)
    fees_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    cum_due_minor = models.BigIntegerField()


class OpenInstalment(models.Model):
    """What an instalment of a `ledger` account still owes, as left by the last replay; settled ones have no row.

    `late_exact` is all late interest accrued through `accrued_through`, in 10⁻²⁰ of a minor unit; from there the daily
    refresh adds days × rate × principal without playing the events again.
    """

    pk = models.CompositePrimaryKey("account_id", "number")
    # No constraint in the database: these rows are derived, and checking millions of them took most of a first refresh.
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="open_instalments", db_index=False, db_constraint=False
    )
    number = models.IntegerField()
    due_on = models.DateField()
    principal_minor = models.BigIntegerField()
    contract_interest_minor = models.BigIntegerField()
    insurance_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    collection_fee_minor = models.BigIntegerField()
    late_exact = models.DecimalField(max_digits=40, decimal_places=0)
    late_settled_minor = models.BigIntegerField()
    accrued_through = models.DateField()


class Payment(models.Model):
    """Money received, once for each (source, external_ref). A reversal is a row of its own that names the payment and says why."""

    uid = uid_field()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    source = models.CharField(max_length=40)
    external_ref = models.CharField(max_length=120)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversal")
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_ref"], name="ledger_payment_source_ref"),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="ledger_payment_not_zero"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "paid_on"], name="ledger_payment_account_day")]


class AccountEvent(models.Model):
    """What happened to a `ledger` account beside payments: a fee, a waiver, a pause of late interest, a write-off…

    `payment` is the one that a chargeback takes back; `details` holds the moved due dates of an extension, or the uid of the
    obligation that takes the debt over. A row recorded by mistake is annulled, never changed: from `annulled_at` on it counts for
    nothing, and what was believed before still counts it.
    """

    class Kind(models.TextChoices):
        FEE = "fee", "Gasto de cobranza"
        WAIVER = "waiver", "Condonación"
        PAUSE = "pause", "Pausa de intereses de mora"
        WRITE_OFF = "write_off", "Castigo"
        SETTLEMENT = "settlement", "Pago total anticipado"
        EXTENSION = "extension", "Prórroga"
        CHARGEBACK = "chargeback", "Contracargo"
        REFUND = "refund", "Devolución del saldo a favor"
        RESTRUCTURING = "restructuring", "Reestructuración"
        REFINANCING = "refinancing", "Refinanciación"

    uid = uid_field()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=13, choices=Kind.choices)
    happened_on = models.DateField()
    until_on = models.DateField(null=True)
    component = models.CharField(max_length=24, default="")
    amount_minor = models.BigIntegerField(default=0)
    activity = models.CharField(max_length=64, default="")
    reason = models.CharField(max_length=200, default="")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="chargebacks")
    reference = models.CharField(max_length=120, default="", db_default="")
    details = models.JSONField(default=dict, db_default={})
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)
    annulled_at = models.DateTimeField(null=True)
    annulled_by = models.CharField(max_length=60, default="", db_default="")
    annulled_why = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        constraints: ClassVar = [
            # One activity pays for one fee (SFC, FAQ 16: a fee needs a real activity of its own).
            models.UniqueConstraint(
                fields=["account", "activity"],
                condition=models.Q(kind="fee", annulled_at=None),
                name="ledger_fee_activity",
            ),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(kind="write_off", annulled_at=None), name="ledger_write_off"
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(kind__in=["restructuring", "refinancing"]),
                name="ledger_event_replaced_once",
            ),
            # Money leaves once for each reference, however often it is asked for.
            models.UniqueConstraint(
                fields=["account", "kind", "reference"],
                condition=~models.Q(reference="") & models.Q(annulled_at=None),
                name="ledger_event_reference",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "happened_on"], name="ledger_event_account_day")]


class CertifiedCap(models.Model):
    """A cap of interest that this installation loaded or confirmed; it comes before the shipped tables."""

    key = models.CharField(max_length=60)
    from_on = models.DateField()
    to_on = models.DateField()
    annual = models.DecimalField(max_digits=9, decimal_places=6)
    citation = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "from_on"], name="ledger_cap_key_from"),
            models.CheckConstraint(condition=models.Q(to_on__gte=models.F("from_on")), name="ledger_cap_dates"),
        ]


class Replacement(models.Model):
    """An account whose debt passed to a new one: what passed, what of it became principal and what bears no interest."""

    old = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="replaced_by")
    new = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="replaces")
    event = models.OneToOneField(AccountEvent, on_delete=models.PROTECT, related_name="+")
    transferred = models.JSONField()
    capitalised = models.JSONField()
    carried = models.JSONField()
    basis = models.CharField(max_length=200, default="")


class DisclosedTariff(models.Model):
    """What a lender told its customers beforehand that collecting costs, from a date on. `rule` is a row of rules.fee_tariffs."""

    key = models.CharField(max_length=60)
    from_on = models.DateField()
    rule = models.JSONField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "from_on"], name="ledger_tariff_key_from")]


class UnitValue(models.Model):
    """The value of a unit of account on a day (`cl/uf`), in units of its currency."""

    key = models.CharField(max_length=20)
    on = models.DateField()
    value = models.DecimalField(max_digits=18, decimal_places=6)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "on"], name="ledger_unit_key_on"),
            models.CheckConstraint(condition=models.Q(value__gt=0), name="ledger_unit_positive"),
        ]


class BucketSet(models.Model):
    """The installation's own management buckets from a date on: a list of `{name, from_days}`."""

    from_on = models.DateField(unique=True)
    buckets = models.JSONField()
    reason = models.CharField(max_length=200, default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)


class Entry(models.Model):
    """One leg. Legs with the same `transaction_uid` sum to zero per currency (deferred trigger); never changed or deleted."""

    transaction_uid = models.UUIDField(db_index=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=24)
    component = models.CharField(max_length=24)
    instalment_number = models.IntegerField(null=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="entries")
    event = models.ForeignKey(AccountEvent, null=True, on_delete=models.PROTECT, related_name="entries")
    memo = models.JSONField(default=dict)
