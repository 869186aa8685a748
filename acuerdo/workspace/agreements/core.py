"""What agreements ask of the creditor's core: a list to carry out there, exported or marked one by one."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.kernel.money import format_minor, plain_text
from acuerdo.negotiation import public as negotiation
from acuerdo.workspace import wording
from acuerdo.workspace.access import ADMIN, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.agreements.wording import KIND_WORDS
from acuerdo.workspace.exports import csv_response
from acuerdo.workspace.queries.scope import obligations_of
from acuerdo.workspace.tables import PlanObligation

PAGE_ROWS = 50
DEEDS = {
    "agreed": gettext_lazy("Registrar el acuerdo"),
    "forgiven": gettext_lazy("Aplicar lo que se condona"),
    "ended": gettext_lazy("Terminar el acuerdo"),
}
COMPONENTS = {
    "principal": gettext_lazy("capital"),
    "contract_interest": gettext_lazy("interés corriente"),
    "late_interest": gettext_lazy("mora"),
    "collection_fee": gettext_lazy("gastos de cobranza"),
    "insurance": gettext_lazy("seguros"),
    "fees": gettext_lazy("otros cargos"),
}


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def core(request: HttpRequest) -> HttpResponse:
    is_applied = request.GET.get("state") == "applied"
    page = Paginator(_found(request, is_applied), PAGE_ROWS).get_page(request.GET.get("page", "1"))
    rows = [(row, DEEDS[row["deed"]], _what(row)) for row in page.object_list]
    return render(request, "workspace/agreements/core.html", {"page": page, "rows": rows, "is_applied": is_applied})


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_GET
def core_export(request: HttpRequest) -> HttpResponse:
    """Each deed with its amounts by component; nothing is marked by exporting."""
    is_applied, today = request.GET.get("state") == "applied", clock.business_date()
    header = [
        _("acuerdo"), _("obligacion"), _("acreedor"), _("titular"), _("tarea"), _("tipo"), _("moneda"), _("cubre"), _("total"),
        *(str(word) for word in COMPONENTS.values()), _("mora_detenida"), _("revisar"), _("desde"), _("aplicado"), _("referencia"),
    ]  # fmt: skip
    rows = (
        [
            row["plan_uid"], row["number"], row["creditor"], row["debtor"], row["deed"], row["kind"], row["currency"],
            plain_text(row["owed_minor"], row["currency"]), plain_text(row["total_minor"], row["currency"]),
            *(plain_text(row["waived"].get(name, 0), row["currency"]) for name in COMPONENTS),
            int(row["late_stops"]), row["review_on"] or "", row["since"].date().isoformat(),
            row["applied_at"].isoformat() if row["applied_at"] else "", row["reference"] or "",
        ]
        for row in _found(request, is_applied)
    )  # fmt: skip
    return csv_response(f"core-{today:%Y-%m-%d}.csv", header, rows)


@allow(SUPERVISOR, DIRECTOR, ADMIN)
@require_POST
def mark(request: HttpRequest, covered_id: int, deed: str) -> HttpResponse:
    """Marks it as carried out in the core, or takes the mark back. 404 for an obligation of somebody else's."""
    user = user_of(request)
    if not PlanObligation.objects.filter(pk=covered_id, obligation__in=obligations_of(user).values("pk")).exists():
        raise Http404
    if request.POST.get("undo"):
        negotiation.unmark_applied(covered_id, deed, actor=user.username, now=clock.now())
        return redirect(reverse("workspace:core") + "?state=applied")
    negotiation.mark_applied(
        covered_id, deed, reference=request.POST.get("reference", ""), actor=user.username, now=clock.now(),
        today=clock.business_date(),
    )  # fmt: skip
    return redirect("workspace:core")


def _found(request: HttpRequest, is_applied: bool) -> Any:
    return negotiation.core_deeds(obligations_of(user_of(request)), is_applied=is_applied)


def _what(row: dict[str, Any]) -> str:
    """What to do there, in a sentence."""
    if row["deed"] == "ended":
        return _("El acuerdo terminó sin cumplirse: la mora vuelve a correr.")
    if row["deed"] == "forgiven":
        parts = [
            f"{COMPONENTS[name]} {format_minor(amount, row['currency'])}"
            for name, amount in row["waived"].items()
            if amount
        ]
        return _("Condonar: %(parts)s.") % {"parts": ", ".join(parts)}
    told = _("%(kind)s por %(total)s.") % {
        "kind": KIND_WORDS[row["kind"]], "total": format_minor(row["total_minor"], row["currency"])
    }  # fmt: skip
    if row["review_on"]:
        told += " " + _("Sin mora hasta revisarlo el %(day)s.") % {"day": wording.short_day(row["review_on"])}
    elif row["late_stops"]:
        told += " " + _("Detener la mora mientras se cumpla.")
    return told
