"""The day's cycle on screen: how far it came, run it, and in a demonstration move the date one day on."""

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.workspace import wording
from acuerdo.workspace.access import ADMIN, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.actions.day import move_to_next_day, start_day
from acuerdo.workspace.queries.day import DayPage, day_page, is_day_under_way, recent_days


@allow(ADMIN, DIRECTOR, SUPERVISOR)
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    context = {"day": _page(clock.business_date()), "recent": recent_days(), "is_demo": clock.is_shifted()}
    return render(request, "workspace/day.html", context)


@allow(ADMIN, DIRECTOR, SUPERVISOR)
@require_GET
def day_progress(request: HttpRequest) -> HttpResponse:
    """Asked every second while the cycle moves; the last answer says so and stops the asking."""
    return render(request, "workspace/day_progress.html", {"day": _page(clock.business_date())})


@allow(ADMIN, DIRECTOR, SUPERVISOR)
@require_POST
def run_day(request: HttpRequest) -> HttpResponse:
    start_day(clock.business_date(), by=user_of(request), now=clock.now())
    messages.info(request, _("El día quedó en marcha. Puede seguir trabajando mientras avanza."))
    return redirect("workspace:day")


@allow(ADMIN, DIRECTOR, SUPERVISOR)
@require_POST
def next_day(request: HttpRequest) -> HttpResponse:
    moved_to = move_to_next_day(by=user_of(request), is_demo=clock.is_shifted())
    messages.info(request, _("Ahora es %(day)s. El día quedó en marcha.") % {"day": wording.long_day(moved_to)})
    return redirect("workspace:day")


def _page(run_on: date) -> DayPage:
    names = [phase.name for phase in import_string(settings.DAY_PHASES)()]
    return day_page(run_on, names, is_expected=is_day_under_way())
