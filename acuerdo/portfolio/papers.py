"""Papers of an obligation (contract, promissory note, statement): kept in the data folder under their digest, once.

What a file is follows from its first bytes, not from its name. A paper is shown only through the obligation it belongs to.
"""

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from acuerdo.base.audit import write_audit
from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.models import Obligation, ObligationDocument

BYTES_MAX = 15_000_000
# First bytes → content type; nothing else is kept, so nothing that a browser would run is ever served.
KINDS = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def attach_paper(
    obligation: Obligation, title: str, chunks: Iterable[bytes], *, actor: str, now: datetime
) -> ObligationDocument:
    """Keeps a paper. Refuses `paper-untitled`, `paper-empty`, `paper-too-large`, `paper-kind`, `paper-known`."""
    title = title.strip()[:120]
    if not title:
        raise Refusal("paper-untitled", "Escriba qué documento es (contrato, pagaré, extracto…).")
    content = _read(chunks)
    content_type = _kind_of(content)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        Obligation.objects.select_for_update().get(pk=obligation.pk)
        if ObligationDocument.objects.filter(obligation=obligation, sha256=digest).exists():
            raise Refusal("paper-known", "Ese documento ya está en la obligación.")
        _keep(digest, content)
        paper = ObligationDocument.objects.create(
            obligation=obligation, title=title, content_type=content_type, size_bytes=len(content), sha256=digest,
            added_at=now, added_by=actor,
        )  # fmt: skip
        paper.refresh_from_db()
        subject = ("obligation_document", str(paper.uid))
        payload = {"obligation": str(obligation.uid), "sha256": digest}
        write_audit(chain="portfolio", action="attach_paper", actor=actor, subject=subject, payload=payload, now=now)
    return paper


def papers_of(obligations: QuerySet[Obligation]) -> QuerySet[ObligationDocument]:
    """The papers of these obligations, newest first, with their obligation. One query."""
    return (
        ObligationDocument.objects.filter(obligation__in=obligations)
        .select_related("obligation")
        .order_by("-added_at", "-pk")
    )


def paper_file(paper: ObligationDocument) -> Path:
    """Where the file lies. Refuses `paper-missing` when the data folder lost it (a restore without its files)."""
    path = paper_path(paper.sha256)
    if not path.is_file():
        raise Refusal(
            "paper-missing", "El archivo de este documento no está en la carpeta de datos; recupérelo del respaldo."
        )
    return path


def _read(chunks: Iterable[bytes]) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > BYTES_MAX:
            raise Refusal(
                "paper-too-large", f"El documento pesa más de {BYTES_MAX // 1_000_000} MB; divídalo o redúzcalo."
            )
    return bytes(content)


def _kind_of(content: bytes) -> str:
    if not content:
        raise Refusal("paper-empty", "Elija el archivo del documento; este llegó vacío.")
    for magic, kind in KINDS:
        if content.startswith(magic):
            return kind
    raise Refusal("paper-kind", "Solo se guardan PDF, PNG y JPEG; convierta el documento a PDF.")


def paper_path(digest: str) -> Path:
    """Where the file with this digest lies, whether it is there or not."""
    return Path(settings.MEDIA_ROOT) / "papers" / digest[:2] / digest


def _keep(digest: str, content: bytes) -> None:
    """Written aside and moved into place, so that a file under its digest is always whole."""
    path = paper_path(digest)
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{digest}.{os.getpid()}.part")
    aside.write_bytes(content)
    aside.replace(path)
