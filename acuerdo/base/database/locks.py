"""File locks (flock) of the data folder. The kernel drops them when the last process that holds the open file ends, however it ends."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from acuerdo.base.database import trouble


def open_lock(path: Path) -> int:
    """A descriptor of the lock file, made if absent; programs that we start do not inherit it."""
    try:
        return _open_or_make(path)
    except PermissionError:
        raise trouble.not_ours(path.parent) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise trouble.disk_full(path.parent, 1) from None
        if error.errno == errno.EROFS:
            raise trouble.not_ours(path.parent) from None
        raise


def lock_now(descriptor: int, *, exclusive: bool) -> bool:
    """Whether the lock was taken at once."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the exclusive lock of `path`, waiting for it."""
    descriptor = open_lock(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
                raise trouble.no_locks(path.parent) from None
            raise
        yield
    finally:
        os.close(descriptor)


def _open_or_make(path: Path) -> int:
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        made = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags)
    if os.geteuid() == 0:
        # A visit of root (sudo) must not lock the folder's own account out.
        folder = path.parent.stat()
        os.fchown(made, folder.st_uid, folder.st_gid)
    return made
