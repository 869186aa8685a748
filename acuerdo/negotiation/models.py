"""What was agreed. A promise is one amount by one date; its states and transitions stand in `rules`."""

from typing import ClassVar

from django.db import models

from acuerdo.base.fields import uid_field


class PromiseState(models.TextChoices):
    DRAFT = "draft", "Borrador"
    OPEN = "open", "Vigente"
    VERIFYING = "verifying", "En verificación"
    KEPT = "kept", "Cumplida"
    PARTLY_KEPT = "partly_kept", "Cumplida en parte"
    BROKEN = "broken", "Incumplida"
    RESCHEDULED = "rescheduled", "Reprogramada"
    CANCELLED = "cancelled", "Cancelada"


class Promise(models.Model):
    """Amount in minor units promised for `due_on`, judged from payments between `made_on` and `ends_on` (due date plus grace).

    `ends_on` and `kept_from_minor` follow from the terms of the day it was made (`rules.terms`), so later terms never re-judge it.
    """

    uid = uid_field()
    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.PROTECT, related_name="+")
    obligation = models.ForeignKey("portfolio.Obligation", on_delete=models.PROTECT, related_name="+")
    attempt = models.ForeignKey("policy.Attempt", null=True, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_on = models.DateField()
    due_on = models.DateField()
    ends_on = models.DateField()
    kept_from_minor = models.BigIntegerField()
    way_to_pay = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=12, choices=PromiseState.choices, default=PromiseState.OPEN)
    paid_minor = models.BigIntegerField(default=0)
    decided_on = models.DateField(null=True)
    times_rescheduled = models.SmallIntegerField(default=0)
    cancel_reason = models.CharField(max_length=60, blank=True)
    reschedules = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="rescheduled_to")
    actor = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="negotiation_promise_positive"),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("made_on")), name="negotiation_promise_dates"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("due_on")), name="negotiation_promise_grace"
            ),
            models.UniqueConstraint(
                fields=["obligation"],
                condition=models.Q(state__in=["open", "verifying"]),
                name="negotiation_promise_one_open",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "due_on"], name="negotiation_promise_due")]


class PlanState(models.TextChoices):
    DRAFT = "draft", "Borrador"
    PENDING_APPROVAL = "pending_approval", "En aprobación"
    OFFERED = "offered", "Ofrecido"
    EXPIRED = "expired", "Oferta vencida"
    DECLINED = "declined", "Rechazado"
    ACCEPTED = "accepted", "Aceptado"
    ACTIVE = "active", "Vigente"
    LATE = "late", "En atraso"
    PAUSED = "paused", "En pausa"
    COMPLETED = "completed", "Cumplido"
    BROKEN = "broken", "Roto"
    REPLACED = "replaced", "Reemplazado"
    CANCELLED = "cancelled", "Cancelado"


class OfferKindChoice(models.TextChoices):
    EARLY_PAYMENT = "early_payment", "Ponerse al día ya"
    FULL_PAYMENT = "full_payment", "Pago total"
    PROMISE = "promise", "Promesa de pago"
    SPLIT = "split", "Dos pagos"
    EXTENSION = "extension", "Prórroga"
    PLAN = "plan", "Plan de pagos"
    REFINANCING = "refinancing", "Refinanciación"
    RESTRUCTURING = "restructuring", "Reestructuración"
    HARDSHIP_REDUCED = "hardship_reduced", "Cuota más liviana"
    HARDSHIP_PAUSED = "hardship_paused", "Pausa de pagos"


class PaymentPlan(models.Model):
    """An agreement over one or more obligations of one person with one creditor; amounts in minor units.

    total = owed − waiver − discount + charge = sum of its instalments. `request` is the offer as it was asked for, so that it
    can be priced again. The ledger changes only once it is accepted; relief is posted when it is completed. `code_digest` is of
    the one-time code and `code_sends` counts those of `code_sent_at`'s day; `acceptance` says how the person said yes. `into` is
    the obligation that took over, of a refinancing or restructuring. `closes_debt`: it settles all that is owed, before its term.
    """

    uid = uid_field()
    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.PROTECT, related_name="+")
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=16, choices=OfferKindChoice.choices)
    state = models.CharField(max_length=16, choices=PlanState.choices)
    owed_minor = models.BigIntegerField()
    waiver_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    charge_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    burden_minor = models.BigIntegerField(default=0)
    request = models.JSONField()
    closes_debt = models.BooleanField(default=False, db_default=False)
    stops_late_interest = models.BooleanField(default=False)
    late_stopped_until = models.DateField(null=True)
    made_on = models.DateField()
    valid_until = models.DateField()
    review_on = models.DateField(null=True)
    notice_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    approval_role = models.CharField(max_length=12, blank=True)
    approval_reason = models.CharField(max_length=300, blank=True)
    approval_due_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, blank=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    code_tries = models.SmallIntegerField(default=0)
    code_channel = models.CharField(max_length=8, blank=True, default="", db_default="")
    code_sends = models.SmallIntegerField(default=0, db_default=0)
    code_sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_on = models.DateField(null=True)  # the creditor's business date of that moment
    acceptance = models.JSONField(default=dict)
    into = models.ForeignKey("portfolio.Obligation", null=True, on_delete=models.PROTECT, related_name="+")
    end_reason = models.CharField(max_length=60, blank=True)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    attempt = models.ForeignKey("policy.Attempt", null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    total_minor=models.F("owed_minor")
                    - models.F("waiver_minor")
                    - models.F("discount_minor")
                    + models.F("charge_minor")
                ),
                name="negotiation_plan_total",
            ),
            models.CheckConstraint(
                condition=models.Q(waiver_minor__gte=0, discount_minor__gte=0, charge_minor__gte=0, total_minor__gte=0),
                name="negotiation_plan_positive",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["debtor", "-made_on"], name="negotiation_plan_debtor"),
            models.Index(
                fields=["state"],
                condition=models.Q(state__in=["pending_approval", "offered", "accepted", "active", "late", "paused"]),
                name="negotiation_plan_open",
            ),
        ]


class PlanObligation(models.Model):
    """An obligation that the plan covers. `waived` is what completing it forgives, by component. One plan in force for each."""

    plan = models.ForeignKey(PaymentPlan, on_delete=models.CASCADE, related_name="obligations")
    obligation = models.ForeignKey("portfolio.Obligation", on_delete=models.PROTECT, related_name="+")
    owed_minor = models.BigIntegerField()
    waived = models.JSONField(default=dict)
    is_core = models.BooleanField(
        default=False
    )  # its books are the lender's: relief and new dates are carried out there
    is_in_force = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "obligation"], name="negotiation_plan_obligation_once"),
            models.UniqueConstraint(
                fields=["obligation"], condition=models.Q(is_in_force=True), name="negotiation_plan_one_in_force"
            ),
        ]


class CoreDeed(models.TextChoices):
    AGREED = "agreed", "Registrar el acuerdo"
    FORGIVEN = "forgiven", "Aplicar lo que se condona"
    ENDED = "ended", "Terminar el acuerdo"


class CoreMark(models.Model):
    """What was carried out in the creditor's core of an agreement over an obligation whose books are there (queries/core)."""

    covered = models.ForeignKey(PlanObligation, on_delete=models.CASCADE, related_name="core_marks")
    deed = models.CharField(max_length=8, choices=CoreDeed.choices)
    reference = models.CharField(max_length=60, blank=True)
    applied_on = models.DateField()
    applied_at = models.DateTimeField()
    applied_by = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["covered", "deed"], name="negotiation_core_mark_once")]


class PlanInstalment(models.Model):
    """One payment of a plan, in minor units of the plan's currency."""

    pk = models.CompositePrimaryKey("plan_id", "number")
    plan = models.ForeignKey(PaymentPlan, on_delete=models.CASCADE, related_name="instalments", db_index=False)
    number = models.IntegerField()
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()


class ScriptState(models.TextChoices):
    DRAFT = "draft", "Borrador"
    PUBLISHED = "published", "Vigente"
    RETIRED = "retired", "Retirado"


class DeclaredCapacity(models.Model):
    """What a person said they can pay in a month, in one currency; the newest row counts. Nothing of why is kept."""

    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.CASCADE, related_name="+")
    currency = models.CharField(max_length=3)
    monthly_minor = models.BigIntegerField()
    declared_on = models.DateField()
    declared_at = models.DateTimeField()
    declared_by = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(monthly_minor__gte=0), name="negotiation_capacity_not_negative")
        ]
        indexes: ClassVar = [
            models.Index(fields=["debtor", "currency", "-declared_at"], name="negotiation_capacity_newest")
        ]


class ScriptVersion(models.Model):
    """One version of the guide of a call in a language, as YAML. Once published it never changes: a correction is another one.

    `country` empty serves every country that has none of its own.
    """

    uid = uid_field()
    language = models.CharField(max_length=2)
    country = models.CharField(max_length=2, blank=True)
    version = models.IntegerField()
    text = models.TextField()
    state = models.CharField(max_length=10, choices=ScriptState.choices, default=ScriptState.DRAFT)
    saved_by = models.CharField(max_length=60)
    saved_at = models.DateTimeField()
    published_by = models.CharField(max_length=60, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["language", "country", "version"], name="negotiation_script_version"),
            models.UniqueConstraint(
                fields=["language", "country"],
                condition=models.Q(state="published"),
                name="negotiation_script_one_published",
            ),
        ]


class ScriptUse(models.Model):
    """What of the guide was ticked as said in one contact, and by which version (empty: the one that ships)."""

    attempt = models.OneToOneField("policy.Attempt", on_delete=models.CASCADE, related_name="+")
    script = models.ForeignKey(ScriptVersion, null=True, on_delete=models.PROTECT, related_name="uses")
    said = models.JSONField(default=list)
    updated_at = models.DateTimeField()
