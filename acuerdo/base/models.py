"""Plumbing tables: users and what they may see, the audit chain, the installation's clock, and the days that were run."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from acuerdo.base.fields import uid_field


class Role(models.TextChoices):
    AGENT = "agent", "Gestor"
    SUPERVISOR = "supervisor", "Supervisor"
    DIRECTOR = "director", "Director"
    COMPLIANCE = "compliance", "Cumplimiento"
    ADMIN = "admin", "Administrador"


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, username: str, *, role: str, full_name: str, password: str | None = None, **extra: object
    ) -> "User":
        user = self.model(username=username, role=role, full_name=full_name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who works with the system. An agency's user sees only what is placed with the agency; a lender's user
    sees the creditors listed in `creditors`, or every one when `sees_all_creditors`."""

    uid = uid_field()
    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=12, choices=Role.choices)
    agency = models.ForeignKey("portfolio.Agency", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    creditors = models.ManyToManyField("portfolio.Creditor", blank=True, related_name="+")
    sees_all_creditors = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=2, default="es")

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name", "role"]

    def __str__(self) -> str:
        return self.username


class AuditEntry(models.Model):
    """One link of a hash chain. `digest` = SHA-256 over the previous digest and this row's canonical JSON."""

    chain = models.CharField(max_length=60)
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_uid = models.CharField(max_length=60)
    payload = models.JSONField()
    previous_digest = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="base_audit_chain_sequence")
        ]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_uid"], name="base_audit_subject")]


class ClockShift(models.Model):
    """At most one row: the installation's time runs from `shifted_at` since the real instant `real_at` (demo, replays)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    real_at = models.DateTimeField()
    shifted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="base_clockshift_single_row")]


class DayRun(models.Model):
    """One business date's cycle; its phases tell how far it came."""

    uid = uid_field()
    run_on = models.DateField(unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class PhaseRun(models.Model):
    day = models.ForeignKey(DayRun, on_delete=models.CASCADE, related_name="phases")
    name = models.CharField(max_length=30)
    position = models.SmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "name"], name="base_phaserun_day_name")]
