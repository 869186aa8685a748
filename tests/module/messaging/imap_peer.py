"""A real IMAP server (Dovecot) on this machine for one test: its own folder, a port of its own, one user."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "clave/1"
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 0
first_valid_gid = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass
class MailStore:
    """`put` lays a mail into the mailbox of `casa` as a mail server does."""

    port: int
    folder: Path
    owner: int

    def put(self, raw: bytes) -> None:
        new = self.folder / "mail" / "casa" / "new"
        new.mkdir(parents=True, exist_ok=True)
        (new.parent / "tmp").mkdir(exist_ok=True)
        (new.parent / "cur").mkdir(exist_ok=True)
        path = new / f"{time.time_ns()}.M1.here"
        path.write_bytes(raw)
        if os.geteuid() == 0:
            for one in (self.folder / "mail", new.parent, *new.parent.iterdir(), path):
                os.chown(one, self.owner, -1)

    def unread(self) -> int:
        cur = self.folder / "mail" / "casa" / "cur"
        seen = [one for one in cur.glob("*") if "S" in one.name.rpartition(",")[2]] if cur.exists() else []
        whole = [one for kind in ("new", "cur") for one in (self.folder / "mail" / "casa" / kind).glob("*")]
        return len(whole) - len(seen)


def has_dovecot() -> bool:
    return shutil.which("dovecot", path="/usr/sbin:/usr/bin") is not None


@contextmanager
def mail_store(folder: Path) -> Iterator[MailStore]:
    user = pwd.getpwnam("mail") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    for name in ("run", "mail", "home"):
        (folder / name).mkdir(mode=0o755, parents=True)
        os.chown(folder / name, user.pw_uid, -1)
    path = folder
    while path != path.parent and os.geteuid() == 0 and path.is_relative_to("/tmp"):
        path.chmod(path.stat().st_mode | 0o055)
        path = path.parent
    config = folder / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            user=user.pw_name,
            group="mail" if os.geteuid() == 0 else user.pw_name,
            port=port,
            password=PASSWORD,
        )
    )
    program = shutil.which("dovecot", path="/usr/sbin:/usr/bin")
    assert program is not None
    server = subprocess.Popen([program, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait_for(port, server, folder)
        yield MailStore(port, folder, user.pw_uid)
    finally:
        server.terminate()
        server.communicate(timeout=20)


def _wait_for(port: int, server: "subprocess.Popen[bytes]", folder: Path) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    log = (folder / "log").read_text() if (folder / "log").exists() else ""
    raise AssertionError(f"Dovecot did not start: {log}")
