"""The readings of the law that creditors chose: each with its words, who approved it and when."""

from collections.abc import Collection
from datetime import date
from typing import Any

from acuerdo.policy.models import PolicyReading


def list_readings(creditor_ids: Collection[int], *, pack: str = "") -> list[PolicyReading]:
    """Every choice ever approved for these creditors (of one pack, if given), the latest first; one query."""
    found = PolicyReading.objects.filter(creditor__in=list(creditor_ids)).select_related("creditor")
    if pack:
        found = found.filter(pack=pack)
    return list(found.order_by("-approved_on", "-pk"))


def keeps_notes(creditor: Any, on: date) -> bool:
    """Whether a contact may carry a free note, where what a person tells unasked would stand (CO: Ley 2300 de 2023, art. 7)."""
    chosen = PolicyReading.objects.filter(
        creditor=creditor, pack=creditor.country.lower(), name="volunteered_reason", approved_on__lte=on
    )
    return chosen.order_by("-approved_on", "-pk").values_list("value", flat=True).first() != "never"


def readings_in_force(readings: Collection[PolicyReading], on: date) -> list[PolicyReading]:
    """Of a list with the latest first, those in force on a date: one for each creditor and setting."""
    kept: dict[tuple[int, str, str], PolicyReading] = {}
    for one in readings:
        if one.approved_on <= on:
            kept.setdefault((one.creditor_id, one.pack, one.name), one)
    return list(kept.values())
