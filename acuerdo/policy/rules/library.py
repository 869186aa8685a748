"""The shelf of packs: reads a country's folder once, proves it by its own cases, and keeps it.

A file that does not load, or whose cases fail, leaves the version read before it in force.
"""

import hashlib
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.policy.rules.gate import judge
from acuerdo.policy.rules.pack import Pack
from acuerdo.policy.rules.pack_format import parse_pack
from acuerdo.policy.rules.request import read_request

PACKS = Path(__file__).resolve().parent.parent / "packs"
_loaded: dict[str, Pack] = {}


@lru_cache(maxsize=1)
def pack_codes() -> tuple[str, ...]:
    """Codes of all jurisdictions that ship, in order."""
    return tuple(
        sorted(folder.name for folder in PACKS.iterdir() if (folder / "pack.toml").exists() and folder.name != "common")
    )


def load_pack(code: str) -> Pack:
    """The pack in force for a jurisdiction such as `co`. Refuses `unknown-pack`; reads the file only once."""
    if code not in _loaded:
        if code not in pack_codes():
            raise Refusal("unknown-pack", f"No hay norma para «{code}»; las que hay: {', '.join(pack_codes())}.")
        _loaded[code] = read_pack(code, PACKS)
    return _loaded[code]


def reload_pack(code: str, folder: Path = PACKS) -> Pack:
    """Reads the file again and proves its cases; on any fault the version read before stays and the Refusal says why."""
    pack = read_pack(code, folder)
    prove_pack(pack, folder)
    _loaded[code] = pack
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
