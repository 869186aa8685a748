"""Verifies an *expediente* offline: every file, link, text and signature in it. Runs anywhere with Python 3.11, nothing else.

    python verificar.py [FOLDER or FILE.zip]

The *expediente* carries this file joined to the two it uses (`ed25519`, `proof`), as `verificar.py`; anybody may read it.
Exit status 0 when all holds, 1 naming the first thing that does not, 2 when there is no expediente to read.
"""

import hashlib
import json
import sys
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from acuerdo.policy.rules.ed25519 import is_signed
from acuerdo.policy.rules.proof import Link, Stretch, commit, follow_path, link_digest

DOCUMENT, MANIFEST = "expediente.json", "manifiesto.json"
MANIFEST_TITLE = b"acuerdo-expediente-1\n"


def check_files(files: Mapping[str, bytes]) -> str:
    """The first thing that does not hold in the *expediente*'s files, by name, in Spanish; empty when all does."""
    for name in (MANIFEST, DOCUMENT):
        if name not in files:
            return f"falta {name}"
    try:
        manifest, document = json.loads(files[MANIFEST]), json.loads(files[DOCUMENT])
        return _check_document(document) or _check_manifest(manifest, document, files)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        broken = MANIFEST if not _is_json(files[MANIFEST]) else DOCUMENT
        return f"{broken} está dañado: {type(error).__name__}"


def _is_json(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _check_document(document: dict[str, Any]) -> str:
    stretches: dict[tuple[str, int], Stretch] = {}
    for row in document["checkpoints"]:
        stretch = _stretch(row)
        name = f"el punto de control {stretch.last} de la cadena {stretch.chain}"
        if row["public_key"] != document["public_key"]:
            return f"{name} lleva otra llave"
        if not is_signed(bytes.fromhex(row["public_key"]), stretch.statement(), bytes.fromhex(row["signature"])):
            return f"{name} no está firmado como dice"
        stretches[stretch.chain, stretch.last] = stretch
    for row in document["receipts"]:
        if trouble := _check_receipt(row, stretches.get((row["chain"], row["checkpoint"]))):
            return f"el recibo {row['sequence']} de la cadena {row['chain']}: {trouble}"
    return _check_openings(document)


def _stretch(row: dict[str, Any]) -> Stretch:
    at, digest, root = datetime.fromisoformat(row["at"]), bytes.fromhex(row["digest"]), bytes.fromhex(row["root"])
    return Stretch(row["chain"], row["first"], row["last"], at, digest, root)


def _check_receipt(row: dict[str, Any], stretch: Stretch | None) -> str:
    link = Link(
        row["chain"], row["sequence"], datetime.fromisoformat(row["at"]), row["kind"], row["subject"], row["payload"]
    )
    if link_digest(bytes.fromhex(row["previous_digest"]), link).hex() != row["digest"]:
        return "su contenido no corresponde a su huella"
    if stretch is None or not stretch.first <= link.sequence <= stretch.last:
        return "no hay un punto de control que lo cubra"
    if follow_path(bytes.fromhex(row["digest"]), row["path"]) != stretch.root:
        return "no pertenece a la cadena firmada"
    return ""


def _check_openings(document: dict[str, Any]) -> str:
    """The texts shown are those that the receipts committed to."""
    payloads = {(row["chain"], row["sequence"]): json.loads(row["payload"]) for row in document["receipts"]}
    for opening in document["texts"]:
        payload = payloads[opening["chain"], opening["sequence"]]
        kept = payload["question"]["point"]["value"] if opening["name"] == "point" else payload[opening["name"]]
        if commit(bytes.fromhex(document["salt"]), opening["name"], opening["text"]) != kept:
            return f"el texto del recibo {opening['sequence']} de la cadena {opening['chain']} no es el que salió"
    return ""


def _check_manifest(manifest: dict[str, Any], document: dict[str, Any], files: Mapping[str, bytes]) -> str:
    for name in sorted(set(files) | set(manifest["files"])):
        if name == MANIFEST:
            continue
        if name not in files:
            return f"falta {name}"
        if hashlib.sha256(files[name]).hexdigest() != manifest["files"].get(name):
            return f"{name} cambió después de hacerse el expediente"
    told = "".join(f"{name} {digest}\n" for name, digest in sorted(manifest["files"].items()))
    key = bytes.fromhex(document["public_key"])
    if sorted(manifest) != ["files", "signature"] or not is_signed(
        key, MANIFEST_TITLE + told.encode(), bytes.fromhex(manifest["signature"])
    ):
        return f"{MANIFEST} no está firmado como dice"
    return ""


def read_files(place: Path) -> dict[str, bytes]:
    """The files of a folder or of a zip, by name. Raises OSError or zipfile.BadZipFile, whose text names the file."""
    if place.is_dir():
        return {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()}
    with zipfile.ZipFile(place) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> int:
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    try:
        files = read_files(place)
    except (OSError, zipfile.BadZipFile) as error:
        sys.stdout.write(f"NO SE PUEDE LEER: {error}\n")
        return 2
    if trouble := check_files(files):
        sys.stdout.write(f"NO VERIFICA: {trouble}\n")
        return 1
    document = json.loads(files[DOCUMENT])
    sys.stdout.write(
        f"VERIFICA: {len(document['receipts'])} recibos, {len(document['texts'])} textos, "
        f"{len(document['checkpoints'])} puntos de control.\n"
        f"Llave: {document['public_key']} (compárela con la que publica la entidad).\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
