"""Letters as one PDF for each batch, with a list of what is in it, for a printer to fetch from the data folder.

Both files are written aside and renamed, the list last: what the list names is whole. After a crash the lists tell exactly
which letters there are, so none is printed twice or forgotten.
"""

import csv
import os
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from importlib import resources
from pathlib import Path
from uuid import UUID

from fpdf import FPDF

from acuerdo.kernel.errors import ExternalError
from acuerdo.kernel.text import squeeze
from acuerdo.messaging.ports import PROVIDER_DOWN, RECEIVER_REFUSED, Answer, Outgoing

BATCH_LETTERS = 200
# The window of a DL envelope, and where a folded A4 sheet shows through it (ISO 269, DIN 5008 form B).
WINDOW_LEFT_MM, WINDOW_TOP_MM, WINDOW_WIDTH_MM = 25.0, 52.0, 80.0
_FAMILY = "Roboto"
COLUMNS = ("uid", "page", "receiver")


class LetterChannel:
    """`folder` is private to the installation's account."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        for start in range(0, len(messages), BATCH_LETTERS):
            yield self._batch(messages[start : start + BATCH_LETTERS])

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        wanted, found = set(uids), set()
        for listing in sorted(self._folder.glob("*.csv")):
            with listing.open(encoding="utf-8", newline="") as stream:
                found |= {UUID(row["uid"]) for row in csv.DictReader(stream)} & wanted
        return found

    def _batch(self, messages: Sequence[Outgoing]) -> list[Answer]:
        good = [message for message in messages if squeeze(message.receiver)]
        name = f"{good[0].at:%Y%m%d}-{good[0].uid}" if good else ""
        trouble: ExternalError | None = None
        try:
            if good:
                self._write(name, good)
        except OSError as error:
            trouble = ExternalError(PROVIDER_DOWN, f"No se pudieron guardar las cartas ({error.strerror}).")
        return [self._answer(message, name, trouble) for message in messages]

    @staticmethod
    def _answer(message: Outgoing, name: str, trouble: ExternalError | None) -> Answer:
        if not squeeze(message.receiver):
            return Answer(message.uid, trouble=ExternalError(RECEIVER_REFUSED, "Falta la dirección.", permanent=True))
        return Answer(message.uid, trouble=trouble) if trouble else Answer(message.uid, f"{name}.pdf")

    def _write(self, name: str, messages: Sequence[Outgoing]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sheet, pages = _Letters(), []
        for message in messages:
            pages.append(sheet.page_no() + 1)
            sheet.letter(message)
        _whole(self._folder / f"{name}.pdf", bytes(sheet.output()))
        rows = zip(messages, pages, strict=True)
        lines = [f"{message.uid},{page},{_quoted(message.receiver)}" for message, page in rows]
        _whole(self._folder / f"{name}.csv", "\r\n".join([",".join(COLUMNS), *lines, ""]).encode())


class _Letters(FPDF):
    def __init__(self) -> None:
        super().__init__(format="A4")
        folder = resources.files("font_roboto").joinpath("files")
        self.add_font(_FAMILY, "", str(folder.joinpath("Roboto-Regular.ttf")))
        self.add_font(_FAMILY, "B", str(folder.joinpath("Roboto-Bold.ttf")))
        self.set_auto_page_break(auto=True, margin=20)
        self.set_creator("Acuerdo")

    def letter(self, message: Outgoing) -> None:
        """Starts on a new sheet; a long text goes on over the next."""
        self.add_page()
        self.set_lang(message.language)
        self.set_margins(WINDOW_LEFT_MM, 20, 20)
        self._say(message.sender_name, 20, bold=True)
        self.set_xy(WINDOW_LEFT_MM, WINDOW_TOP_MM)
        self.set_font(_FAMILY, "", 10.5)
        self.multi_cell(WINDOW_WIDTH_MM, 5, message.receiver[:200], align="L", new_x="LMARGIN", new_y="NEXT")
        self._say(message.subject, 105, bold=True)
        self._say(message.body, self.get_y() + 5)

    def _say(self, text: str, y: float, *, bold: bool = False) -> None:
        self.set_xy(WINDOW_LEFT_MM, y)
        self.set_font(_FAMILY, "B" if bold else "", 11)
        self.multi_cell(0, 5.5, text, align="L", new_x="LMARGIN", new_y="NEXT")


def _quoted(text: str) -> str:
    """A CSV field that no spreadsheet takes for a formula."""
    line = squeeze(text)
    if line[:1] in "=+-@":
        line = "'" + line
    return '"' + line.replace('"', '""') + '"'


def _whole(path: Path, content: bytes) -> None:
    aside = path.with_suffix(path.suffix + ".part")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
