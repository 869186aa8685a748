"""Disputes and hardship as cases: what they are about, their number in the complaint book, their papers, steps taken back."""

import django.db.models.deletion
from django.db import migrations, models

_KINDS = [
    ("access", "Consulta de datos"),
    ("correction", "Corrección de datos"),
    ("deletion", "Supresión de datos"),
    ("revocation", "Revocatoria de la autorización"),
    ("complaint", "Queja por la gestión"),
    ("dispute", "Reclamo por la deuda"),
    ("hardship", "Dificultad para pagar"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("policy", "0005_petitions"),
        ("portfolio", "0003_unmatched_credits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="petition", name="kind", field=models.CharField(choices=_KINDS, max_length=10)
        ),
        migrations.AddField(
            model_name="petition",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="petition",
            name="book_number",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="petitionstep", name="before", field=models.JSONField(db_default={}, default=dict)
        ),
        migrations.AddConstraint(
            model_name="petition",
            constraint=models.UniqueConstraint(
                condition=~models.Q(book_number=""),
                fields=("creditor", "book_number"),
                name="policy_petition_book_number",
            ),
        ),
        migrations.CreateModel(
            name="PetitionPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portfolio.obligationdocument",
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="papers", to="policy.petition"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("petition", "paper"), name="policy_petition_paper_once")
                ]
            },
        ),
    ]
