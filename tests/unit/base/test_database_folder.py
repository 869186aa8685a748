"""The address of an embedded server is known without the server."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from psycopg.conninfo import conninfo_to_dict

from acuerdo.base.database import Folder, data_folder, server_dsn


def test_the_address_is_a_socket_inside_the_data_folder(tmp_path: Path) -> None:
    parts = conninfo_to_dict(server_dsn(tmp_path))
    assert parts == {"user": "acuerdo", "dbname": "acuerdo", "host": str(tmp_path.resolve() / "run"), "port": "5432"}


def test_a_name_with_blanks_and_signs_survives_the_address() -> None:
    parts = conninfo_to_dict(server_dsn("/srv/cartera & cía/100%", database="otra base"))
    assert parts["host"] == "/srv/cartera & cía/100%/run"
    assert parts["dbname"] == "otra base"


def test_a_symbolic_link_leads_to_the_same_address(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert server_dsn(tmp_path / "link") == server_dsn(tmp_path / "real")


def test_a_long_path_gets_a_short_socket_of_its_own() -> None:
    one, other = Path("/srv") / ("x" * 90), Path("/srv") / ("y" * 90)
    sockets = [Folder(path).socket_dir for path in (one, other)]
    assert sockets[0] != sockets[1]
    assert all(len(str(path / ".s.PGSQL.5432")) <= 103 for path in sockets)
    assert unquote(server_dsn(one)).endswith(f"host={sockets[0]}&port=5432")


@pytest.mark.parametrize(
    ("configured", "xdg", "uid", "expected"),
    [
        ("/srv/acuerdo", "/home/ana/.data", 0, "/srv/acuerdo"),  # told
        (None, "/home/ana/.data", 0, "/var/lib/acuerdo"),  # root
        (None, "/home/ana/.data", 1000, "/home/ana/.data/acuerdo"),  # XDG
        (None, None, 1000, "/home/ana/.local/share/acuerdo"),
        ("", "", 1000, "/home/ana/.local/share/acuerdo"),  # empty is as unset
    ],
)
def test_the_default_folder(
    monkeypatch: pytest.MonkeyPatch, configured: str | None, xdg: str | None, uid: int, expected: str
) -> None:
    for name, value in (("ACUERDO_DATA", configured), ("XDG_DATA_HOME", xdg), ("HOME", "/home/ana")):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    monkeypatch.setattr("os.geteuid", lambda: uid)
    assert data_folder() == Path(expected)
