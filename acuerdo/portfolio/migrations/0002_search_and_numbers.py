"""The sequence of obligations (their accounts share it) and the indexes that find a person among a hundred thousand."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE SEQUENCE portfolio_obligation_id_seq AS bigint;
CREATE INDEX portfolio_debtor_name_words ON portfolio_debtor USING gin (search_name gin_trgm_ops);
CREATE INDEX portfolio_debtor_document ON portfolio_debtor (id_number text_pattern_ops);
CREATE INDEX portfolio_obligation_number_start ON portfolio_obligation (number text_pattern_ops);
CREATE INDEX portfolio_contactpoint_phone_end ON portfolio_contactpoint (reverse(value) text_pattern_ops) WHERE kind = 'phone';
"""
BACKWARD = """
DROP INDEX portfolio_contactpoint_phone_end;
DROP INDEX portfolio_obligation_number_start;
DROP INDEX portfolio_debtor_document;
DROP INDEX portfolio_debtor_name_words;
DROP SEQUENCE portfolio_obligation_id_seq;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("portfolio", "0001_initial"), ("base", "0001_functions")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
