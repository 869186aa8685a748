"""From a finding to the change that mends it: which part of the text is replaced, and by what. For one click in an editor."""

import re
from dataclasses import dataclass

from acuerdo.messaging.rules.tone.findings import Finding

_ENDS = re.compile(r"[.!?\n]")
_WHO = "Le escribe {quien_escribe}, de {acreedor}. "
_AS_OF = " al {fecha_corte}"
# Where only a person can choose the words: the whole text changes its form of address.
_NO_REMEDY = frozenset({"register", "mixed_register"})


@dataclass(frozen=True, slots=True)
class Remedy:
    """Replace `text[start:end]` by `replacement`; start equals end to insert."""

    start: int
    end: int
    replacement: str


def remedy(text: str, finding: Finding) -> Remedy | None:
    """The change, or None where the suggestion is advice and no sentence. `finding` must be of this very text."""
    if finding.rule in _NO_REMEDY:
        return None
    if finding.rule == "missing_creditor":
        return Remedy(0, 0, _WHO)
    if finding.rule == "amount_without_date":
        return Remedy(finding.end, finding.end, _AS_OF)
    if finding.rule == "shouting":
        return Remedy(finding.start, finding.end, _calmed(text, finding))
    start, end = _sentence(text, finding)
    return Remedy(start, end, finding.suggestion)


def _sentence(text: str, finding: Finding) -> tuple[int, int]:
    """The sentence around a finding, with its closing mark and without the blanks before it."""
    before = [match.end() for match in _ENDS.finditer(text, 0, finding.start)]
    start = before[-1] if before else 0
    while start < finding.start and text[start] in " \t":
        start += 1
    stop = _ENDS.search(text, max(finding.end - 1, start))
    if stop is None:
        return start, len(text)
    end = stop.start()
    while end < len(text) and text[end] in ".!?":
        end += 1
    return start, max(end, finding.end)


def _calmed(text: str, finding: Finding) -> str:
    """`PAGUE HOY` → `Pague hoy` where a sentence begins, else `pague hoy`; repeated marks become one."""
    said = text[finding.start : finding.end]
    if not any(char.isalpha() for char in said):
        return "." if "!" in said else ""
    calm = said.lower()
    begins = not text[: finding.start].strip() or text[: finding.start].rstrip()[-1] in ".!?:\n"
    return calm[0].upper() + calm[1:] if begins else calm
