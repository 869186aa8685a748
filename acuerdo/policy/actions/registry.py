"""Loading a country's registry of excluded numbers, whole: what the file no longer has is released from that day."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_name
from acuerdo.kernel.calendar import add_business_days
from acuerdo.kernel.errors import Place, Refusal
from acuerdo.policy.models import RegistryLoad
from acuerdo.policy.rules import load_pack
from acuerdo.policy.rules.registry import REGISTRY_BUSINESS_DAYS
from acuerdo.policy.rules.registry_file import read_registry

MERGE = """
WITH given AS (SELECT * FROM unnest(%(values)s::text[], %(registered)s::date[], %(effective)s::date[])
                 AS row (value, registered_on, effective_on)),
released AS (UPDATE policy_excludednumber AS old SET removed_on = %(today)s
              WHERE old.country = %(country)s AND old.removed_on IS NULL
                AND NOT EXISTS (SELECT 1 FROM given WHERE given.value = old.value) RETURNING 1),
added AS (INSERT INTO policy_excludednumber (country, value, registered_on, effective_on)
          SELECT %(country)s, value, registered_on, effective_on FROM given
           WHERE NOT EXISTS (SELECT 1 FROM policy_excludednumber AS old WHERE old.country = %(country)s
                              AND old.value = given.value AND old.removed_on IS NULL)
          ON CONFLICT (value, country, registered_on) DO UPDATE SET removed_on = NULL RETURNING 1)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM released)
"""


@dataclass(frozen=True, slots=True)
class RegistryReport:
    """`rejected`: (row of the file, code) of what could not be read."""

    numbers: int
    added: int
    released: int
    rejected: tuple[tuple[int, str], ...]


@transaction.atomic
def load_registry(content: bytes, *, country: str, file_name: str, actor: str, now: datetime) -> RegistryReport:
    """The file counts as today's consultation. A number binds five business days after its registration and keeps the
    date under which it was first seen. Refuses `registry-empty`, `file-unreadable`, `unknown-pack`."""
    zones = load_pack(country.lower()).zones
    today = now.astimezone(ZoneInfo(zones[0]) if zones else now.tzinfo).date()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("file-unreadable", "No se puede leer el archivo como texto UTF-8.", Place(file_name)) from error
    code = country.upper()
    read = read_registry(text, country=code, today=today, file=file_name)
    if not read.registrations:
        raise Refusal("registry-empty", "El archivo del registro no trae números que se puedan leer.", Place(file_name))
    lock_name("registry", code)
    days = {
        on: add_business_days(on, REGISTRY_BUSINESS_DAYS, code)
        for on in {one.registered_on for one in read.registrations}
    }
    with connection.cursor() as cursor:
        cursor.execute(
            MERGE,
            {
                "values": [one.value for one in read.registrations],
                "registered": [one.registered_on for one in read.registrations],
                "effective": [days[one.registered_on] for one in read.registrations],
                "country": code,
                "today": today,
            },
        )
        added, released = cursor.fetchone()
    digest = hashlib.sha256(content).hexdigest()
    numbers = len(read.registrations)
    RegistryLoad.objects.create(
        country=code, loaded_at=now, file_name=file_name[:200], file_digest=digest, numbers=numbers, loaded_by=actor
    )
    payload = {"numbers": numbers, "added": added, "released": released, "file": digest}
    write_audit(
        chain="policy", action="registry-loaded", actor=actor, subject=("registry", code), payload=payload, now=now
    )
    return RegistryReport(numbers, added, released, read.rejected)
