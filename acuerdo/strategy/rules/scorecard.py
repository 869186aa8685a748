"""What a contact is worth, before any model has learnt: a scorecard anyone can read and argue with.

    score = Σ over its obligations (amount at stake × uplift of (stage, channel) ÷ 10 000)
            − cost of the channel − fatigue × contacts in 7 days

in minor units of the obligation's currency, all integers. The amount at stake is the balance due, or the next instalment
before it is due. Uplifts are basis points: how much likelier a contact makes the payment, from cautious practice, not
from a law; models replace them when they beat them. To rank across currencies the gain becomes a score in hundredths of
`UNIT_MINOR`, about a US cent each; that rate only orders the list, nobody is charged by it.
"""

from collections.abc import Sequence

CHANNELS_SCORED = ("email", "sms", "whatsapp", "voice", "call", "letter", "visit")
# stage: basis points for each channel above
UPLIFT_BP: dict[str, tuple[int, ...]] = {
    "preventive": (60, 70, 90, 50, 60, 20, 10),
    "due": (120, 140, 170, 90, 160, 30, 20),
    "early": (180, 220, 260, 140, 420, 60, 60),
    "middle": (110, 130, 160, 90, 360, 90, 120),
    "late": (70, 80, 100, 60, 260, 110, 140),
    "written_off": (30, 40, 50, 20, 120, 60, 80),
}
DEFAULT_UPLIFT_BP = 0
# Minor units worth roughly one US dollar, for ranking only.
UNIT_MINOR: dict[str, int] = {
    "ARS": 140_000, "BOB": 690, "BRL": 550, "CLP": 950, "COP": 400_000, "CRC": 51_000, "DOP": 6_000, "EUR": 90, "GTQ": 770, "HNL": 2_600,
    "MXN": 1_900, "NGN": 150_000, "NIO": 3_700, "PAB": 100, "PEN": 360, "PYG": 7_500, "USD": 100, "UYU": 4_000, "VES": 20_000,
}  # fmt: skip
STAKE_MINOR_MAX = 4 * 10**12  # keeps stake × basis points below 2^53, where every engine divides alike
SCORE_MAX = 10**9
FATIGUE_CONTACTS_MAX = 30


def points_of(*, stage: str, channel: str, stake_minor: int, currency: str) -> int:
    """What the contact is expected to bring, before its cost, in hundredths of the ranking unit."""
    uplift = UPLIFT_BP[stage][CHANNELS_SCORED.index(channel)] if stage in UPLIFT_BP else DEFAULT_UPLIFT_BP
    gained = min(max(stake_minor, 0), STAKE_MINOR_MAX) * uplift // 10_000
    return min(gained * 100 // UNIT_MINOR.get(currency, 100), SCORE_MAX)


def cost_points_of(*, cost_minor: int, fatigue_minor: int, contacts_7_days: int, currency: str) -> int:
    """What the contact costs, fatigue included, in hundredths of the ranking unit, rounded up."""
    cost = min(cost_minor + fatigue_minor * min(contacts_7_days, FATIGUE_CONTACTS_MAX), STAKE_MINOR_MAX)
    unit = UNIT_MINOR.get(currency, 100)
    return min(-(-cost * 100 // unit), SCORE_MAX)


def score_of(points: Sequence[int], cost_points: int) -> int:
    """Of one contact about several obligations: what each brings, less the cost once; 0 when it is not worth making."""
    return max(min(sum(points) - cost_points, SCORE_MAX), 0)
