"""Extensions, chargebacks, refunds, replacements; disclosed tariffs, units of account and own management buckets."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_account_figures"),
    ]

    operations = [
        migrations.CreateModel(
            name="BucketSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(unique=True)),
                ("buckets", models.JSONField()),
                ("reason", models.CharField(default="", max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="DisclosedTariff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60)),
                ("from_on", models.DateField()),
                ("rule", models.JSONField()),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="Replacement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("transferred", models.JSONField()),
                ("capitalised", models.JSONField()),
                ("carried", models.JSONField()),
                ("basis", models.CharField(default="", max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="UnitValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=20)),
                ("on", models.DateField()),
                ("value", models.DecimalField(decimal_places=6, max_digits=18)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=60)),
            ],
        ),
        migrations.AddField(
            model_name="accountevent",
            name="details",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="accountevent",
            name="payment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="chargebacks", to="ledger.payment"
            ),
        ),
        migrations.AddField(
            model_name="accountevent",
            name="reference",
            field=models.CharField(db_default="", default="", max_length=120),
        ),
        migrations.AlterField(
            model_name="accountevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("fee", "Gasto de cobranza"),
                    ("waiver", "Condonación"),
                    ("pause", "Pausa de intereses de mora"),
                    ("write_off", "Castigo"),
                    ("extension", "Prórroga"),
                    ("chargeback", "Contracargo"),
                    ("refund", "Devolución del saldo a favor"),
                    ("restructuring", "Reestructuración"),
                    ("refinancing", "Refinanciación"),
                ],
                max_length=13,
            ),
        ),
        migrations.AddConstraint(
            model_name="accountevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["restructuring", "refinancing"])),
                fields=("account",),
                name="ledger_event_replaced_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("account", "kind", "reference"),
                name="ledger_event_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosedtariff",
            constraint=models.UniqueConstraint(fields=("key", "from_on"), name="ledger_tariff_key_from"),
        ),
        migrations.AddField(
            model_name="replacement",
            name="event",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.accountevent"
            ),
        ),
        migrations.AddField(
            model_name="replacement",
            name="new",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="replaces", to="ledger.account"
            ),
        ),
        migrations.AddField(
            model_name="replacement",
            name="old",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="replaced_by", to="ledger.account"
            ),
        ),
        migrations.AddConstraint(
            model_name="unitvalue",
            constraint=models.UniqueConstraint(fields=("key", "on"), name="ledger_unit_key_on"),
        ),
        migrations.AddConstraint(
            model_name="unitvalue",
            constraint=models.CheckConstraint(condition=models.Q(("value__gt", 0)), name="ledger_unit_positive"),
        ),
    ]
