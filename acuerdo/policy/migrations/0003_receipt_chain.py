"""The chain grows inside the server, in one statement, so that its head is locked as late and as briefly as possible.

`policy_receipt_digest` is `link_digest` of rules/proof.py. Receipts and checkpoints are never changed or deleted.
"""

from typing import ClassVar

from django.db import migrations

DIGEST = """
CREATE FUNCTION policy_receipt_digest(
  previous bytea, chain uuid, sequence bigint, at timestamptz, kind text, subject uuid, payload text
) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(previous || convert_to(
    chain::text || E'\\n' || sequence::text || E'\\n' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || E'\\n' || kind || E'\\n' || subject::text || E'\\n' || payload, 'UTF8'))
$$
"""
APPEND = """
CREATE FUNCTION policy_append_receipts(
  creditors bigint[], ats timestamptz[], kinds text[], subjects uuid[], payloads text[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  owner bigint; chain uuid; last bigint; previous bytea; following bytea; one record;
BEGIN
  FOR owner IN SELECT DISTINCT creditor FROM unnest(creditors) AS creditor ORDER BY creditor LOOP
    SELECT uid INTO STRICT chain FROM portfolio_creditor WHERE id = owner;
    SELECT head.sequence, head.digest INTO last, previous FROM policy_receiptchain AS head
      WHERE head.creditor_id = owner FOR UPDATE;
    IF NOT FOUND THEN
      INSERT INTO policy_receiptchain (creditor_id, sequence, digest)
        VALUES (owner, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
      SELECT head.sequence, head.digest INTO STRICT last, previous FROM policy_receiptchain AS head
        WHERE head.creditor_id = owner FOR UPDATE;
    END IF;
    FOR one IN
      SELECT * FROM unnest(creditors, ats, kinds, subjects, payloads) WITH ORDINALITY
        AS given (creditor, at, kind, subject, payload, place) WHERE given.creditor = owner ORDER BY place
    LOOP
      last := last + 1;
      following := policy_receipt_digest(previous, chain, last, one.at, one.kind, one.subject, one.payload);
      INSERT INTO policy_receipt (creditor_id, sequence, at, kind, subject, payload, previous_digest, digest)
        VALUES (owner, last, one.at, one.kind, one.subject, one.payload, previous, following);
      previous := following;
    END LOOP;
    UPDATE policy_receiptchain AS head SET sequence = last, digest = previous WHERE head.creditor_id = owner;
  END LOOP;
END
$$
"""
GUARD = """
CREATE FUNCTION policy_refuse_receipt_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'receipts are never changed or deleted' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER policy_receipt_append_only BEFORE UPDATE OR DELETE ON policy_receipt
  FOR EACH ROW EXECUTE FUNCTION policy_refuse_receipt_change();
CREATE TRIGGER policy_checkpoint_append_only BEFORE UPDATE OR DELETE ON policy_checkpoint
  FOR EACH ROW EXECUTE FUNCTION policy_refuse_receipt_change();
"""
UNGUARD = """
DROP TRIGGER policy_receipt_append_only ON policy_receipt;
DROP TRIGGER policy_checkpoint_append_only ON policy_checkpoint;
DROP FUNCTION policy_refuse_receipt_change();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("policy", "0002_receipts")]
    operations: ClassVar = [
        migrations.RunSQL(
            DIGEST, "DROP FUNCTION policy_receipt_digest(bytea, uuid, bigint, timestamptz, text, uuid, text)"
        ),
        migrations.RunSQL(
            APPEND, "DROP FUNCTION policy_append_receipts(bigint[], timestamptz[], text[], uuid[], text[])"
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
