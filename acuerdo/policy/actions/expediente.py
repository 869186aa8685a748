"""The *expediente* of one person: every receipt about them, the texts, and what proves both, in one zip that verifies offline.

Making it signs the chains up to now, so that the latest receipt is covered too, and leaves its own trace in the audit.
"""

import hashlib
import io
import json
import zipfile
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions.checkpoints import stretch_digests, write_checkpoint
from acuerdo.policy.actions.receipts import SentText
from acuerdo.policy.adapters import signatures
from acuerdo.policy.adapters.signing_key import signing_key
from acuerdo.policy.models import Attempt, Checkpoint, PersonSalt, Receipt
from acuerdo.policy.queries.verification import chain_uid
from acuerdo.policy.rules import ed25519, offline, proof

README = """Este archivo reúne lo que la entidad registró de los contactos con una persona.

expediente.pdf    lo mismo, para leer
expediente.json   los recibos completos, los textos y las pruebas
manifiesto.json   la huella de cada archivo, firmada
verificar.py      comprueba todo sin conexión: python3 verificar.py (Python 3.11 o posterior, sin nada más)

Cada recibo pertenece a una cadena; un punto de control firmado la cubre. Si un byte cambia, verificar.py dice dónde.
"""


VERSION_CHECK = """import sys

if sys.version_info < (3, 11):
    sys.exit("verificar.py necesita Python 3.11 o posterior, sin nada más; este es " + sys.version.split()[0] + ".")

"""


@dataclass(frozen=True, slots=True)
class Expediente:
    """The zip's bytes, and how many receipts and texts it holds."""

    archive: bytes
    receipts: int
    texts: int


@transaction.atomic
def make_expediente(
    debtor_uid: str, *, texts: Callable[[str], Mapping[str, SentText]], actor: str, now: datetime
) -> Expediente:
    """`texts` gives what each attempt of a person's uid carried, by the attempt's uid, for those still kept. Refuses `debtor-unknown`,
    `expediente-empty` when nothing was recorded, and what `signing_key` refuses."""
    person = _person(debtor_uid)
    receipts = list(Receipt.objects.filter(subject=person["uid"]).order_by("creditor_id", "sequence"))
    if not receipts:
        raise Refusal("expediente-empty", "No hay contactos registrados de esta persona.")
    chains = {pk: chain_uid(pk) for pk in sorted({receipt.creditor_id for receipt in receipts})}
    for creditor_id in chains:
        write_checkpoint(creditor_id, now=now)
    document = _document(person, receipts, chains, texts(str(person["uid"])), now)
    write_audit(
        chain="policy", action="expediente-made", actor=actor, subject=("debtor", str(person["uid"])),
        payload={"receipts": len(receipts), "texts": len(document["texts"])}, now=now,
    )  # fmt: skip
    return Expediente(_pack(document, now), len(receipts), len(document["texts"]))


def _person(debtor_uid: str) -> dict[str, Any]:
    debtors = Attempt._meta.get_field("debtor").related_model._default_manager
    try:
        uid = UUID(debtor_uid)
    except ValueError as error:
        raise Refusal("debtor-unknown", "El identificador de la persona no es válido.") from error
    found = debtors.filter(uid=uid).values("id", "uid", "full_name", "id_type", "id_number").first()
    if found is None:
        raise Refusal("debtor-unknown", "No encontramos a esa persona.")
    return {**found}


def _document(
    person: Mapping[str, Any],
    receipts: Sequence[Receipt],
    chains: Mapping[int, str],
    texts: Mapping[str, SentText],
    now: datetime,
) -> dict[str, Any]:
    salt = PersonSalt.objects.filter(debtor_id=person["id"]).values_list("salt", flat=True).first()
    checkpoints = {pk: list(Checkpoint.objects.filter(creditor_id=pk).order_by("sequence")) for pk in chains}
    rows = [
        row
        for pk in chains
        for row in _proved([one for one in receipts if one.creditor_id == pk], checkpoints[pk], chains[pk])
    ]
    used = {(row["chain"], row["checkpoint"]) for row in rows}
    return {
        "format": "acuerdo-expediente-1",
        "made_at": proof.instant_text(now),
        "debtor": {
            "uid": str(person["uid"]), "name": person["full_name"], "document": f"{person['id_type']} {person['id_number']}",
        },
        "public_key": signatures.public_key(signing_key()).hex(),
        "checkpoints": [
            _checkpoint_row(one, chains[pk]) for pk in chains for one in checkpoints[pk] if (chains[pk], one.sequence) in used
        ],
        "receipts": rows,
        "salt": bytes(salt).hex() if salt is not None else None,
        "texts": _openings(rows, texts) if salt is not None else [],
    }  # fmt: skip


def _proved(receipts: Sequence[Receipt], checkpoints: Sequence[Checkpoint], chain: str) -> list[dict[str, Any]]:
    """Each receipt with the checkpoint that covers it and its path to that root; one tree at a time in memory."""
    ends = [one.sequence for one in checkpoints]
    by_checkpoint: dict[int, list[Receipt]] = {}
    for receipt in receipts:
        by_checkpoint.setdefault(bisect_left(ends, receipt.sequence), []).append(receipt)
    rows = []
    for place, covered in by_checkpoint.items():
        over = checkpoints[place]
        digests = stretch_digests(over.creditor_id, over.first_sequence, over.sequence)
        paths = proof.tree_paths(digests, [receipt.sequence - over.first_sequence for receipt in covered])
        rows += [_receipt_row(one, chain, over, path) for one, path in zip(covered, paths, strict=True)]
    return rows


def _receipt_row(receipt: Receipt, chain: str, over: Checkpoint, path: list[str]) -> dict[str, Any]:
    return {
        "chain": chain,
        "sequence": receipt.sequence,
        "at": proof.instant_text(receipt.at),
        "kind": receipt.kind,
        "subject": str(receipt.subject),
        "payload": receipt.payload,
        "previous_digest": bytes(receipt.previous_digest).hex(),
        "digest": bytes(receipt.digest).hex(),
        "checkpoint": over.sequence,
        "path": path,
    }


def _checkpoint_row(one: Checkpoint, chain: str) -> dict[str, Any]:
    return {
        "chain": chain, "first": one.first_sequence, "last": one.sequence, "at": proof.instant_text(one.at),
        "digest": bytes(one.digest).hex(), "root": bytes(one.root).hex(), "public_key": bytes(one.public_key).hex(),
        "signature": bytes(one.signature).hex(),
    }  # fmt: skip


def _openings(rows: Sequence[Mapping[str, Any]], texts: Mapping[str, SentText]) -> list[dict[str, Any]]:
    """The texts behind the commitments; one that was changed after it left shows, because it opens nothing."""
    opened = []
    for row in rows:
        payload = json.loads(row["payload"])
        text = texts.get(payload["attempt"]) if row["kind"] == "content" else None
        if text is not None:
            opened.append({"chain": row["chain"], "sequence": row["sequence"], "name": "text", "text": text.text()})
    return opened


def _pack(document: Mapping[str, Any], now: datetime) -> bytes:
    # Drawing libraries take longer to import than most requests to answer.
    from acuerdo.policy.adapters.expediente_pdf import draw_expediente  # noqa: PLC0415

    files = {
        offline.DOCUMENT: json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode(),
        "expediente.pdf": draw_expediente(document, now),
        "LEAME.txt": README.encode(),
        "verificar.py": verifier_source().encode(),
    }
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    told = "".join(f"{name} {digest}\n" for name, digest in sorted(digests.items()))
    signature = signatures.sign(signing_key(), offline.MANIFEST_TITLE + told.encode())
    manifest = {"files": digests, "signature": signature.hex()}
    files[offline.MANIFEST] = json.dumps(manifest, indent=1, sort_keys=True).encode()
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return kept.getvalue()


def verifier_source() -> str:
    """`verificar.py`: the plain form of what signs and links here, three files as one, without its imports of each other.

    A `type` statement becomes a plain name, so that an older Python reads far enough to say which one it needs.
    """
    sources = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in (ed25519, proof, offline)]
    lines = [line for source in sources for line in source.splitlines() if not line.startswith("from acuerdo.")]
    return VERSION_CHECK + "\n".join(line.removeprefix("type ") for line in lines) + "\n"
