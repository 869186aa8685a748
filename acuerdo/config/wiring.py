"""The only place that knows all capabilities: the phases of the day, in order, and later which adapter serves which port.

To add a phase: import its callable from `acuerdo.<capability>.public` inside `day_phases` and put it in its place.
"""

from collections.abc import Sequence

from acuerdo.base.day import Phase


def day_phases() -> Sequence[Phase]:
    """The daily cycle in order; each is `Phase(name, callable(date, now) -> report)`."""
    return []
