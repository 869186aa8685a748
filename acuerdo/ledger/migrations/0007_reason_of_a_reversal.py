from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_annulled_events")]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
