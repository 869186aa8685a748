"""May we contact this person, now, by this channel, for this purpose? Pure: question and facts in, verdict out.

`judge(pack, question, facts)` lists every rule that denies, with its citation, and the next permitted moment. The rules
are data: one folder a country in `policy/packs`, read by `library`. Nothing here knows a database or a clock, so other
programs may use it directly: `from acuerdo.policy.rules import judge, load_pack, Question, Facts`.
"""

from acuerdo.policy.rules.facts import Consent, Facts, Hold, OwnHours, PastContact, Question, Reading
from acuerdo.policy.rules.gate import judge
from acuerdo.policy.rules.library import load_pack, pack_codes
from acuerdo.policy.rules.pack import Pack, Rule

__all__ = [
    "Consent",
    "Facts",
    "Hold",
    "OwnHours",
    "Pack",
    "PastContact",
    "Question",
    "Reading",
    "Rule",
    "judge",
    "load_pack",
    "pack_codes",
]
