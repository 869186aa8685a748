"""The statement as a PDF: A4, embedded fonts, a title and a language for screen readers, "Página 1 de 2" on every page.

It lays out a `Paper` and computes nothing. Fonts come from the font-roboto package; a letter that they lack prints as a box.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib import resources

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.fonts import FontFace

from acuerdo.workspace.statement.paper import LateBlock, MovementRow, Paper

INK, SOFT, LINE, WASH = (32, 27, 22), (96, 88, 80), (214, 205, 194), (248, 243, 236)
MARGIN_MM = 16.0
FAMILY = "Roboto"


class _Sheet(FPDF):
    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self.paper = paper
        folder = resources.files("font_roboto").joinpath("files")
        self.add_font(FAMILY, "", str(folder.joinpath("Roboto-Regular.ttf")))
        self.add_font(FAMILY, "B", str(folder.joinpath("Roboto-Bold.ttf")))
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM + 6)
        self.set_title(f"{paper.title} · {paper.obligation}")
        self.set_lang(paper.language)
        self.set_author(paper.creditor)
        self.set_creator("Acuerdo")
        self.alias_nb_pages("{total}")

    def footer(self) -> None:
        self.set_y(-MARGIN_MM)
        self.pen(8, SOFT)
        self.cell(self.epw / 2, 5, f"{self.paper.obligation} · {self.paper.as_of}")
        told = _("Página %(page)s de %(total)s") % {"page": self.page_no(), "total": "{total}"}
        self.cell(self.epw / 2, 5, told, align="R")

    def pen(self, size: float, colour: tuple[int, int, int] = INK, *, bold: bool = False) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)

    def say(self, text: str, *, size: float = 10, colour: tuple[int, int, int] = INK, bold: bool = False) -> None:
        """A paragraph of the page's width."""
        self.pen(size, colour, bold=bold)
        self.multi_cell(0, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")

    def heading(self, text: str) -> None:
        """A section's title, kept with what follows."""
        if self.will_page_break(24):
            self.add_page()
        self.ln(4)
        self.start_section(text)
        self.say(text, size=12.5, bold=True)
        self.ln(1)

    def rows(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], last: Sequence[str] = ()
    ) -> None:
        """A table with its head repeated on each page; all columns but the first are figures."""
        self.pen(8.5)
        self.set_draw_color(*LINE)
        aligns = ("LEFT", *["RIGHT"] * (len(heads) - 1))
        style = FontFace(emphasis="BOLD", fill_color=WASH, color=SOFT)
        with self.table(
            col_widths=tuple(widths), text_align=aligns, headings_style=style, line_height=4.6, padding=0.8,
            borders_layout="HORIZONTAL_LINES",
        ) as table:  # fmt: skip
            table.row(heads)
            for row in rows:
                table.row(row)
            if last:
                table.row(last, style=FontFace(emphasis="BOLD"))


def draw_pdf(paper: Paper, *, made_at: datetime) -> bytes:
    """The file's bytes, the same for the same paper and instant."""
    sheet = _Sheet(paper)
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


def _head(sheet: _Sheet, paper: Paper) -> None:
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


def _parts(sheet: _Sheet, paper: Paper) -> None:
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


def _ways(sheet: _Sheet, paper: Paper) -> None:
    if not paper.ways_to_pay and not paper.contact:
        return
    sheet.heading(_("Cómo pagar"))
    for name, detail in paper.ways_to_pay:
        sheet.say(f"{name}: {detail}" if detail else name)
    if paper.contact:
        sheet.say(paper.contact, size=9, colour=SOFT)


def _late(sheet: _Sheet, paper: Paper) -> None:
    if not paper.late:
        return
    sheet.heading(_("¿Por qué este interés de mora?"))
    sheet.say(_("Cada renglón es días × capital atrasado × tasa de un día."), size=9, colour=SOFT)
    for block in paper.late:
        _late_block(sheet, block)


def _late_block(sheet: _Sheet, block: LateBlock) -> None:
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
        rows.append([_("Ya pagado o condonado"), "", "", "", "", f"−{block.settled}"])
    sheet.rows(heads, rows, (40, 17, 31, 29, 31, 30), last=[_("Pendiente"), "", "", "", "", block.owed])


def _movements(sheet: _Sheet, paper: Paper) -> None:
    sheet.heading(_("Qué pagó cada pago"))
    if not paper.movements:
        sheet.say(_("Aún no hay pagos registrados."), size=9.5)
    for row in paper.movements:
        _movement(sheet, row)
    if paper.order_note:
        sheet.ln(1)
        sheet.say(paper.order_note, size=9, colour=SOFT)


def _movement(sheet: _Sheet, row: MovementRow) -> None:
    if sheet.will_page_break(14):
        sheet.add_page()
    sheet.ln(1)
    sheet.say(" · ".join(part for part in (row.day, row.label, row.amount) if part), size=10, bold=True)
    for sentence in row.covered:
        sheet.say(sentence, size=9)
    if row.receipt:
        sheet.say(_("Comprobante %(uid)s") % {"uid": row.receipt}, size=7.5, colour=SOFT)


def _instalments(sheet: _Sheet, paper: Paper) -> None:
    if not paper.instalments:
        return
    sheet.heading(_("Sus cuotas"))
    heads = [_("Cuota"), _("Vence"), _("Pactado"), _("Mora y gastos"), _("Pagado"), _("Pendiente")]
    rows = [[row.number, row.due, row.agreed, row.added, row.paid, row.owed] for row in paper.instalments]
    sheet.rows(heads, rows, (16, 30, 33, 33, 33, 33))


def _notes(sheet: _Sheet, paper: Paper) -> None:
    sheet.ln(4)
    for note in paper.notes:
        sheet.say(note, size=9, colour=SOFT)
