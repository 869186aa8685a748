"""The system account that runs the server. PostgreSQL refuses to run as root, so root lends the folder to another account.

An existing cluster is run by its owner; a new one by `acuerdo`, `postgres` or `nobody`, the first that exists.
"""

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from acuerdo.base.database import trouble
from acuerdo.base.database.folder import Folder

_CANDIDATES = ("acuerdo", "postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Owner:
    """`lent` is true when we are root and the account is another one."""

    name: str
    uid: int
    gid: int
    lent: bool

    def run(
        self,
        arguments: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
        stdin: str | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program as this account, with an environment free of PG* variables; never raises for its exit status."""
        return subprocess.run(
            [str(argument) for argument in arguments],
            user=self.uid if self.lent else None,
            group=self.gid if self.lent else None,
            extra_groups=[] if self.lent else None,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", **(environment or {})},
            pass_fds=tuple(pass_fds),
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def give(self, path: Path) -> None:
        """Hand a file or folder that we just made to this account."""
        if self.lent:
            os.chown(path, self.uid, self.gid)


def find_owner(folder: Folder) -> Owner:
    """Who runs the folder's server. Raises Refusal when no account can, or the folder is somebody else's."""
    if os.geteuid() != 0:
        return _ourselves(folder)
    if folder.cluster.exists() and (uid := folder.cluster.stat().st_uid) != 0:
        return _lent(pwd.getpwuid(uid))
    for name in _CANDIDATES:
        try:
            return _lent(pwd.getpwnam(name))
        except KeyError:
            continue
    raise trouble.no_account()


def check_entry(folder: Folder, owner: Owner) -> None:
    """Raise a Refusal that names the first parent folder that the owner may not pass through."""
    if not owner.lent or _may_enter(owner, folder.root):
        return
    for path in [*reversed(folder.root.parents), folder.root]:
        if not _may_enter(owner, path):
            raise trouble.not_traversable(path, owner.name)


def _may_enter(owner: Owner, path: Path) -> bool:
    return owner.run(["/bin/sh", "-c", 'cd "$1"', "sh", path]).returncode == 0


def _ourselves(folder: Folder) -> Owner:
    uid = os.geteuid()
    if folder.cluster.exists() and folder.cluster.stat().st_uid != uid:
        raise trouble.not_ours(folder.cluster)
    try:
        return Owner(pwd.getpwuid(uid).pw_name, uid, os.getegid(), lent=False)
    except KeyError:
        # initdb and the server look the account's name up; a container started with a bare number has none.
        raise trouble.no_account() from None


def _lent(entry: pwd.struct_passwd) -> Owner:
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid, lent=True)
