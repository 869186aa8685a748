"""Certified caps that the installation loads: they come before the shipped tables from then on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from acuerdo.base.audit import Fact, write_audit_many
from acuerdo.ledger.actions.payments import AUDIT_CHAIN
from acuerdo.ledger.models import CertifiedCap
from acuerdo.ledger.rules.rate_caps import RateCap, cap_table


@dataclass(slots=True)
class CapsLoaded:
    """How many rows were new, how many replaced another rate, how many were here already."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def load_rate_caps(caps: Mapping[str, Sequence[RateCap]], *, now: datetime, actor: str) -> CapsLoaded:
    """Stores caps by table key; the same rows again change nothing. Refuses `bad-rate-cap` when rows would overlap.

    Interest already paid stays as it was allocated until something else makes its account be played again.
    """
    report = CapsLoaded()
    facts: list[Fact] = []
    with transaction.atomic():
        for key, rows in caps.items():
            facts += _load_table(key, rows, report, now, actor)
        if facts:
            write_audit_many(chain=AUDIT_CHAIN, facts=facts, now=now)
    return report


def _load_table(key: str, rows: Sequence[RateCap], report: CapsLoaded, now: datetime, actor: str) -> list[Fact]:
    known = {row.from_on: row for row in CertifiedCap.objects.select_for_update().filter(key=key)}
    kept = [RateCap(row.from_on, row.to_on, row.annual) for row in known.values()]
    cap_table(key, [*(row for row in kept if row.from_on not in {cap.from_on for cap in rows}), *rows])
    facts = []
    for cap in rows:
        old = known.get(cap.from_on)
        if old is not None and (old.to_on, old.annual) == (cap.to_on, cap.annual):
            report.unchanged += 1
            continue
        values = {"to_on": cap.to_on, "annual": cap.annual, "citation": cap.citation[:200]}
        CertifiedCap.objects.update_or_create(
            key=key, from_on=cap.from_on, defaults={**values, "recorded_at": now, "recorded_by": actor}
        )
        report.added += old is None
        report.changed += old is not None
        payload = {"from": cap.from_on, "to": cap.to_on, "annual": cap.annual, "before": old.annual if old else None}
        facts.append(Fact("load_rate_cap", actor, ("rate_cap", key), payload))
    return facts
