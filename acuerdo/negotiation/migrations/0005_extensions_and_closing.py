"""A plan may put dates off, and may close its debts before their term."""

from django.db import migrations, models

_KINDS = [
    ("early_payment", "Ponerse al día ya"),
    ("full_payment", "Pago total"),
    ("promise", "Promesa de pago"),
    ("split", "Dos pagos"),
    ("extension", "Prórroga"),
    ("plan", "Plan de pagos"),
    ("refinancing", "Refinanciación"),
    ("restructuring", "Reestructuración"),
    ("hardship_reduced", "Cuota más liviana"),
    ("hardship_paused", "Pausa de pagos"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("negotiation", "0004_codes_and_successor"),
    ]

    operations = [
        migrations.AddField(
            model_name="paymentplan", name="closes_debt", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AlterField(
            model_name="paymentplan", name="kind", field=models.CharField(choices=_KINDS, max_length=16)
        ),
    ]
