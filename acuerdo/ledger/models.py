"""What is owed. An account is the money side of one obligation and shares its primary key.

Entries are immutable, double-entry and sum to zero for each transaction and currency. The state columns of an account
are derived: from the lender's own figures where `balance_source` is `core`, from terms, instalments and entries where it
is `ledger`. Amounts are integers of the currency's minor unit.
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
    """Terms and present state of one debt. `state_as_of` is the date for which the state columns hold."""

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
    # … and the derived state
    state_as_of = models.DateField(null=True)
    principal_balance_minor = models.BigIntegerField(default=0)
    contract_interest_minor = models.BigIntegerField(default=0)
    late_interest_minor = models.BigIntegerField(default=0)
    insurance_minor = models.BigIntegerField(default=0)
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


class Payment(models.Model):
    """Money received, once for each (source, external_ref). A reversal is a row of its own that names the payment."""

    uid = uid_field()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    source = models.CharField(max_length=40)
    external_ref = models.CharField(max_length=120)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversal")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_ref"], name="ledger_payment_source_ref"),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="ledger_payment_not_zero"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "paid_on"], name="ledger_payment_account_day")]


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
    memo = models.JSONField(default=dict)
