"""The agreement as a PDF for the customer: what was agreed, its dates, what happens if something changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from acuerdo.kernel.money import format_minor
from acuerdo.workspace import wording
from acuerdo.workspace.agreements.wording import KIND_WORDS
from acuerdo.workspace.sheet import SOFT, Sheet


def draw_agreement(plan: Any, instalments: Sequence[Any], summary: Sequence[str], *, made_at: datetime) -> bytes:
    """The file's bytes, the same for the same plan and instant."""
    title = str(KIND_WORDS[plan.kind])
    sheet = Sheet(
        title=title, author=plan.creditor.legal_name, language=get_language() or "es", foot=f"{title} · {plan.uid}"
    )
    sheet.set_creation_date(made_at)
    sheet.add_page()
    sheet.say(plan.creditor.legal_name, size=10, colour=SOFT)
    sheet.say(title, size=18, bold=True)
    sheet.say(plan.debtor.full_name, size=11, bold=True)
    numbers = ", ".join(row.obligation.number for row in plan.obligations.all())
    sheet.say(_("Obligaciones: %(numbers)s") % {"numbers": numbers}, colour=SOFT)
    sheet.ln(3)
    for sentence in summary[:-1]:
        sheet.say(sentence, size=11)
        sheet.ln(1)
    _figures(sheet, plan)
    _dates(sheet, plan, instalments)
    _ways(sheet, plan)
    _yes(sheet, plan)
    return bytes(sheet.output())


def _figures(sheet: Sheet, plan: Any) -> None:
    sheet.heading(_("De dónde sale el total"))
    rows = [(_("Lo que cubre el acuerdo"), plan.owed_minor)]
    rows += [(_("Mora y gastos que se condonan"), -plan.waiver_minor)] if plan.waiver_minor else []
    rows += [(_("Capital que se descuenta"), -plan.discount_minor)] if plan.discount_minor else []
    rows += [(_("Interés corriente por el mayor plazo"), plan.charge_minor)] if plan.charge_minor else []
    told = [[label, format_minor(amount, plan.currency)] for label, amount in rows]
    last = [_("Total"), format_minor(plan.total_minor, plan.currency)]
    sheet.rows([_("Concepto"), _("Valor")], told, (110, 50), last=last)


def _dates(sheet: Sheet, plan: Any, instalments: Sequence[Any]) -> None:
    if not instalments:
        return
    sheet.heading(_("Sus fechas"))
    rows = [
        [f"{part.number}. {wording.long_day(part.due_on)}", format_minor(part.amount_minor, plan.currency)]
        for part in instalments
    ]
    sheet.rows([_("Fecha"), _("Valor")], rows, (110, 50))


def _ways(sheet: Sheet, plan: Any) -> None:
    ways = [(str(way.get("name", "")), str(way.get("detail", ""))) for way in plan.creditor.ways_to_pay]
    if ways:
        sheet.heading(_("Cómo pagar"))
        for name, detail in ways:
            sheet.say(f"{name}: {detail}" if detail else name)


def _yes(sheet: Sheet, plan: Any) -> None:
    sheet.ln(4)
    if plan.accepted_at is not None:
        how = (
            _("con el código que recibió")
            if plan.acceptance.get("method") == "code"
            else _("con su voz, en una llamada")
        )
        told = _("Aceptado el %(moment)s %(how)s.") % {"moment": wording.moment(plan.accepted_at), "how": how}
    else:
        told = _("Oferta válida hasta el %(day)s. Empieza a regir cuando usted la acepte.") % {
            "day": wording.short_day(plan.valid_until)
        }
    sheet.say(told, size=9, colour=SOFT)
