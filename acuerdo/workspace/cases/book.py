"""A sheet of the complaint book (PE: hoja de reclamación, D. S. 011-2011-PCM, annex I): who complains, of what, what was answered."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from acuerdo.kernel.phone import display_phone
from acuerdo.workspace import petition_words as words
from acuerdo.workspace import wording
from acuerdo.workspace.sheet import SOFT, Sheet


def draw_sheet(case: Any, *, language: str, made_at: datetime) -> bytes:
    """The file's bytes, the same for the same case and instant."""
    title = _("Hoja de reclamación %(number)s") % {"number": case.book_number}
    sheet = Sheet(title=title, author=case.creditor.legal_name, language=language, foot=f"{title} · {case.uid}")
    sheet.set_creation_date(made_at)
    sheet.add_page()
    sheet.say(_("Libro de reclamaciones"), size=10, colour=SOFT)
    sheet.say(title, size=18, bold=True)
    sheet.say(wording.moment(case.received_at), colour=SOFT)
    _part(sheet, _("Proveedor"), [(_("Razón social"), case.creditor.legal_name), (_("Correo"), case.creditor.email)])
    _part(
        sheet,
        _("Identificación del consumidor"),
        [
            (_("Nombre"), case.debtor.full_name),
            (_("Documento"), f"{case.debtor.id_type} {case.debtor.id_number}".strip()),
            *_contact(case),
        ],
    )
    number = case.obligation.number if case.obligation else "—"
    kind = _("Queja") if case.kind == "complaint" else _("Reclamo")
    _part(
        sheet,
        _("Detalle"),
        [
            (_("Servicio contratado"), number),
            (_("Tipo"), kind),
            (_("Motivo"), str(words.REASONS.get(case.reason, "—"))),
            (_("Cómo llegó"), str(words.SOURCES.get(case.source, case.source))),
        ],
    )
    sheet.say(case.text)
    sheet.heading(_("Respuesta del proveedor"))
    told = [(_("Plazo"), _("hasta el %(day)s") % {"day": wording.short_day(case.due_on)})]
    if case.ended_at:
        told += [
            (_("Respondida"), wording.moment(case.ended_at)),
            (_("Resultado"), str(words.RESOLUTIONS.get(case.resolution, "—"))),
        ]
    _lines(sheet, told)
    if case.answer:
        sheet.say(case.answer)
    sheet.ln(3)
    sheet.say(case.citation, size=9, colour=SOFT)
    return bytes(sheet.output())


def _contact(case: Any) -> list[tuple[str, str]]:
    """The person's best number and address, to be answered at."""
    points = case.debtor.contact_points.filter(is_valid=True, kind__in=["phone", "email"]).order_by("-ownership", "pk")
    found = {point.kind: point.value for point in reversed(points)}
    told = [(_("Teléfono"), display_phone(found["phone"]))] if "phone" in found else []
    return told + ([(_("Correo"), found["email"])] if "email" in found else [])


def _part(sheet: Sheet, title: str, lines: list[tuple[str, str]]) -> None:
    sheet.heading(title)
    _lines(sheet, lines)


def _lines(sheet: Sheet, lines: list[tuple[str, str]]) -> None:
    for label, value in lines:
        sheet.say(f"{label}: {value or '—'}")
