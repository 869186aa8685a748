import django.db.models.deletion
from django.db import migrations, models

import acuerdo.base.fields


class Migration(migrations.Migration):
    dependencies = [
        ("portfolio", "0003_unmatched_credits"),
        ("strategy", "0002_worklist"),
    ]

    operations = [
        migrations.AddField(
            model_name="strategy",
            name="change_reason",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddField(
            model_name="strategy",
            name="ends_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="strategy",
            name="replaced",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="strategy.strategy"
            ),
        ),
        migrations.AddField(
            model_name="strategy",
            name="retired_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="strategy",
            name="returned_reason",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddField(
            model_name="strategy",
            name="starts_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="strategy",
            name="submitted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="strategy",
            name="submitted_by",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
        migrations.AlterField(
            model_name="strategy",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Borrador"),
                    ("in_review", "Por aprobar"),
                    ("scheduled", "Aprobada, espera su fecha"),
                    ("published", "Vigente"),
                    ("retired", "Retirada"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ModelVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                ("question", models.CharField(max_length=20)),
                ("version", models.IntegerField()),
                ("trained_at", models.DateTimeField()),
                ("trained_by", models.CharField(max_length=60)),
                ("rows", models.IntegerField()),
                ("report", models.JSONField()),
                ("parameters", models.JSONField()),
                ("is_active", models.BooleanField(default=False)),
                ("activated_by", models.CharField(blank=True, max_length=60)),
                ("activated_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("question", "version"), name="strategy_model_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)), fields=("question",), name="strategy_model_one_active"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VariantPause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                ("strategy_code", models.CharField(max_length=60)),
                ("variant", models.CharField(max_length=80)),
                ("paused_at", models.DateTimeField()),
                ("paused_by", models.CharField(max_length=60)),
                ("reason", models.CharField(max_length=300)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_by", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("strategy_code", "variant"),
                        name="strategy_variant_paused_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ArrearsEpisode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_on", models.DateField()),
                ("ended_on", models.DateField(null=True)),
                ("contacts", models.IntegerField(default=0)),
                ("reminded", models.BooleanField(default=False)),
                (
                    "obligation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="portfolio.obligation",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["ended_on"], name="strategy_episode_ended")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("obligation",),
                        name="strategy_episode_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("began_on")), _connector="OR"
                        ),
                        name="strategy_episode_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rehearsal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                ("code", models.CharField(max_length=60)),
                ("document", models.TextField()),
                ("from_on", models.DateField()),
                ("to_on", models.DateField()),
                ("state", models.CharField(default="done", max_length=8)),
                ("days_done", models.IntegerField(default=0)),
                ("asked_by", models.CharField(max_length=60)),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, max_length=300)),
                ("result", models.JSONField(default=dict)),
                (
                    "against",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="strategy.strategy",
                    ),
                ),
                (
                    "strategy",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="rehearsals",
                        to="strategy.strategy",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["code", "-asked_at"], name="strategy_rehearsal_code")],
            },
        ),
    ]
