"""What is promised for an hour, and who is there to keep it: appointments, agents' shifts, absences, skills and languages."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from acuerdo.agenda.rules.appointments import KINDS
from acuerdo.base.fields import uid_field


class Appointment(models.Model):
    """An hour agreed with a person. Moving keeps the row and raises `sequence`, so a calendar knows it as the same event.

    `attempt` is the contact in which it was agreed, `ended_by` the one that kept it (or found nobody).
    """

    uid = uid_field()
    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.PROTECT, related_name="+")
    creditor = models.ForeignKey("portfolio.Creditor", on_delete=models.PROTECT, related_name="+")
    obligation = models.ForeignKey("portfolio.Obligation", on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey("base.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=[(kind, kind) for kind in KINDS])
    state = models.CharField(max_length=9, default="booked")
    starts_at = models.DateTimeField()
    minutes = models.SmallIntegerField()
    place = models.CharField(max_length=160, blank=True)
    room = models.CharField(max_length=40, blank=True)  # of the video server: cannot be guessed
    note = models.CharField(max_length=300, blank=True)
    sequence = models.SmallIntegerField(default=0)
    attempt = models.OneToOneField("policy.Attempt", null=True, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey("policy.Attempt", null=True, on_delete=models.PROTECT, related_name="+")
    reminded_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    cancel_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["starts_at"], condition=Q(state="booked"), name="agenda_appointment_open"),
            models.Index(fields=["agent", "starts_at"], name="agenda_appointment_agent"),
            models.Index(fields=["debtor", "-starts_at"], name="agenda_appointment_debtor"),
        ]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(minutes__gt=0), name="agenda_appointment_minutes")]


class Shift(models.Model):
    """Weekly hours of one agent, in the installation's zone."""

    agent = models.ForeignKey("base.User", on_delete=models.CASCADE, related_name="+")
    weekday = models.SmallIntegerField()  # Monday 0
    from_time = models.TimeField()
    to_time = models.TimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agent"], name="agenda_shift_agent")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="agenda_shift_weekday"),
            models.CheckConstraint(condition=Q(to_time__gt=F("from_time")), name="agenda_shift_order"),
        ]


class Absence(models.Model):
    """Whole days on which an agent is not there. Why is nobody's business here."""

    uid = uid_field()
    agent = models.ForeignKey("base.User", on_delete=models.CASCADE, related_name="+")
    from_on = models.DateField()
    to_on = models.DateField()
    added_by = models.CharField(max_length=60)
    added_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agent", "to_on"], name="agenda_absence_agent")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(to_on__gte=F("from_on")), name="agenda_absence_order")
        ]


class AgentProfile(models.Model):
    """What an agent can do: skills as the strategy names them (empty: every one), languages spoken (empty: their screen's)."""

    agent = models.OneToOneField("base.User", primary_key=True, on_delete=models.CASCADE, related_name="+")
    skills = ArrayField(models.CharField(max_length=40), default=list)
    languages = ArrayField(models.CharField(max_length=2), default=list)
