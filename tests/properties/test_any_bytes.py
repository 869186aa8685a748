"""Whatever bytes are uploaded as a portfolio: they are read, or refused with a code; nothing else happens."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.imports.reading import read_table
from acuerdo.portfolio.rules.profile import Profile

HEADER = "numero_obligacion;identificacion;nombre;saldo_total\n"
PROFILE = Profile(name="cualquiera", country="CO", currency="COP")
texts = st.text(st.sampled_from('CR-1;,|\t"\r\n\x00=+áñ\ufeff 0123.'), max_size=200)
starts = st.sampled_from(
    [b"", b"PK\x03\x04", b"PAR1", b"%PDF", b"\x1f\x8b\x08", b"\xff\xfe", bytes.fromhex("D0CF11E0A1B11AE1")]
)
contents = st.one_of(
    st.builds(bytes.__add__, starts, st.binary(max_size=300)),
    st.builds(lambda text, codec: (HEADER + text).encode(codec, "replace"), texts, st.sampled_from(["utf-8", "cp1252", "utf-16"])),
    st.builds(lambda text, cut: gzip.compress((HEADER + text).encode())[:cut], texts, st.integers(1, 120)),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


def outcome(path: Path) -> str:
    """The first header, or the refusal's code."""
    try:
        with read_table(path, PROFILE) as spool:
            return spool.headers[0]
    except Refusal as refusal:
        return refusal.code and refusal.message


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=contents)
def test_any_bytes_are_read_or_refused(folder: Path, content: bytes) -> None:
    path = folder / "cartera.csv"
    path.write_bytes(content)
    assert outcome(path) not in ("", None)
