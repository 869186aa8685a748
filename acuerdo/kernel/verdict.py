"""The answer to "may we?": allow or deny, with every rule that decided it.

A verdict is a receipt: it names the rule, the citation in force on the date, and when the answer may change. Data that a
rule needs and lacks (a holiday year, a tariff, a time zone) denies too, marked `is_missing_data`: the strict reading.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

type Answer = Literal["allow", "deny"]


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What one rule said. `id` like `co.ley2300.art3.hours`; `reason` is a Spanish sentence for the person who asked."""

    id: str
    verdict: Answer
    citation: str
    reason: str
    next_allowed_at: datetime | None = None
    is_missing_data: bool = False
    values: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, str]:
        """The shape of `rules[]` in `acuerdo policy check`."""
        return {"id": self.id, "verdict": self.verdict, "citation": self.citation, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer: denied as soon as one rule denies; `rules` lists all that deny, not only the first."""

    verdict: Answer
    rules: tuple[RuleOutcome, ...]
    next_allowed_at: datetime | None
    pack_version: str

    @property
    def is_allowed(self) -> bool:
        return self.verdict == "allow"

    def as_json(self) -> dict[str, Any]:
        """The output of `acuerdo policy check`."""
        return {
            "verdict": self.verdict,
            "rules": [rule.as_json() for rule in self.rules],
            "next_allowed_at": self.next_allowed_at.isoformat() if self.next_allowed_at else None,
            "pack_version": self.pack_version,
        }
