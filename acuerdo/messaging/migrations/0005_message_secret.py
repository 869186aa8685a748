"""The seed of a one-time code, for as long as its message has not left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0004_claims"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="secret",
            field=models.CharField(blank=True, db_default="", default="", max_length=32),
        ),
    ]
