"""The audit trail only grows: the database itself refuses to change or delete an entry."""

from typing import ClassVar

from django.db import migrations

REFUSE = """
CREATE FUNCTION base_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are never changed or deleted' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER base_auditentry_append_only BEFORE UPDATE OR DELETE ON base_auditentry
  FOR EACH ROW EXECUTE FUNCTION base_refuse_audit_change();
"""
FORGET = "DROP TRIGGER base_auditentry_append_only ON base_auditentry; DROP FUNCTION base_refuse_audit_change();"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("base", "0003_initial")]
    operations: ClassVar = [migrations.RunSQL(REFUSE, FORGET)]
