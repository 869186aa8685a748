"""The shelves of packs: reads a country's folder, proves it by its own cases, and keeps it.

Packs ship with the product; an installation may put a newer one of a country on a shelf of its own (`add_shelf`), which then
binds at once in every process: its file is looked at before each use. One that does not load, or whose cases fail, leaves the
version read before it in force.
"""

import hashlib
import logging
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.policy.rules.gate import judge
from acuerdo.policy.rules.pack import Pack
from acuerdo.policy.rules.pack_format import parse_pack
from acuerdo.policy.rules.request import read_request

log = logging.getLogger("acuerdo.policy")
PACKS = Path(__file__).resolve().parent.parent / "packs"
FILES = ("pack.toml", "cases.toml")
SHELF_NAME = "packs"  # in the data folder
type Stamp = tuple[int, ...]


@dataclass(slots=True)
class _Kept:
    """The pack in force, and the installation's files as they were when they were last looked at, good or faulty."""

    pack: Pack
    stamp: Stamp
    is_own: bool = False


_loaded: dict[str, _Kept] = {}
_shelf: list[Path] = []


def add_shelf(folder: Path) -> None:
    """Where the installation keeps packs of its own: `<folder>/<code>/pack.toml` and `cases.toml`."""
    _shelf[:] = [folder]


def pack_codes() -> tuple[str, ...]:
    """Codes of all jurisdictions that ship or that the installation added, in order."""
    added = {path.parent.name for shelf in _shelf for path in shelf.glob("*/pack.toml")}
    return tuple(sorted(added.union(_shipped_codes())))


@lru_cache(maxsize=1)
def _shipped_codes() -> frozenset[str]:
    return frozenset(folder.name for folder in PACKS.iterdir() if (folder / "pack.toml").exists()) - {"common"}


def load_pack(code: str) -> Pack:
    """The pack in force for a jurisdiction such as `co`. Refuses `unknown-pack`; reads a file again only when it changed."""
    stamp, kept = _stamp(code), _loaded.get(code)
    if kept is not None and kept.stamp == stamp:
        return kept.pack
    pack = _own_or_none(code) if stamp else None
    if pack is not None:
        _loaded[code] = _Kept(pack, stamp, is_own=True)
    elif kept is not None and stamp:
        # Faulty: what was in force stays, and the file is not looked at again until it changes.
        _loaded[code] = _Kept(kept.pack, stamp, kept.is_own)
    else:
        _loaded[code] = _Kept(_shipped(code), stamp)
    return _loaded[code].pack


def _shipped(code: str) -> Pack:
    if code not in _shipped_codes():
        raise Refusal(
            "unknown-pack", f"No hay norma para «{code}»; las que hay: {', '.join(sorted(_shipped_codes()))}."
        )
    return read_pack(code, PACKS)


def _stamp(code: str) -> Stamp:
    """When the installation's own files of a country were last changed; empty where there are none."""
    for shelf in _shelf if code.isalnum() else ():
        try:
            stats = [(shelf / code / name).stat() for name in FILES]
        except (OSError, ValueError):
            continue
        return tuple(part for stat in stats for part in (stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return ()


def is_own(code: str) -> bool:
    """Whether the pack in force is the installation's own."""
    return bool(_stamp(code)) and load_pack(code) is not None and _loaded[code].is_own


def _own_or_none(code: str) -> Pack | None:
    """The installation's own pack, proved; None, with the reason in the log, where it does not load."""
    try:
        return read_and_prove(code, _shelf[0])
    except (Refusal, OSError) as trouble:
        log.warning("pack %s stays as it was: %s", code, trouble)
        return None


def read_and_prove(code: str, folder: Path) -> Pack:
    """The pack of a folder, after its cases came out. Refuses `invalid-pack` (file, line, key), `pack-case-failed`."""
    pack = read_pack(code, folder)
    if pack.code != code:
        raise Refusal("invalid-pack", f"El archivo es de «{pack.code}» y no de «{code}».", Place(f"{code}/pack.toml"))
    prove_pack(pack, folder)
    return pack


def reload_pack(code: str, folder: Path = PACKS) -> Pack:
    """Takes the pack of a folder into use in this process; on any fault the version before stays and the Refusal says why."""
    pack = read_and_prove(code, folder)
    _loaded[code] = _Kept(pack, _stamp(code))
    return pack


def read_pack(code: str, folder: Path) -> Pack:
    """`code` from the folder, with the common rules first; its version ends with a digest of both texts."""
    common = (PACKS / "common" / "pack.toml").read_text("utf-8")
    text = (folder / code / "pack.toml").read_text("utf-8")
    digest = hashlib.sha256((common + text).encode()).hexdigest()[:10]
    shared = parse_pack(common, file="common/pack.toml")
    return parse_pack(text, file=f"{code}/pack.toml", common=shared, version_suffix=f"+{digest}")


def read_cases(code: str, folder: Path = PACKS) -> list[dict[str, Any]]:
    """The law as examples: name, article, question and what must come out."""
    return list(tomllib.loads((folder / code / "cases.toml").read_text("utf-8"))["cases"])


def prove_pack(pack: Pack, folder: Path = PACKS) -> None:
    """Runs the pack's cases; refuses `pack-case-failed` naming the first that does not come out as written."""
    for index, case in enumerate(read_cases(pack.code, folder), 1):
        if fault := case_fault(pack, case):
            raise Refusal("pack-case-failed", f"«{case['name']}»: {fault}", Place(f"{pack.code}/cases.toml", index))


def case_fault(pack: Pack, case: dict[str, Any]) -> str:
    """What differs from the case's expectation; empty when nothing does."""
    request = read_request({"pack": pack.code, **case["question"]})
    verdict = judge(pack, request.question, request.facts)
    if verdict.verdict != case["verdict"]:
        return f"se esperaba {case['verdict']} y salió {verdict.verdict}"
    denied = sorted(rule.id for rule in verdict.rules if rule.verdict == "deny")
    if denied != sorted(case.get("rules", [])):
        return f"se esperaban las reglas {sorted(case.get('rules', []))} y salieron {denied}"
    if "next" in case:
        moment = verdict.next_allowed_at.isoformat() if verdict.next_allowed_at else "never"
        if moment != case["next"]:
            return f"se esperaba el próximo momento {case['next']} y salió {moment}"
    return ""
