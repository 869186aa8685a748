"""How each number, name or mail domain stands, counted over its last week (rules/reputation.py)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection

from acuerdo.messaging.models import SenderState
from acuerdo.messaging.rules.reputation import Record, grade

SPAN = timedelta(days=7)

# A stop or a complaint is laid to the sender of the message that it answers.
_COUNTS = """
SELECT m.provider, m.sender, count(*) AS sent,
       count(*) FILTER (WHERE m.state IN ('delivered', 'read')) AS delivered,
       count(*) FILTER (WHERE m.state = 'failed' AND m.failure IN ('receiver-refused', 'undelivered', 'text-refused')) AS failed,
       count(*) FILTER (WHERE c.is_complaint) AS complaints, count(*) FILTER (WHERE c.is_stop) AS stops
  FROM messaging_message m
  LEFT JOIN LATERAL (SELECT bool_or(i.intent = 'complaint') AS is_complaint, bool_or(i.intent = 'stop') AS is_stop
                       FROM messaging_inbound i WHERE i.answers_id = m.id) c ON true
 WHERE m.sender <> '' AND m.sent_at >= %s
 GROUP BY m.provider, m.sender
"""


def grade_senders(now: datetime) -> Mapping[tuple[str, str], str]:
    """Counts and keeps the grade of every sender used in the last week. Running twice gives the same."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [now - SPAN])
        rows = cursor.fetchall()
    grades: dict[tuple[str, str], str] = {}
    for provider, sender, sent, delivered, failed, complaints, stops in rows:
        record = Record(sent, delivered, failed, complaints, stops)
        grades[provider, sender] = grade(record)
        SenderState.objects.update_or_create(
            provider=provider, sender=sender,
            defaults={
                "grade": grades[provider, sender], "sent": sent, "delivered": delivered, "failed": failed,
                "complaints": complaints, "stops": stops, "graded_at": now,
            },
        )  # fmt: skip
    # A number that rested and was not used for a week starts anew.
    SenderState.objects.filter(graded_at__lt=now).update(grade="new")
    return grades
