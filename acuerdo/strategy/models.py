"""Strategy documents with versions, the decision runs, and the worklist: for every obligation, what to do today or why nothing."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from acuerdo.base.fields import uid_field


class StrategyStatus(models.TextChoices):
    DRAFT = "draft", "Borrador"
    IN_REVIEW = "in_review", "Por aprobar"
    SCHEDULED = "scheduled", "Aprobada, espera su fecha"
    PUBLISHED = "published", "Vigente"
    RETIRED = "retired", "Retirada"


class Strategy(models.Model):
    """One version of a strategy document (YAML text as written). One published version at a time is in force.

    A second person approves what another wrote (`rules.review`). `replaced` is the version that was in force before:
    whoever rolls back returns to it, and so does the end date.
    """

    uid = uid_field()
    code = models.CharField(max_length=60)
    version = models.IntegerField()
    document = models.TextField()
    status = models.CharField(max_length=10, choices=StrategyStatus.choices, default=StrategyStatus.DRAFT)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=60, blank=True)
    change_reason = models.CharField(max_length=300, blank=True, db_default="")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=60, blank=True, db_default="")
    returned_reason = models.CharField(max_length=300, blank=True, db_default="")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    retired_at = models.DateTimeField(null=True)
    replaced = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="strategy_version"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(status="published"), name="strategy_one_published"
            ),
        ]


class ArrearsEpisode(models.Model):
    """One time in arrears of one obligation: from its first day past due to the day it was up to date again.

    `contacts` counts those made in between, `reminded` says whether one came within 7 days before the cure. What models
    learn from, and facts such as "cured alone".
    """

    obligation = models.ForeignKey(
        "portfolio.Obligation", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    began_on = models.DateField()
    ended_on = models.DateField(null=True)
    contacts = models.IntegerField(default=0)
    reminded = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["obligation"], condition=models.Q(ended_on__isnull=True), name="strategy_episode_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True) | models.Q(ended_on__gte=models.F("began_on")),
                name="strategy_episode_dates",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ended_on"], name="strategy_episode_ended")]


class Rehearsal(models.Model):
    """A strategy run over past snapshots without touching anything: what it would have done, and what changes."""

    uid = uid_field()
    code = models.CharField(max_length=60)
    document = models.TextField()
    strategy = models.ForeignKey(Strategy, null=True, on_delete=models.SET_NULL, related_name="rehearsals")
    against = models.ForeignKey(Strategy, null=True, on_delete=models.SET_NULL, related_name="+")
    from_on = models.DateField()
    to_on = models.DateField()
    state = models.CharField(max_length=8, default="done")  # waiting | running | done | failed
    days_done = models.IntegerField(default=0)
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code", "-asked_at"], name="strategy_rehearsal_code")]


class VariantPause(models.Model):
    """A variant that a guard metric or a person stopped: its people are treated as the champion's from then on."""

    uid = uid_field()
    strategy_code = models.CharField(max_length=60)
    variant = models.CharField(max_length=80)  # experiment/variant
    paused_at = models.DateTimeField()
    paused_by = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["strategy_code", "variant"],
                condition=models.Q(lifted_at__isnull=True),
                name="strategy_variant_paused_once",
            )
        ]


class ModelVersion(models.Model):
    """One trained model of one question: its figures on a later period, and whether it may decide (`is_active`)."""

    uid = uid_field()
    question = models.CharField(max_length=20)  # pays_alone | answers | keeps_promise
    version = models.IntegerField()
    trained_at = models.DateTimeField()
    trained_by = models.CharField(max_length=60)
    rows = models.IntegerField()
    report = models.JSONField()
    parameters = models.JSONField()
    is_active = models.BooleanField(default=False)
    activated_by = models.CharField(max_length=60, blank=True)
    activated_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "version"], name="strategy_model_version"),
            models.UniqueConstraint(
                fields=["question"], condition=models.Q(is_active=True), name="strategy_model_one_active"
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
    allocation = models.JSONField(default=dict)  # capacities, use, prices, bound and gap: engine.run.allocation_of


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
    strategy = models.ForeignKey(
        Strategy, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    variant = models.TextField(blank=True)
    probability_bp = models.IntegerField(default=10_000)  # the chance, by the draws, of being treated as they were
    options = ArrayField(models.TextField(), default=list)  # channel:score of every contact that could have been made
    price = models.BigIntegerField(default=0)  # score that the capacity used would have brought elsewhere

    class Meta:
        managed = False  # made by SQL in 0002: native partitions, indexes for the queue
        db_table = "strategy_decision"
