"""The movements of one obligation: the list with filters and a CSV, and one form for each act, with a preview before it is done.

Whoever may see the obligation sees its movements; who may record what stands in `acts`. A preview is made by doing and undoing;
confirming is refused, and shown anew, when anything moved in between, so that two presses of a button record once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from acuerdo.base import clock
from acuerdo.base.sentences import in_reader_language
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import format_minor, plain_text
from acuerdo.ledger.public import Movement, movements_of, statement, statement_view
from acuerdo.negotiation.public import chargeable_attempts
from acuerdo.workspace import wording
from acuerdo.workspace.access import ADMIN, AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.exports import csv_response
from acuerdo.workspace.movements.acts import ACTS, Act, Asked, acts_for, may_annul, may_forgive
from acuerdo.workspace.movements.forms import Choices, ReasonForm, components
from acuerdo.workspace.movements.rehearsal import Line, lock_account, mark_of, rehearse
from acuerdo.workspace.movements.wording import COMPONENT_WORDS, KIND_WORDS
from acuerdo.workspace.statement.views import earliest_of, end_of, known_on_of, obligation_or_404

UNDO_BY_KIND = {"payment": ("reverso", "contracargo"), "pause": ("reanudar", "anular")}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty for no limit."""

    kind: str
    first: date | None
    last: date | None
    text: str

    @property
    def is_set(self) -> bool:
        return bool(self.kind or self.first or self.last or self.text)

    @property
    def as_query(self) -> str:
        told = {"tipo": self.kind, "desde": self.first or "", "hasta": self.last or "", "q": self.text}
        return urlencode({name: str(value) for name, value in told.items() if value})

    def keep(self, row: Movement) -> bool:
        text = f"{row.reason} {row.reference} {row.recorded_by} {row.undone_why}".casefold()
        return (
            (not self.kind or _kind(row) == self.kind)
            and (self.first is None or row.on >= self.first)
            and (self.last is None or row.on <= self.last)
            and self.text.casefold() in text
        )


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@never_cache
@require_GET
def movements(request: HttpRequest, uid: str, obligation_uid: str) -> HttpResponse:
    """The list as it stands, or with `?registrado=` as it stood in the books at the end of that day."""
    obligation = obligation_or_404(request, uid, obligation_uid)
    today = clock.business_date()
    known_on = known_on_of(request, obligation, today)
    known_at = None if known_on is None else end_of(known_on)
    filters = _filters(request)
    rows = movements_of(obligation.pk, known_at=known_at)
    acts = [] if known_on else acts_for(user_of(request), obligation)
    context = {
        "obligation": obligation,
        "currency": obligation.account.currency,
        "filters": filters,
        "kinds": sorted({(_kind(row), str(KIND_WORDS[_kind(row)])) for row in rows}, key=lambda pair: pair[1]),
        "rows": [_told(row, acts, request) for row in rows if filters.keep(row)],
        "count": len(rows),
        "acts": [act for act in acts if not act.is_of_one],
        "known_on": known_on,
        "today": today,
        "earliest": earliest_of(obligation),
        "believed": _figures(obligation, known_on or today, known_at),
        "since_then": _figures(obligation, known_on, None) if known_on else None,
    }
    return render(request, "workspace/movements/page.html", context)


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@never_cache
@require_GET
def movements_export(request: HttpRequest, uid: str, obligation_uid: str) -> HttpResponse:
    """The same rows as the list, for a spreadsheet."""
    obligation = obligation_or_404(request, uid, obligation_uid)
    known_on = known_on_of(request, obligation, clock.business_date())
    rows = movements_of(obligation.pk, known_at=None if known_on is None else end_of(known_on))
    filters = _filters(request)
    currency = obligation.account.currency
    header = [
        _("Fecha"), _("Movimiento"), _("Concepto"), _("Hasta"), _("Valor"), _("Moneda"), _("Motivo"), _("Referencia"),
        _("Registrado"), _("Por"), _("Anulado"), _("Anulado por"), _("Por qué se anuló"), _("Identificador"),
    ]  # fmt: skip
    lines = [
        [
            row.on, str(KIND_WORDS[_kind(row)]), str(COMPONENT_WORDS.get(row.component, "")), row.until_on or "",
            plain_text(row.amount_minor, currency), currency, row.reason, row.reference, row.recorded_at.isoformat(), row.recorded_by,
            row.undone_at.isoformat() if row.undone_at else "", row.undone_by, row.undone_why, row.uid,
        ]
        for row in rows
        if filters.keep(row)
    ]  # fmt: skip
    return csv_response(f"movimientos-{obligation.uid}.csv", header, lines)


@allow(SUPERVISOR, DIRECTOR)
@never_cache
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, uid: str, obligation_uid: str, key: str) -> HttpResponse:
    """One act: its form, then what it changes, then done."""
    obligation = obligation_or_404(request, uid, obligation_uid)
    act = ACTS.get(key)
    if act is None:
        raise Http404
    if act not in acts_for(user_of(request), obligation):
        raise PermissionDenied
    rows = movements_of(obligation.pk)
    form = _form(request, act, obligation, rows)
    lines: list[Line] = []
    if request.method == "POST" and form.is_valid():
        try:
            if _confirmed(request, act, obligation, form):
                messages.success(request, _("Registrado: %(act)s.") % {"act": act.label})
                return redirect("workspace:movements:page", uid=uid, obligation_uid=obligation_uid)
            lines = _rehearsed(request, act, obligation, form, rows)
        except Refusal as refusal:
            form.add_error(None, in_reader_language(refusal.message))
    context = {
        "act": act,
        "form": form,
        "lines": lines,
        "mark": mark_of(rows, form.cleaned_data) if lines else "",
        "moved": bool(lines) and "confirm" in request.POST,
        "obligation": obligation,
        "up_url": reverse("workspace:movements:page", args=[uid, obligation_uid]),
    }
    return render(request, "workspace/movements/act.html", context, status=422 if form.errors else 200)


def _confirmed(request: HttpRequest, act: Act, obligation: Any, form: ReasonForm) -> bool:
    """Does it, where what was previewed is what there is; all under the account's lock, so that two presses do it once."""
    if "confirm" not in request.POST:
        return False
    with transaction.atomic():
        lock_account(obligation.pk)
        rows = movements_of(obligation.pk)
        if request.POST["confirm"] != mark_of(rows, form.cleaned_data):
            return False
        act.run(_asked(request, obligation, form, rows))
    return True


def _rehearsed(request: HttpRequest, act: Act, obligation: Any, form: ReasonForm, rows: list[Movement]) -> list[Line]:
    asked = _asked(request, obligation, form, rows)
    return rehearse(obligation.pk, obligation.account.currency, asked.today, lambda: act.run(asked))


def _asked(request: HttpRequest, obligation: Any, form: ReasonForm, rows: list[Movement]) -> Asked:
    known = {row.uid: row.pk for row in rows}
    return Asked(obligation, form.cleaned_data, known, clock.business_date(), clock.now(), user_of(request))


def _form(request: HttpRequest, act: Act, obligation: Any, rows: list[Movement]) -> ReasonForm:
    choices: dict[str, Choices] = {}
    if act.offers == "instalments":
        choices["instalment"] = _instalments(obligation)
    elif act.offers == "components":
        choices["component"] = components(may_forgive(user_of(request)))
    elif act.offers == "attempts":
        choices["attempt"] = _attempts(obligation, rows)
    elif act.offers:
        choices["movement"] = [(row.uid, _title(row, obligation)) for row in rows if _offered(act, row, request)]
    return act.form(
        request.POST if request.method == "POST" else None, currency=obligation.account.currency, today=clock.business_date(),
        choices=choices, initial={"movement": request.GET.get("movimiento", "")},
    )  # fmt: skip


def _offered(act: Act, row: Movement, request: HttpRequest) -> bool:
    kinds = {"payments": {"payment"}, "pauses": {"pause"}}.get(act.offers, set(KIND_WORDS) - {"payment", "reversal"})
    return row.may_undo and row.kind in kinds and may_annul(user_of(request), row.kind, row.component)


def _instalments(obligation: Any) -> Choices:
    """Those that still owe something by the statement of today."""
    document = statement_view(obligation.pk, clock.business_date()).document
    return [
        (
            str(row.number),
            _("Cuota %(number)s, vence el %(day)s: %(amount)s") % {
                "number": row.number, "day": wording.short_day(row.due_on),
                "amount": format_minor(row.owed_minor, document.currency),
            },
        )
        for row in document.instalments
        if row.owed_minor > 0 and not row.is_extra
    ]  # fmt: skip


def _attempts(obligation: Any, rows: list[Movement]) -> Choices:
    """The contacts carried out that no standing fee rests on yet."""
    charged = {row.reference for row in rows if row.kind == "fee" and row.undone_at is None}
    return [
        (str(row.pk), f"{wording.moment(row.at)} · {wording.CHANNELS.get(row.channel, row.channel)}")
        for row in chargeable_attempts(obligation.pk)
        if str(row.uid) not in charged
    ]


def _title(row: Movement, obligation: Any) -> str:
    amount = format_minor(row.amount_minor, obligation.account.currency) if row.amount_minor else ""
    parts = (str(KIND_WORDS[_kind(row)]), wording.short_day(row.on), amount, row.reference or row.reason)
    return " · ".join(part for part in parts if part)


def _kind(row: Movement) -> str:
    return "discount" if row.kind == "waiver" and row.component == "principal" else row.kind


def _told(row: Movement, acts: list[Act], request: HttpRequest) -> dict[str, Any]:
    allowed = {act.key: act for act in acts if act.is_of_one}
    return {
        "row": row,
        "kind": KIND_WORDS[_kind(row)],
        "part": COMPONENT_WORDS.get(row.component, "") if _kind(row) == "waiver" else "",
        "notes": list(_notes(row)),
        "undo": [
            allowed[key]
            for key in UNDO_BY_KIND.get(row.kind, ("anular",))
            if key in allowed and _offered(allowed[key], row, request)
        ],
    }


def _notes(row: Movement) -> Iterator[str]:
    for move in row.details.get("moves", ()):
        told = {"number": move["instalment"], "day": wording.short_day(date.fromisoformat(move["due_on"]))}
        yield _("La cuota %(number)s ahora vence el %(day)s.") % told
    if row.until_on:
        yield _("Hasta el %(day)s.") % {"day": wording.short_day(row.until_on)}
    if row.details.get("citation"):
        yield str(row.details["citation"])


def _figures(obligation: Any, as_of: date, known_at: datetime | None) -> Any:
    """What is owed, or the sentence that says why it cannot be told."""
    try:
        return {"told": statement(obligation.pk, as_of, known_at=known_at), "missing": ""}
    except Refusal as refusal:
        return {"told": None, "missing": in_reader_language(refusal.message)}


def _filters(request: HttpRequest) -> Filters:
    kind = request.GET.get("tipo", "")
    return Filters(
        kind if kind in KIND_WORDS else "",
        _day(request, "desde"),
        _day(request, "hasta"),
        request.GET.get("q", "").strip()[:80],
    )


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
