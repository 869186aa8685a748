"""Reports to credit bureaus, and the receipts that tell of them."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import acuerdo.base.fields


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("policy", "0006_cases"),
        ("portfolio", "0003_unmatched_credits"),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="receipt",
            name="kind",
            field=models.CharField(
                choices=[
                    ("verdict", "Respuesta"),
                    ("content", "Contenido"),
                    ("status", "Entrega"),
                    ("outcome", "Resultado"),
                    ("bureau", "Central de riesgo"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="BureauReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                ("bureau", models.CharField(max_length=60)),
                ("arrears_since", models.DateField()),
                ("balance_minor", models.BigIntegerField()),
                ("released_on", models.DateField()),
                ("released_at", models.DateTimeField()),
                ("released_by", models.CharField(max_length=60)),
                ("citation", models.CharField(max_length=160)),
                ("withdrawn_on", models.DateField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=60)),
                ("withdrawal_reason", models.CharField(blank=True, max_length=300)),
                (
                    "obligation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portfolio.obligation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_on__isnull", True)),
                        fields=("obligation",),
                        name="policy_bureaureport_standing",
                    )
                ],
            },
        ),
    ]
