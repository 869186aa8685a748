"""Credits that no rule could place, and the keys by which a reference finds an obligation or a person."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import acuerdo.base.fields

# The key under which a bank's reference finds an obligation or a person; the same as rules.reconcile.key_of.
KEYS = """
CREATE FUNCTION portfolio_key(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
    AS $$ SELECT upper(ltrim(regexp_replace($1, '[^A-Za-z0-9]', '', 'g'), '0')) $$;
CREATE INDEX portfolio_obligation_key ON portfolio_obligation (creditor_id, portfolio_key(number));
CREATE INDEX portfolio_debtor_key ON portfolio_debtor (portfolio_key(id_number));
"""
NO_KEYS = """
DROP INDEX portfolio_debtor_key;
DROP INDEX portfolio_obligation_key;
DROP FUNCTION portfolio_key(text);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("portfolio", "0002_search_and_numbers"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="creditor",
            name="splits_oldest_first",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="UnmatchedCredit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                ("source", models.CharField(max_length=40)),
                ("external_ref", models.CharField(max_length=120)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("paid_on", models.DateField()),
                ("reference", models.CharField(blank=True, max_length=120)),
                ("document_id", models.CharField(blank=True, max_length=40)),
                ("payer", models.CharField(blank=True, max_length=160)),
                ("text", models.TextField(blank=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Por identificar"), ("assigned", "Aplicado"), ("returned", "Devuelto")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(max_length=24)),
                ("proposals", models.JSONField(default=list)),
                (
                    "payments",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list),
                ),
                ("times_assigned", models.IntegerField(default=0)),
                ("decided_by", models.CharField(blank=True, max_length=60)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_why", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="unmatched_credits",
                        to="portfolio.importbatch",
                    ),
                ),
                (
                    "creditor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unmatched_credits",
                        to="portfolio.creditor",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["creditor", "paid_on", "id"],
                        name="portfolio_credit_waiting",
                    ),
                    models.Index(fields=["creditor", "-decided_at"], name="portfolio_credit_decided"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "external_ref"), name="portfolio_credit_source_ref"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="portfolio_credit_positive"
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEYS, NO_KEYS),
    ]
