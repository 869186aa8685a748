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
