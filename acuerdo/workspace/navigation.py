"""The side navigation: one table of places, each with the roles that see it. Order is the order on the screen."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from acuerdo.base.models import Role
from acuerdo.workspace.access import ADMIN, AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR


@dataclass(frozen=True, slots=True)
class Place:
    """`url_name` opens it; `key` is its shortcut after `g`; `count_name`, where given, tells how much waits there."""

    url_name: str
    label: Promise
    icon: str
    key: str
    roles: frozenset[Role]
    count_name: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    icon: str
    key: str
    is_current: bool
    count_url: str = ""


PLACES: tuple[Place, ...] = (
    Place("workspace:queue", _("Cola"), "list-check", "c", frozenset({AGENT, SUPERVISOR})),
    Place("workspace:agenda:week", _("Agenda"), "calendar-event", "x", frozenset({AGENT, SUPERVISOR})),
    Place("workspace:room:room", _("Sala"), "users", "j", frozenset({SUPERVISOR, DIRECTOR})),
    Place("workspace:room:notes", _("Notas"), "notes", "m", frozenset({AGENT})),
    Place("workspace:board", _("Hoy"), "layout-dashboard", "h", frozenset({SUPERVISOR, DIRECTOR, COMPLIANCE})),
    Place("workspace:approvals", _("Aprobar"), "checklist", "a", frozenset({SUPERVISOR, DIRECTOR}),
          "workspace:approvals_count"),
    Place("workspace:core", _("Core"), "database", "k", frozenset({SUPERVISOR, DIRECTOR, ADMIN})),
    Place("workspace:portfolio", _("Cartera"), "users", "p", frozenset({SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN})),
    Place("workspace:compliance", _("Veredictos"), "shield-check", "v", frozenset({COMPLIANCE, DIRECTOR})),
    Place("workspace:holds", _("Pausas"), "hand-stop", "s", frozenset({COMPLIANCE, SUPERVISOR})),
    Place("workspace:imports:authorisations", _("Permisos"), "shield-check", "l", frozenset({COMPLIANCE})),
    Place("workspace:petitions", _("Casos"), "message-report", "q", frozenset({COMPLIANCE, SUPERVISOR, DIRECTOR})),
    Place("workspace:bureau_cases", _("Centrales"), "building-bank", "k", frozenset({COMPLIANCE, DIRECTOR})),
    Place("workspace:rules", _("Reglas"), "scale", "r", frozenset({COMPLIANCE, DIRECTOR, SUPERVISOR, ADMIN})),
    Place("workspace:strategy", _("Estrategia"), "route", "e", frozenset({SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN})),
    Place("workspace:templates", _("Plantillas"), "template", "t", frozenset({SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN})),
    Place("workspace:campaigns:list", _("Campañas"), "speakerphone", "m", frozenset({SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN})),
    Place("workspace:guide:versions", _("Guiones"), "notes", "g", frozenset({SUPERVISOR, DIRECTOR, COMPLIANCE})),
    Place("workspace:imports:list", _("Cargas"), "file-import", "i", frozenset({SUPERVISOR, DIRECTOR, ADMIN})),
    Place("workspace:payments:list", _("Pagos"), "cash", "o", frozenset({SUPERVISOR, DIRECTOR, ADMIN})),
    Place("workspace:inbox:list", _("Bandeja"), "message-circle", "n", frozenset({AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE})),
    Place("workspace:providers:list", _("Proveedores"), "send", "w", frozenset({SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN})),
    Place("workspace:mailbox:list", _("Buzón"), "mailbox", "b", frozenset({SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN})),
    Place("workspace:users", _("Usuarios"), "user-cog", "u", frozenset({ADMIN})),
    Place("workspace:day", _("Día"), "calendar-event", "d", frozenset({ADMIN, DIRECTOR, SUPERVISOR})),
)  # fmt: skip


def links_for(role: str, path: str) -> list[Link]:
    """The places a role sees; the one whose address the present path starts with is current."""
    found = [(place, reverse(place.url_name)) for place in PLACES if role in place.roles and _exists(place.url_name)]
    here = max((url for _place, url in found if path.startswith(url)), key=len, default="")
    return [
        Link(
            str(place.label),
            url,
            place.icon,
            place.key,
            url == here,
            reverse(place.count_name) if place.count_name else "",
        )
        for place, url in found
    ]


def home_of(role: str) -> str:
    """Where a role starts its day: the first place it sees."""
    return next(place.url_name for place in PLACES if role in place.roles)


def _exists(url_name: str) -> bool:
    try:
        reverse(url_name)
    except NoReverseMatch:
        return False
    return True
