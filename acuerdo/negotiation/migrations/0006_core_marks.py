"""What of an agreement was carried out in the creditor's core."""

import django.db.models.deletion
from django.db import migrations, models

_DEEDS = [
    ("agreed", "Registrar el acuerdo"),
    ("forgiven", "Aplicar lo que se condona"),
    ("ended", "Terminar el acuerdo"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("negotiation", "0005_extensions_and_closing"),
    ]

    operations = [
        migrations.CreateModel(
            name="CoreMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("deed", models.CharField(choices=_DEEDS, max_length=8)),
                ("reference", models.CharField(blank=True, max_length=60)),
                ("applied_on", models.DateField()),
                ("applied_at", models.DateTimeField()),
                ("applied_by", models.CharField(max_length=60)),
                (
                    "covered",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="core_marks",
                        to="negotiation.planobligation",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("covered", "deed"), name="negotiation_core_mark_once")]
            },
        ),
    ]
