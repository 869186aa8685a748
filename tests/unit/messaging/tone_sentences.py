"""Our own labelled sentences, and how well the checker does on them: precision and recall of blocking and of each rule.

Files of lines `label|rule|sentence`. `tone_tuning.txt` was in view while the rules were written; `tone_heldout.txt`
was written before it was ever run and the rules are never tuned to it, so its figures tell how the rules do on new text.
`tone_near.txt` holds acceptable sentences that look like the others.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from acuerdo.messaging.rules.tone import ToneReport, check_tone

type Label = Literal["block", "warn", "ok"]
# What only a text of a channel can lack; a bare sentence of the set is not judged by it.
ABOUT_WHOLE_TEXTS = frozenset({"missing_creditor", "amount_without_date"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """`rule` is what must be found; empty when the sentence is acceptable."""

    label: Label
    rule: str
    text: str

    @property
    def report(self) -> ToneReport:
        channel = "sms" if self.rule in ABOUT_WHOLE_TEXTS else ""
        return check_tone(self.text, channel=channel)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one judgement: `hits` found rightly, `false` found wrongly, `missed` not found."""

    hits: int
    false: int
    missed: int

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.missed)


def sentences(name: str) -> list[Sentence]:
    """The lines of `tone_<name>.txt`."""
    lines = Path(__file__).with_name(f"tone_{name}.txt").read_text("utf-8").splitlines()
    parts = (line.split("|", maxsplit=2) for line in lines if line and not line.startswith("#"))
    return [Sentence(label, rule, text) for label, rule, text in parts]  # type: ignore[arg-type]


def blocking(rows: list[Sentence]) -> Score:
    """Whether what must not be sent is blocked, and nothing else."""
    pairs = [(row.label == "block", row.report.verdict == "block") for row in rows]
    tally = Counter(pairs)
    return Score(tally[True, True], tally[False, True], tally[True, False])


def by_rule(rows: list[Sentence]) -> dict[str, Score]:
    """Each rule as a detector of its own sentences. A rule found beside another on a bad sentence is not false: a threat
    may press and shame as well; on an acceptable sentence, or one that only another register breaks, it is."""
    found = [(row, {finding.rule for finding in row.report.findings}) for row in rows]
    rules = sorted({row.rule for row in rows if row.rule} | {rule for _row, has in found for rule in has})
    return {
        rule: Score(
            hits=sum(row.rule == rule and rule in has for row, has in found),
            false=sum(row.label == "ok" and rule in has for row, has in found),
            missed=sum(row.rule == rule and rule not in has for row, has in found),
        )
        for rule in rules
    }


def table(name: str, rows: list[Sentence]) -> str:
    """The figures as a person reads them."""
    whole = blocking(rows)
    lines = [
        f"{name}: {len(rows)} sentences, {sum(row.label == 'ok' for row in rows)} acceptable",
        f"{'blocking':18} precision {whole.precision:.3f} recall {whole.recall:.3f} ({whole})",
    ]
    lines += [
        f"{rule:18} precision {score.precision:.3f} recall {score.recall:.3f} ({score.hits}/{score.hits + score.missed})"
        for rule, score in by_rule(rows).items()
    ]
    return "\n".join(lines)
