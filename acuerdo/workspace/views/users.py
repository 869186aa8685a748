"""The people who work with the system: list, create, close, open again, new password. Administration only."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.workspace.access import ADMIN, allow, user_of
from acuerdo.workspace.actions import users as actions
from acuerdo.workspace.forms import UserForm
from acuerdo.workspace.queries.scope import scope_choices


@allow(ADMIN)
@require_GET
def users(request: HttpRequest) -> HttpResponse:
    # The accounts of API keys are no people: `acuerdo apikey` keeps them.
    found = User.objects.exclude(username__startswith="api:")
    people = found.select_related("agency").prefetch_related("creditors").order_by("-is_active", "full_name")
    return render(request, "workspace/users.html", {"people": people})


@allow(ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def new_user(request: HttpRequest) -> HttpResponse:
    creditors, agencies = scope_choices()
    form = UserForm(
        request.POST if request.method == "POST" else None,
        creditors=creditors,
        agencies=agencies,
        initial={"role": "agent", "scope": "all"},
    )
    if not form.is_valid():
        return render(request, "workspace/user_new.html", {"form": form}, status=422 if form.is_bound else 200)
    user, password = actions.create_user(_told(form), by=user_of(request), now=clock.now())
    return render(request, "workspace/user_password.html", {"person": user, "password": password, "is_new": True})


@allow(ADMIN)
@require_POST
def switch_user(request: HttpRequest, uid: str) -> HttpResponse:
    person = get_object_or_404(User, uid=uid)
    person = actions.set_active(person.pk, not person.is_active, by=user_of(request), now=clock.now())
    text = _("La cuenta de %(name)s quedó abierta.") if person.is_active else _("La cuenta de %(name)s quedó cerrada.")
    messages.success(request, text % {"name": person.full_name})
    return redirect("workspace:users")


@allow(ADMIN)
@never_cache
@require_POST
def reset_password(request: HttpRequest, uid: str) -> HttpResponse:
    person = get_object_or_404(User, uid=uid)
    person, password = actions.reset_password(person.pk, by=user_of(request), now=clock.now())
    return render(request, "workspace/user_password.html", {"person": person, "password": password, "is_new": False})


def _told(form: UserForm) -> actions.NewUser:
    told = form.cleaned_data
    scope: str = told["scope"]
    return actions.NewUser(
        username=told["username"],
        full_name=told["full_name"],
        email=told["email"],
        role=told["role"],
        sees_all_creditors=scope == "all",
        creditor_uids=told["creditors"] if scope == "some" else (),
        agency_uid=scope.partition(":")[2],
    )
