"""The page where a person sees every contact with them: made, received and stopped, in plain words.

No log-in and no cookie: the address itself is the proof. It leaves with the page that ends a channel, whose address is in every
mail, and with the answer to a request of the data subject. It names no document, number or amount, shows only the contacts of
the creditor that it came from, and stops working after ninety days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from acuerdo.base import clock
from acuerdo.messaging.public import token_of, uid_of_token
from acuerdo.policy.public import Petition, own_contacts
from acuerdo.workspace.access import open_to_all
from acuerdo.workspace.permits.wording import own_line
from acuerdo.workspace.tables import Message

LASTS = timedelta(days=90)
LINES = 30


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose contacts, with which creditor, and until when the address works."""

    debtor: Any
    creditor: Any
    until: datetime


def own_address(uid: UUID) -> str:
    """The address for the person of this message or case; a whole one where the installation knows its own."""
    return f"{settings.PUBLIC_URL}{reverse('workspace:own_contacts', args=[token_of(uid, 'contacts')])}"


@open_to_all
@require_GET
def own_page(request: HttpRequest, token: str) -> HttpResponse:
    """Latest first, by pages; 404 for an address that is not ours."""
    asked, now = _asked(token), clock.now()
    if asked is None:
        raise Http404
    context: dict[str, Any] = {"creditor": asked.creditor, "language": get_language(), "is_over": now > asked.until}
    if not context["is_over"]:
        context |= _lines(asked, _before(request.GET.get("antes", "")), token)
    answer = HttpResponse(
        render_to_string("workspace/permits/own.html", context), status=410 if context["is_over"] else 200
    )
    answer["Cache-Control"], answer["Referrer-Policy"] = "no-store", "no-referrer"
    return answer


def _lines(asked: _Asked, before: datetime | None, token: str) -> dict[str, Any]:
    found = own_contacts(asked.debtor.pk, creditor_ids=[asked.creditor.pk], before=before, limit=LINES)
    rows = [{"at": one.at, "said": own_line(one), "tone": one.direction} for one in found.lines]
    following = found.lines[-1].at.isoformat() if found.has_more else ""
    return {"rows": rows, "zone": asked.debtor.timezone, "token": token, "following": following}


def _asked(token: str) -> _Asked | None:
    uid = uid_of_token(token, "contacts")
    if uid is None:
        return None
    message = Message.objects.select_related("debtor", "creditor").filter(uid=uid).first()
    if message is not None:
        return _Asked(message.debtor, message.creditor, (message.sent_at or message.created_at) + LASTS)
    case = Petition.objects.select_related("debtor", "creditor").filter(uid=uid).first()
    return _Asked(case.debtor, case.creditor, (case.ended_at or case.received_at) + LASTS) if case is not None else None


def _before(text: str) -> datetime | None:
    """The instant of a link of ours; anything else starts from the latest."""
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
