"""The statement as a PDF. It lays out a `Paper` and computes nothing."""

from datetime import datetime

from django.utils.translation import gettext as _

from acuerdo.workspace.sheet import SOFT, Sheet
from acuerdo.workspace.statement.paper import LateBlock, MovementRow, Paper


def draw_pdf(paper: Paper, *, made_at: datetime) -> bytes:
    """The file's bytes, the same for the same paper and instant."""
    sheet = Sheet(
        title=f"{paper.title} · {paper.obligation}", author=paper.creditor, language=paper.language,
        foot=f"{paper.obligation} · {paper.as_of}",
    )  # fmt: skip
    sheet.set_creation_date(made_at)
    sheet.add_page()
    _head(sheet, paper)
    _parts(sheet, paper)
    _ways(sheet, paper)
    _late(sheet, paper)
    _movements(sheet, paper)
    _instalments(sheet, paper)
    _notes(sheet, paper)
    return bytes(sheet.output())


def _head(sheet: Sheet, paper: Paper) -> None:
    sheet.say(paper.creditor, size=10, colour=SOFT)
    sheet.say(paper.title, size=18, bold=True)
    sheet.say(paper.holder, size=11, bold=True)
    sheet.say(f"{paper.obligation} · {paper.as_of}", size=10, colour=SOFT)
    sheet.ln(3)
    sheet.say(paper.summary, size=11)
    sheet.ln(2)
    for figure in paper.figures:
        sheet.pen(10)
        sheet.cell(80, 6, figure.label)
        sheet.pen(11, bold=True)
        sheet.cell(45, 6, figure.amount, align="R", new_x="LMARGIN", new_y="NEXT")
        if figure.note:
            sheet.say(figure.note, size=8.5, colour=SOFT)
    sheet.ln(1)
    sheet.say(paper.source_note, size=9, colour=SOFT)


def _parts(sheet: Sheet, paper: Paper) -> None:
    sheet.heading(_("De qué está hecho"))
    if any(row.transferred for row in paper.parts):
        heads = [_("Concepto"), _("Llegó a ser"), _("Pagado"), _("Condonado"), _("Trasladado"), _("Pendiente")]
        rows = [[row.label, row.origin, row.paid, row.waived, row.transferred, row.owed] for row in paper.parts]
        sheet.rows(heads, rows, (38, 29, 29, 26, 29, 29), last=[_("Total"), "", "", "", "", paper.total])
    else:
        heads = [_("Concepto"), _("Llegó a ser"), _("Pagado"), _("Condonado"), _("Pendiente")]
        rows = [[row.label, row.origin, row.paid, row.waived, row.owed] for row in paper.parts]
        sheet.rows(heads, rows, (40, 34, 34, 30, 34), last=[_("Total"), "", "", "", paper.total])
    if paper.rate_note:
        sheet.ln(2)
        sheet.say(paper.rate_note, size=9, colour=SOFT)


def _ways(sheet: Sheet, paper: Paper) -> None:
    if not paper.ways_to_pay and not paper.contact:
        return
    sheet.heading(_("Cómo pagar"))
    for name, detail in paper.ways_to_pay:
        sheet.say(f"{name}: {detail}" if detail else name)
    if paper.contact:
        sheet.say(paper.contact, size=9, colour=SOFT)


def _late(sheet: Sheet, paper: Paper) -> None:
    if not paper.late:
        return
    sheet.heading(_("¿Por qué este interés de mora?"))
    sheet.say(_("Cada renglón es días × capital atrasado × tasa de un día."), size=9, colour=SOFT)
    for block in paper.late:
        _late_block(sheet, block)


def _late_block(sheet: Sheet, block: LateBlock) -> None:
    if sheet.will_page_break(22):
        sheet.add_page()
    sheet.ln(2)
    sheet.say(block.title, size=10, bold=True)
    heads = [_("Días"), _("Cuántos"), _("Base"), _("Tasa"), _("Por día"), _("Interés")]
    rows = [[row.period, row.days, row.base, row.rate, row.daily, row.amount] for row in block.rows]
    if block.settled or block.carried:
        rows.append([_("Suma"), "", "", "", "", block.accrued])
    if block.carried:
        rows.append([_("Se debe de nuevo"), "", "", "", "", block.carried])
    if block.settled:
        rows.append([_("Ya pagado, condonado o trasladado"), "", "", "", "", f"−{block.settled}"])
    sheet.rows(heads, rows, (40, 17, 31, 29, 31, 30), last=[_("Pendiente"), "", "", "", "", block.owed])


def _movements(sheet: Sheet, paper: Paper) -> None:
    sheet.heading(_("Qué pagó cada pago"))
    if not paper.movements:
        sheet.say(_("Aún no hay pagos registrados."), size=9.5)
    for row in paper.movements:
        _movement(sheet, row)
    if paper.order_note:
        sheet.ln(1)
        sheet.say(paper.order_note, size=9, colour=SOFT)


def _movement(sheet: Sheet, row: MovementRow) -> None:
    if sheet.will_page_break(14):
        sheet.add_page()
    sheet.ln(1)
    sheet.say(" · ".join(part for part in (row.day, row.label, row.amount) if part), size=10, bold=True)
    for sentence in row.covered:
        sheet.say(sentence, size=9)
    if row.receipt:
        sheet.say(_("Comprobante %(uid)s") % {"uid": row.receipt}, size=7.5, colour=SOFT)


def _instalments(sheet: Sheet, paper: Paper) -> None:
    if not paper.instalments:
        return
    sheet.heading(_("Sus cuotas"))
    heads = [_("Cuota"), _("Vence"), _("Pactado"), _("Mora y gastos"), _("Pagado"), _("Pendiente")]
    rows = [[row.number, row.due, row.agreed, row.added, row.paid, row.owed] for row in paper.instalments]
    sheet.rows(heads, rows, (16, 30, 33, 33, 33, 33))


def _notes(sheet: Sheet, paper: Paper) -> None:
    sheet.ln(4)
    for note in paper.notes:
        sheet.say(note, size=9, colour=SOFT)
