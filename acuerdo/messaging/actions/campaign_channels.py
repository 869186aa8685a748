"""By which of a campaign's channels each person is told: the first, in its order, on which they can be reached and the gate lets
them be told within its period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from acuerdo.messaging.models import Campaign
from acuerdo.messaging.queries import best_points
from acuerdo.policy.public import Judged, PlannedContact, judge_contacts


@dataclass(frozen=True, slots=True)
class Addressed:
    """One person of a campaign and what of theirs it speaks of, the leading obligation first."""

    debtor_id: int
    obligation_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`rule` and `reason` say what is against the best channel when there is none; the rule is `no-contact-point` without one."""

    channel: str
    rule: str = ""
    reason: str = ""

    @property
    def could_leave(self) -> bool:
        return not self.rule


def choose_channels(row: Campaign, people: Sequence[Addressed], at: datetime) -> dict[int, Choice]:
    """By person, up to 1,000 of them. Who can be told on none keeps the first on which they can be reached, where the gate says
    why not. One query for the contact points and those of the gate for each channel that somebody is left for."""
    points = best_points(one.debtor_id for one in people)
    chosen: dict[int, Choice] = {}
    for channel in row.channels:
        left = [one for one in people if one.debtor_id not in chosen or not chosen[one.debtor_id].could_leave]
        reachable = [one for one in left if (one.debtor_id, channel) in points]
        asked = [_contact(row, one, channel, points) for one in reachable]
        for one, judged in zip(reachable, judge_contacts(asked, at) if asked else [], strict=True):
            choice = _choice(channel, judged, row)
            if choice.could_leave or one.debtor_id not in chosen:
                chosen[one.debtor_id] = choice
    for one in people:
        chosen.setdefault(one.debtor_id, Choice(row.channel, "no-contact-point"))
    return chosen


def _choice(channel: str, judged: Judged, row: Campaign) -> Choice:
    verdict = judged.verdict
    opens_at = verdict.next_allowed_at
    if verdict.is_allowed or (opens_at is not None and opens_at <= row.ends_at):
        return Choice(channel)
    rule = next(rule for rule in verdict.rules if rule.verdict == "deny")
    return Choice(channel, rule.id, rule.reason)


def _contact(
    row: Campaign, one: Addressed, channel: str, points: Mapping[tuple[int, str], tuple[int, str]]
) -> PlannedContact:
    return PlannedContact(
        debtor_id=one.debtor_id, creditor_id=row.creditor_id, channel=channel, purpose=row.purpose,
        obligation_id=one.obligation_ids[0], contact_point_id=points[one.debtor_id, channel][0],
    )  # fmt: skip
