"""What a file is, by its first bytes; its name is not believed ("cartera.xls" is often a web page or a CSV)."""

import gzip
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, Literal, cast

from acuerdo.kernel.errors import Place, Refusal

Format = Literal["csv", "workbook", "parquet"]

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_HEAD_BYTES = 65_536
GZIP_TROUBLE = (gzip.BadGzipFile, EOFError, zlib.error)
# Tab, line ends, form feed, the end-of-file mark of old programs, and everything that prints.
_NOT_CONTROLS = bytes({9, 10, 12, 13, 26} | set(range(32, 256)))
# The directory of an encrypted workbook names these streams (ECMA-376 part 2, agile and standard encryption).
_ENCRYPTED = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, unpacked when it is gzip."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def gzip_damaged(path: Path) -> Refusal:
    """What is said of a packed file that cannot be unpacked to its end."""
    message = "El archivo comprimido está dañado o incompleto; vuelva a generarlo."
    return Refusal("gzip-damaged", message, Place(file=path.name))


def format_of(path: Path) -> Format:
    """The reader for `path`.

    Refuses `file-missing`, `file-empty`, `workbook-protected`, `workbook-damaged`, `html-named-xls`,
    `zip-not-workbook`, `pdf-not-table`, `not-a-table`.
    """
    if not path.is_file():
        raise Refusal("file-missing", "No encontramos el archivo.", Place(file=path.name))
    where = Place(file=path.name)
    try:
        with open_bytes(path) as source:
            head = source.read(_HEAD_BYTES)
    except GZIP_TROUBLE:
        raise gzip_damaged(path) from None
    if not head.strip(b" \r\n\t\x00\xef\xbb\xbf"):
        raise Refusal("file-empty", "El archivo está vacío.", where)
    if head.startswith(_OLE):
        return _ole_format(path, where)
    if head.startswith(b"PK\x03\x04"):
        return _zip_format(path, where)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"%PDF"):
        raise Refusal("pdf-not-table", "El archivo es un PDF; necesitamos la tabla en Excel o CSV.", where)
    _refuse_markup(head, where)
    if _is_binary(head):
        message = "El archivo no es una tabla: parece una imagen, un programa u otro archivo binario."
        raise Refusal("not-a-table", message, where)
    return "csv"


def _is_binary(head: bytes) -> bool:
    """Text has next to no control characters; UTF-16 and UTF-32, which have zeros in them, are told by those."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or head.count(0) > len(head) // 4:
        return False
    return len(head.translate(None, _NOT_CONTROLS)) > len(head) // 100 + 1


def _ole_format(path: Path, where: Place) -> Format:
    with path.open("rb") as source:
        content = source.read(8_388_608)
    if any(name in content for name in _ENCRYPTED):
        message = "El libro está protegido con contraseña. Ábralo en Excel, quite la contraseña y guárdelo de nuevo."
        raise Refusal("workbook-protected", message, where)
    return "workbook"


def _zip_format(path: Path, where: Place) -> Format:
    try:
        with open_bytes(path) as source, zipfile.ZipFile(source) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        raise Refusal("workbook-damaged", "El libro está dañado o incompleto; vuelva a generarlo.", where) from None
    if names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        return "workbook"
    raise Refusal(
        "zip-not-workbook", "El archivo es un ZIP y no un libro de Excel; extraiga la tabla y cárguela.", where
    )


def _refuse_markup(head: bytes, where: Place) -> None:
    text = head[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if text.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<style", b"<?xml", b"<head")):
        message = (
            "El archivo se llama Excel pero es una página web. Ábralo en Excel y guárdelo como libro .xlsx o como CSV."
        )
        raise Refusal("html-named-xls", message, where)
