"""The channels of a campaign after its first, by comma, in order of preference."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0006_campaigns_letters_voice"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="further_channels",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
    ]
