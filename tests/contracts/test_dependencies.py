"""Every dependency has its reason written down, and the lock files pin what they should."""

import json
import re
import tomllib

from tests.contracts.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGE_JSON = json.loads((ROOT / "package.json").read_text())
PAGE = (ROOT / "docs" / "en" / "explanation" / "dependencies.md").read_text(encoding="utf-8")


def _python_dependencies() -> set[str]:
    listed = [
        *PROJECT["project"]["dependencies"],
        *(name for group in PROJECT["dependency-groups"].values() for name in group),
    ]
    return {re.split(r"[\[<>=~!; ]", name, maxsplit=1)[0].lower() for name in listed}


def _all_dependencies() -> set[str]:
    return _python_dependencies() | set(PACKAGE_JSON["dependencies"]) | set(PACKAGE_JSON["devDependencies"])


def _sections() -> dict[str, str]:
    parts = re.split(r"^### (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_each_dependency_has_its_section_and_no_other() -> None:
    assert set(_sections()) == _all_dependencies()


def test_each_section_gives_reason_upkeep_and_licence() -> None:
    short = [
        name for name, text in _sections().items() if "Licence:" not in text or "Upkeep:" not in text or len(text) < 120
    ]
    assert short == []


def test_npm_packages_are_pinned_exactly() -> None:
    versions = {**PACKAGE_JSON["dependencies"], **PACKAGE_JSON["devDependencies"]}
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_the_npm_lock_names_no_one_s_mirror() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if name and "resolved" in package] == []
    assert [name for name, package in lock["packages"].items() if name and "integrity" not in package] == []


def test_the_lock_files_are_of_these_dependencies() -> None:
    """`--frozen` installs what the lock says without asking whether it still fits: this asks."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    ours = next(package for package in lock["package"] if package["name"] == PROJECT["project"]["name"])
    locked = [*ours["dependencies"], *(entry for group in ours["dev-dependencies"].values() for entry in group)]
    assert {entry["name"] for entry in locked} == _python_dependencies()
    npm = json.loads((ROOT / "package-lock.json").read_text())["packages"][""]
    assert npm["dependencies"] == PACKAGE_JSON["dependencies"]
    assert npm["devDependencies"] == PACKAGE_JSON["devDependencies"]
