"""What came of a campaign, for each of its subjects: read from its messages, answers, links and payments. One statement."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from acuerdo.messaging.models import Campaign, CampaignPerson

# Payments of the person to the campaign's creditor, from the day of the message to N days later; reversals take theirs back.
_FIGURES = """
SELECT p.subject,
       count(*) AS people,
       count(*) FILTER (WHERE p.planned_at IS NULL) AS waiting,
       count(*) FILTER (WHERE m.state = 'scheduled') AS scheduled,
       count(*) FILTER (WHERE m.state IN ('sent', 'delivered', 'read')) AS sent,
       count(*) FILTER (WHERE m.state IN ('delivered', 'read')) AS delivered,
       count(*) FILTER (WHERE m.state = 'read') AS read,
       count(*) FILTER (WHERE m.state = 'blocked') AS blocked,
       count(*) FILTER (WHERE m.state = 'failed') AS failed,
       count(*) FILTER (WHERE m.state = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM messaging_shortlink l WHERE l.message_id = m.id AND l.opened_count > 0)) AS clicked,
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM messaging_inbound i WHERE i.answers_id = m.id
                                         AND i.intent NOT IN ('automatic', 'stop', 'complaint'))) AS answered,
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM messaging_inbound i WHERE i.answers_id = m.id
                                         AND i.intent IN ('stop', 'complaint'))) AS stopped,
       count(*) FILTER (WHERE paid.minor > 0) AS paid,
       coalesce(sum(paid.minor) FILTER (WHERE paid.minor > 0), 0)::bigint AS paid_minor
  FROM messaging_campaignperson p
  JOIN messaging_campaign c ON c.id = p.campaign_id
  JOIN portfolio_creditor lender ON lender.id = c.creditor_id
  LEFT JOIN messaging_message m ON m.id = p.message_id
  LEFT JOIN LATERAL (
       SELECT sum(y.amount_minor) AS minor
         FROM portfolio_obligation o JOIN ledger_payment y ON y.account_id = o.id
        WHERE m.sent_at IS NOT NULL AND o.debtor_id = p.debtor_id AND o.creditor_id = c.creditor_id
          AND y.paid_on BETWEEN (m.sent_at AT TIME ZONE lender.timezone)::date
                            AND (m.sent_at AT TIME ZONE lender.timezone)::date + c.paid_within_days
  ) paid ON true
 WHERE p.campaign_id = %s
 GROUP BY p.subject ORDER BY p.subject
"""


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """Counts of people; `paid` within the campaign's days of their message. `waiting` were not planned yet."""

    subject: str
    people: int = 0
    waiting: int = 0
    scheduled: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    blocked: int = 0
    failed: int = 0
    cancelled: int = 0
    clicked: int = 0
    answered: int = 0
    stopped: int = 0
    paid: int = 0
    paid_minor: int = 0

    def __add__(self, other: "CampaignFigures") -> "CampaignFigures":
        names = [field.name for field in fields(self) if field.name != "subject"]
        return CampaignFigures("", **{name: getattr(self, name) + getattr(other, name) for name in names})


def campaign_figures(campaign_id: int) -> list[CampaignFigures]:
    """One for each subject that somebody gets; nothing before the campaign has its people."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, [campaign_id])
        return [CampaignFigures(*row) for row in cursor.fetchall()]


def campaign_people(row: Campaign) -> QuerySet[CampaignPerson]:
    """Everybody of it with their message, in the order of their moments. One query."""
    found = CampaignPerson.objects.filter(campaign=row).select_related("debtor", "message")
    return found.order_by("slot_at", "pk")


def campaign_rows(row: Campaign) -> Iterator[list[Any]]:
    """For an export: one line a person, without their name or address."""
    for one in campaign_people(row).iterator(chunk_size=2000):
        message = one.message
        yield [
            one.debtor.uid, one.subject, one.slot_at.isoformat(), message.state if message else one.state,
            message.failure if message else one.reason, message.sent_at.isoformat() if message and message.sent_at else "",
            message.delivered_at.isoformat() if message and message.delivered_at else "",
        ]  # fmt: skip


def running_campaigns() -> list[int]:
    """The keys of those that may have something to plan."""
    return list(Campaign.objects.filter(state="running").order_by("pk").values_list("pk", flat=True))
