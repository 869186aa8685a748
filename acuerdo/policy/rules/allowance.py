"""What the caps in force leave of contacts with one person: used, and how many are allowed, a day and a week.

The same rules, readings and past contacts that the gate judges by; a cap that does not apply to the question is not told.
"""

from dataclasses import dataclass
from datetime import date

from acuerdo.policy.rules.conditions import counted_in_window, see_case
from acuerdo.policy.rules.facts import Facts, Question
from acuerdo.policy.rules.hours import local_day, microseconds
from acuerdo.policy.rules.pack import Pack


@dataclass(frozen=True, slots=True)
class Allowance:
    """One cap as it stands. `per` is `day`, `rolling7` or `iso_week`; `counted` an `attempt` or only a `two_way` talk."""

    rule: str
    citation: str
    per: str
    counted: str
    used: int
    limit: int

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)


def allowances(pack: Pack, question: Question, facts: Facts) -> tuple[Allowance, ...]:
    """The caps on such a contact, the shortest span first; none where no zone is known, for then nobody may be contacted.

    In two plausible zones the one that leaves less counts. Refuses what `judge` refuses.
    """
    zones = question.zones or pack.zones
    if not zones:
        return ()
    us = microseconds(question.at)
    chosen = pack.choose(facts.settings, date.fromordinal(local_day(us, zones[0])))
    cases = [(see_case(question, facts, calendar=pack.calendar, zone=zone), local_day(us, zone)) for zone in zones]
    found = [
        Allowance(
            rule.id, rule.citation, rule.per, rule.counted,
            used=max(counted_in_window(rule, case, day) for case, day in cases), limit=rule.limit,
        )
        for rule in pack.select(question, chosen, facts)
        if rule.kind == "cap" and rule.effect == "deny" and any(rule.effective_from <= day <= rule.effective_to for _, day in cases)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.per != "day", one.limit, one.rule)))
