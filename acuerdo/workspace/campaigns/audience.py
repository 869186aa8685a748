"""Where campaigns (messaging) meet segments (strategy): counting whom one addresses, and writing them down when it begins."""

from datetime import datetime
from zoneinfo import ZoneInfo

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import (
    Addressed,
    Campaign,
    enrol_people,
    keep_preview,
    plan_campaign,
    preview_campaign,
    running_campaigns,
)
from acuerdo.strategy.public import message_cost, people_in_segment


def count_audience(campaign_id: int, now: datetime) -> None:
    """Counts whom the campaign would reach and what it would cost. What the counting refuses is kept for the screen."""
    row = Campaign.objects.select_related("creditor").filter(pk=campaign_id).first()
    if row is None:
        return
    try:
        costs = {channel: message_cost(channel, row.creditor.currency) for channel in row.channels}
        keep_preview(row.pk, preview_campaign(row, _people(row, now), now, message_costs_minor=costs), now)
    except Refusal as refusal:
        keep_preview(row.pk, {}, now, failure=refusal.message)


def begin_campaign(campaign_id: int, now: datetime) -> int:
    """Writes down the people of an approved campaign, once. How many."""
    row = Campaign.objects.select_related("creditor").get(pk=campaign_id)
    if row.enrolled_at is not None or row.state != "running":
        return 0
    return enrol_people(row.pk, _people(row, now), now)


def run_campaigns(now: datetime) -> dict[str, int]:
    """Plans whatever is due of every running campaign; counts by the messages' states."""
    counts: dict[str, int] = {}
    for campaign_id in running_campaigns():
        begin_campaign(campaign_id, now)
        for state, number in plan_campaign(campaign_id, now).items():
            counts[state] = counts.get(state, 0) + number
    return counts


def _people(row: Campaign, now: datetime) -> list[Addressed]:
    on = now.astimezone(ZoneInfo(row.creditor.timezone)).date()
    found = people_in_segment(row.segment, row.creditor_id, on=on, now=now)
    return [Addressed(one.debtor_id, one.obligation_ids) for one in found]
