"""Codes sent to the customer are counted; the obligation that took over becomes a key, read from where it was kept."""

import django.db.models.deletion
from django.db import migrations, models

_FILL = """
UPDATE negotiation_paymentplan p
   SET into_id = o.id, acceptance = p.acceptance - 'into' - 'number'
  FROM portfolio_obligation o
 WHERE p.acceptance ? 'into' AND o.uid::text = p.acceptance ->> 'into'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("negotiation", "0003_call_scripts"),
        ("portfolio", "0003_unmatched_credits"),
    ]

    operations = [
        migrations.AddField(
            model_name="paymentplan",
            name="code_channel",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddField(
            model_name="paymentplan", name="code_sends", field=models.SmallIntegerField(db_default=0, default=0)
        ),
        migrations.AddField(model_name="paymentplan", name="code_sent_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="paymentplan",
            name="into",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portfolio.obligation"
            ),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
