"""Registries of excluded numbers: when a registration binds and how long a consultation of the registry stays good.

A registration binds after five business days (CO: CRC Resolución 7356 de 2024), so a copy of the registry that is no older
than that holds every number that binds today; an older one counts as not consulted.
"""

from datetime import date

from acuerdo.kernel.calendar import add_business_days

REGISTRY_BUSINESS_DAYS = 5


def is_excluded(effective_on: date | None, consulted_on: date | None, today: date, country: str) -> bool | None:
    """Whether a number is excluded on `today`; None where no recent copy of the registry was loaded.

    `effective_on`: from when the registry's entry binds, None without an entry. `country` in capitals, as `CO`.
    """
    if consulted_on is None:
        return None
    if effective_on is not None and effective_on <= today:
        return True
    return False if today <= add_business_days(consulted_on, REGISTRY_BUSINESS_DAYS, country) else None
