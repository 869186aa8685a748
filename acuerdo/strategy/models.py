"""Strategy documents with versions, the decision runs, and the worklist: for every obligation, what to do today or why nothing."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from acuerdo.base.fields import uid_field


class Strategy(models.Model):
    """One version of a strategy document (YAML text as written). One published version for each code is in force."""

    uid = uid_field()
    code = models.CharField(max_length=60)
    version = models.IntegerField()
    document = models.TextField()
    status = models.CharField(max_length=10, default="draft")  # draft | published | retired
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="strategy_version"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(status="published"), name="strategy_one_published"
            ),
        ]


class DecisionRun(models.Model):
    uid = uid_field()
    run_on = models.DateField(unique=True)
    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="runs")
    seed = models.BigIntegerField()
    engine = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    funnel = models.JSONField(default=dict)


class DecisionState(models.TextChoices):
    PLANNED = "planned", "Por hacer"
    QUEUED = "queued", "Programado"
    DONE = "done", "Hecho"
    BLOCKED = "blocked", "Bloqueado"
    SKIPPED = "skipped", "Sin acción"


class Decision(models.Model):
    """One obligation on one date. Partitioned by `run_on`: the engine loads a day's partition aside and attaches it.

    `channel` empty means no action; `reasons` then says why not. `is_lead` marks the row that carries the person's one
    contact: the other obligations of the person join it.
    """

    pk = models.CompositePrimaryKey("run_on", "obligation_id")
    run_on = models.DateField()
    obligation = models.ForeignKey(
        "portfolio.Obligation", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    debtor = models.ForeignKey(
        "portfolio.Debtor", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    creditor = models.ForeignKey(
        "portfolio.Creditor", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    stage = models.CharField(max_length=12)
    segment = models.CharField(max_length=40, blank=True)
    step = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=8, blank=True)
    template = models.CharField(max_length=60, blank=True)
    is_lead = models.BooleanField(default=False)
    score = models.BigIntegerField(default=0)
    reasons = ArrayField(models.TextField())  # codes, the main one first; words for them stand in rules.reasons
    balance_due_minor = models.BigIntegerField(default=0)
    days_past_due = models.IntegerField(default=0)
    planned_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=DecisionState.choices)
    agent = models.ForeignKey(
        "base.User", null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        managed = False  # made by SQL in 0002: native partitions, indexes for the queue
        db_table = "strategy_decision"
