"""Campaigns: the list, the form, one campaign with its count, its approval and its results, and the download."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import (
    CAMPAIGN_STEPS,
    Campaign,
    CampaignFigures,
    campaign_figures,
    campaign_rows,
    forget_preview,
    save_campaign,
)
from acuerdo.portfolio.public import list_creditors
from acuerdo.strategy.public import check_segment
from acuerdo.workspace import tasks
from acuerdo.workspace.access import ADMIN, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.campaigns.forms import CampaignForm, initial_of, text_choices
from acuerdo.workspace.campaigns.wording import DONE, EXPORT, REFUSALS, STATES
from acuerdo.workspace.campaigns.wording import FIELDS as FIELD_WORDS
from acuerdo.workspace.exports import csv_response

PAGE_ROWS = 30
WRITERS, DECIDERS = (SUPERVISOR, DIRECTOR, COMPLIANCE), (DIRECTOR, COMPLIANCE)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def campaigns(request: HttpRequest) -> HttpResponse:
    page = Paginator(_mine(user_of(request)), PAGE_ROWS).get_page(request.GET.get("page", "1"))
    context = {
        "page": page,
        "rows": [(row, *STATES[row.state]) for row in page.object_list],
        "may_write": _may_write(user_of(request)),
    }
    return render(request, "workspace/campaigns/list.html", context)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """First the text, then what it asks for."""
    choices = text_choices()
    text = request.GET.get("text", "")
    if text not in dict(choices):
        return render(request, "workspace/campaigns/choose.html", {"choices": choices})
    form = CampaignForm(request.POST if request.method == "POST" else None, user=user_of(request), text=text)
    return _saved(request, form, None)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uid: str) -> HttpResponse:
    row = _campaign(request, uid)
    told = request.POST if request.method == "POST" else None
    text = f"{row.template}:{row.channel}"
    return _saved(request, CampaignForm(told, user=user_of(request), text=text, initial=initial_of(row)), row)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def page(request: HttpRequest, uid: str) -> HttpResponse:
    row = _campaign(request, uid)
    return render(request, "workspace/campaigns/page.html", _context(request, row))


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def counted(request: HttpRequest, uid: str) -> HttpResponse:
    """The count, for a page that waits for its job."""
    return render(request, "workspace/campaigns/counted.html", _context(request, _campaign(request, uid)))


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_POST
def count(request: HttpRequest, uid: str) -> HttpResponse:
    """Asks for the count anew."""
    row = _campaign(request, uid)
    if row.state in ("draft", "submitted"):
        with transaction.atomic():
            forget_preview(row.pk, by=user_of(request), now=clock.now())
            tasks.count_campaign_of(row.pk)
    return redirect("workspace:campaigns:page", uid=uid)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_POST
def step(request: HttpRequest, uid: str, event: str) -> HttpResponse:
    """One step of its life; a refusal is told on the same page."""
    row = _campaign(request, uid)
    act = CAMPAIGN_STEPS[event]
    note = (request.POST.get("note", ""),) if event == "send_back" else ()
    try:
        with transaction.atomic():
            act(row.pk, *note, by=user_of(request), now=clock.now())
            if event == "approve":
                tasks.begin_campaign_of(row.pk)
    except Refusal as refusal:
        messages.error(request, str(REFUSALS.get(refusal.code, refusal.message)))
    else:
        messages.success(request, str(DONE[event]))
    return redirect("workspace:campaigns:page", uid=uid)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_GET
def export(request: HttpRequest, uid: str) -> HttpResponse:
    """One line a person, by identifier: whoever may open the person finds the name there."""
    row = _campaign(request, uid)
    return csv_response(f"campana-{row.uid}.csv", [str(word) for word in EXPORT], campaign_rows(row))


def _saved(request: HttpRequest, form: CampaignForm, row: Campaign | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            check_segment(form.cleaned_data["segment"])
            with transaction.atomic():
                kept = save_campaign(
                    form.told(), by=user_of(request), now=clock.now(), campaign_id=row.pk if row else None
                )
                tasks.count_campaign_of(kept.pk)
        except Refusal as refusal:
            place = "segment" if refusal.code == "bad-expression" else None
            form.add_error(place, str(REFUSALS.get(refusal.code, refusal.message)))
        else:
            return redirect("workspace:campaigns:page", uid=kept.uid)
    context = {"form": form, "row": row, "text": f"{form.code}:{form.channel}"}
    return render(request, "workspace/campaigns/edit.html", context, status=status)


def _mine(user: User) -> QuerySet[Campaign]:
    """A campaign is the lender's: an agency sees none."""
    found = Campaign.objects.select_related("creditor").order_by("-created_at", "-pk")
    return found.none() if user.agency_id is not None else found.filter(creditor__in=list_creditors(user).values("pk"))


def _campaign(request: HttpRequest, uid: str) -> Campaign:
    return get_object_or_404(_mine(user_of(request)), uid=uid)


def _may_write(user: User) -> bool:
    return user.role in WRITERS and user.agency_id is None


def _context(request: HttpRequest, row: Campaign) -> dict[str, Any]:
    user = user_of(request)
    figures = campaign_figures(row.pk) if row.enrolled_at else []
    total = sum(figures, CampaignFigures(""))
    word, tone = STATES[row.state]
    return {
        "row": row,
        "told": [(FIELD_WORDS.get(name, name), value) for name, value in row.fields.items()],
        "word": word,
        "tone": tone,
        "figures": figures,
        "total": total,
        "lines": _lines([*figures, total] if len(figures) > 1 else figures),
        "is_counting": row.previewed_at is None and row.state in ("draft", "submitted"),
        "may_write": _may_write(user),
        "may_decide": user.role in DECIDERS and user.agency_id is None and row.written_by != user.username,
        "is_writer": row.written_by == user.username,
    }


def _lines(columns: list[CampaignFigures]) -> list[tuple[str, list[int]]]:
    """One line a figure, one column a subject and the sum."""
    words = {
        "people": _("Personas"), "waiting": _("Por programar"), "scheduled": _("Programados"), "sent": _("Salieron"),
        "delivered": _("Llegaron"), "read": _("Leídos"), "clicked": _("Abrieron el enlace"), "answered": _("Respondieron"),
        "stopped": _("Pidieron no recibir más"), "blocked": _("Bloqueados"), "failed": _("No salieron"),
        "cancelled": _("Cancelados"), "paid": _("Pagaron después"),
    }  # fmt: skip
    return [(word, [getattr(one, name) for one in columns]) for name, word in words.items()]
