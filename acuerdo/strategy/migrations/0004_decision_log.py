"""What a decision was made from: the strategy's version, variant, chance, options and price; and a run's allocation."""

from typing import ClassVar

from django.db import migrations, models

COLUMNS = """
ALTER TABLE strategy_decision
    ADD COLUMN strategy_id bigint,
    ADD COLUMN variant text NOT NULL DEFAULT '',
    ADD COLUMN probability_bp integer NOT NULL DEFAULT 10000,
    ADD COLUMN options text[] NOT NULL DEFAULT '{}',
    ADD COLUMN price bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT strategy_decision_probability CHECK (probability_bp BETWEEN 1 AND 10000)
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("strategy", "0003_review_and_history")]
    operations: ClassVar = [
        migrations.AddField("decisionrun", "allocation", models.JSONField(default=dict)),
        migrations.RunSQL(
            COLUMNS,
            "ALTER TABLE strategy_decision DROP COLUMN strategy_id, DROP COLUMN variant, DROP COLUMN probability_bp,"
            " DROP COLUMN options, DROP COLUMN price",
        ),
    ]
