"""What a person said they can pay in a month."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("negotiation", "0006_core_marks"),
        ("portfolio", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeclaredCapacity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("monthly_minor", models.BigIntegerField()),
                ("declared_on", models.DateField()),
                ("declared_at", models.DateTimeField()),
                ("declared_by", models.CharField(max_length=60)),
                (
                    "debtor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portfolio.debtor"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["debtor", "currency", "-declared_at"], name="negotiation_capacity_newest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("monthly_minor__gte", 0)), name="negotiation_capacity_not_negative"
                    )
                ],
            },
        ),
    ]
