"""What a user may see, and the choices of scope that an administrator gives."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from acuerdo.base.models import User
from acuerdo.portfolio.public import debtors_visible_to, list_creditors, visible_to
from acuerdo.workspace.tables import Agency, Creditor


def obligations_of(user: User) -> QuerySet[Any]:
    """The obligations that the user may see."""
    return visible_to(user)


def debtor_or_404(user: User, uid: UUID | str) -> Any:
    """The person, or 404 in the same words whether they do not exist or are another's."""
    found = debtors_visible_to(user).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def creditor_choices(user: User) -> list[tuple[str, str]]:
    """(uid, name) of the creditors whose obligations the user may see."""
    return [(str(uid), name) for uid, name in list_creditors(user).order_by("name").values_list("uid", "name")]


def scope_choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(uid, name) of every creditor and every agency, for who creates users."""
    creditors = Creditor.objects.order_by("name").values_list("uid", "name")
    agencies = Agency.objects.order_by("name").values_list("uid", "name")
    return [(str(uid), name) for uid, name in creditors], [(str(uid), name) for uid, name in agencies]
