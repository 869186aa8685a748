"""Files that people send, kept in the data folder under their digest, readable by the installation's account only.

They are shown to who may see the person, and never sent to anybody: no message of ours carries an attachment.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.models import Inbound, InboundFile
from acuerdo.messaging.ports import Attached
from acuerdo.messaging.rules.attachments import judge_file, safe_name


def keep_files(row: Inbound, attached: Sequence[Attached]) -> None:
    """Each file is kept, or noted with the reason why not."""
    files = []
    for place, one in enumerate(attached[:50]):
        judged = judge_file(one.size_bytes, one.content, place)
        digest = hashlib.sha256(one.content).hexdigest() if one.content is not None and not judged.refused else ""
        if digest and one.content is not None:
            _keep(digest, one.content)
        files.append(
            InboundFile(
                inbound=row, name=safe_name(one.name), content_type=judged.content_type, size_bytes=one.size_bytes,
                sha256=digest, refused=judged.refused,
            )
        )  # fmt: skip
    InboundFile.objects.bulk_create(files)


def file_path(kept: InboundFile) -> Path:
    """Where a kept file lies. Refuses `file-missing` for one that was refused or lost."""
    path = kept_path(kept.sha256) if kept.sha256 else None
    if path is None or not path.is_file():
        raise Refusal("file-missing", "Este archivo no se guardó o no está en la carpeta de datos.")
    return path


def kept_path(digest: str) -> Path:
    """Where the file with this digest lies, whether it is there or not."""
    return Path(settings.MEDIA_ROOT) / "inbound" / digest[:2] / digest


def _keep(digest: str, content: bytes) -> None:
    """Written aside and renamed: a crash leaves no half file, and the same file twice is one."""
    path = kept_path(digest)
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{digest}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
