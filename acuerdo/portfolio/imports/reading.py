"""Opens any accepted file as a spool; the one entrance to the readers."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path

import yaml

from acuerdo.portfolio.engine.parquet import read_parquet
from acuerdo.portfolio.engine.spool import Spool
from acuerdo.portfolio.imports.csv_file import read_csv
from acuerdo.portfolio.imports.sniff import GZIP_TROUBLE, format_of, gzip_damaged, open_bytes
from acuerdo.portfolio.imports.workbook import read_workbook
from acuerdo.portfolio.rules.headers import Dictionary
from acuerdo.portfolio.rules.profile import Profile, profile_from_document

Progress = Callable[[int, int], None]


@cache
def header_dictionary() -> Dictionary:
    """The shipped column names."""
    text = resources.files("acuerdo.portfolio").joinpath("data/headers.yaml").read_text("utf-8")
    return Dictionary.of(yaml.safe_load(text))


@cache
def shipped_profiles() -> dict[str, Profile]:
    """The profiles in data/profiles, by name."""
    folder = resources.files("acuerdo.portfolio").joinpath("data/profiles")
    documents = [yaml.safe_load(item.read_text("utf-8")) for item in folder.iterdir() if item.name.endswith(".yaml")]
    return {profile.name: profile for profile in map(profile_from_document, documents)}


def _silent(done: int, total: int) -> None:
    """Progress for whoever does not watch."""


def sha256_of(path: Path) -> str:
    """Digest of the file's bytes as they lie on disk: the same digest is the same file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def read_table(path: Path, profile: Profile, progress: Progress = _silent) -> Spool:
    """Reads `path` into a spool by what it is. Refusals are those of the readers and of `sniff.format_of`."""
    kind = format_of(path)
    try:
        return _read(path, kind, profile, progress)
    except GZIP_TROUBLE:
        raise gzip_damaged(path) from None


def _read(path: Path, kind: str, profile: Profile, progress: Progress) -> Spool:
    dictionary = header_dictionary()
    if kind == "csv":
        return read_csv(
            path, dictionary, profile.columns, separator=profile.separator, encoding=profile.encoding, progress=progress
        )
    with path.open("rb") as raw:
        is_packed = raw.read(2) == b"\x1f\x8b"
    if is_packed:
        return _read_unpacked(path, kind, profile, progress)
    return _read_binary(path, kind, profile, progress)


def _read_binary(path: Path, kind: str, profile: Profile, progress: Progress) -> Spool:
    if kind == "parquet":
        return read_parquet(path, progress=progress)
    return read_workbook(path, header_dictionary(), profile.columns, sheet=profile.sheet, progress=progress)


def _read_unpacked(path: Path, kind: str, profile: Profile, progress: Progress) -> Spool:
    """Workbooks and Parquet need to be read from any place, so a packed one is unpacked first."""
    with tempfile.TemporaryDirectory(prefix="acuerdo-import-") as folder:
        plain = Path(folder) / path.stem
        with open_bytes(path) as source, plain.open("wb") as target:
            shutil.copyfileobj(source, target)
        return _read_binary(plain, kind, profile, progress)
