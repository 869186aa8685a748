"""An index that carries the figures of every account: sums and sorted lists read it and not the wide rows."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0002_guards")]
    operations: ClassVar = [
        migrations.AddIndex(
            "account",
            models.Index(
                fields=["status", "bucket", "stage", "currency"],
                include=["id", "balance_minor", "balance_due_minor", "days_past_due"],
                name="ledger_account_figures",
            ),
        ),
    ]
