"""Petitions with their clocks, and what must precede a report to a bureau."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import acuerdo.base.fields


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("policy", "0004_gate_functions"),
        ("portfolio", "0003_unmatched_credits"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Petition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("access", "Consulta de datos"),
                            ("correction", "Corrección de datos"),
                            ("deletion", "Supresión de datos"),
                            ("revocation", "Revocatoria de la autorización"),
                            ("complaint", "Queja por la gestión"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Recibida"),
                            ("in_study", "En estudio"),
                            ("incomplete", "Incompleta"),
                            ("answered", "Respondida"),
                            ("transferred", "Trasladada"),
                            ("withdrawn", "Desistida"),
                        ],
                        default="received",
                        max_length=11,
                    ),
                ),
                ("source", models.CharField(max_length=40)),
                ("text", models.TextField()),
                ("received_at", models.DateTimeField()),
                ("received_by", models.CharField(max_length=60)),
                ("owner", models.CharField(blank=True, max_length=60)),
                ("started_on", models.DateField()),
                ("due_on", models.DateField()),
                ("legend_on", models.DateField(null=True)),
                ("complete_by", models.DateField(null=True)),
                ("transfer_by", models.DateField(null=True)),
                ("asked_on", models.DateField(null=True)),
                ("abandoned_on", models.DateField(null=True)),
                ("is_extended", models.BooleanField(default=False)),
                ("extension_reason", models.CharField(blank=True, max_length=300)),
                ("resolution", models.CharField(blank=True, max_length=8)),
                ("answer", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("citation", models.CharField(max_length=160)),
                ("updated_at", models.DateTimeField()),
                (
                    "attempt",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="policy.attempt",
                    ),
                ),
                (
                    "creditor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portfolio.creditor",
                    ),
                ),
                (
                    "debtor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portfolio.debtor"
                    ),
                ),
                (
                    "obligation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portfolio.obligation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PetitionStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("event", models.CharField(max_length=16)),
                ("actor", models.CharField(max_length=60)),
                ("note", models.TextField(blank=True)),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="policy.petition"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="BureauAuthorisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("granted_on", models.DateField()),
                ("revoked_on", models.DateField(null=True)),
                ("proof", models.CharField(max_length=200)),
                ("recorded_by", models.CharField(max_length=60)),
                (
                    "creditor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portfolio.creditor",
                    ),
                ),
                (
                    "debtor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portfolio.debtor"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_on__isnull", True)),
                        fields=("debtor", "creditor"),
                        name="policy_bureauauthorisation_standing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BureauNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                ("sent_on", models.DateField()),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("sms", "SMS"),
                            ("email", "Correo"),
                            ("whatsapp", "WhatsApp"),
                            ("voice", "Mensaje de voz"),
                            ("call", "Llamada"),
                            ("visit", "Visita"),
                            ("letter", "Carta"),
                        ],
                        max_length=8,
                    ),
                ),
                ("proof", models.CharField(max_length=200)),
                ("recorded_by", models.CharField(max_length=60)),
                ("recorded_at", models.DateTimeField()),
                (
                    "obligation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portfolio.obligation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("obligation", "sent_on", "channel"), name="policy_bureaunotice_once"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="petition",
            index=models.Index(fields=["debtor", "-received_at"], name="policy_petition_debtor"),
        ),
        migrations.AddIndex(
            model_name="petition",
            index=models.Index(
                condition=models.Q(("state__in", ["received", "in_study", "incomplete"])),
                fields=["due_on"],
                name="policy_petition_open",
            ),
        ),
        migrations.AddIndex(
            model_name="petition",
            index=models.Index(fields=["received_at"], name="policy_petition_received"),
        ),
        migrations.AddIndex(
            model_name="petition",
            index=models.Index(fields=["updated_at", "uid"], name="policy_petition_updated"),
        ),
    ]
