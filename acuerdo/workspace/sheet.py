"""A page for the customer as a PDF: A4, embedded fonts, a title and a language for screen readers, "Página 1 de 2" below.

Fonts come from the font-roboto package; a letter that they lack prints as a box.
"""

from collections.abc import Sequence
from importlib import resources

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.fonts import FontFace

INK, SOFT, LINE, WASH = (32, 27, 22), (96, 88, 80), (214, 205, 194), (248, 243, 236)
MARGIN_MM = 16.0
FAMILY = "Roboto"


class Sheet(FPDF):
    """`foot` stands at the bottom of every page, `title` and `author` in the file's own description."""

    def __init__(self, *, title: str, author: str, language: str, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        folder = resources.files("font_roboto").joinpath("files")
        self.add_font(FAMILY, "", str(folder.joinpath("Roboto-Regular.ttf")))
        self.add_font(FAMILY, "B", str(folder.joinpath("Roboto-Bold.ttf")))
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM + 6)
        self.set_title(title)
        self.set_lang(language)
        self.set_author(author)
        self.set_creator("Acuerdo")
        self.alias_nb_pages("{total}")

    def footer(self) -> None:
        self.set_y(-MARGIN_MM)
        self.pen(8, SOFT)
        self.cell(self.epw / 2, 5, self.foot)
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
