"""Who may import whom. The contracts themselves are in pyproject.toml; here are the two that import-linter has no words for."""

import subprocess
import sys
import tomllib

import pytest

from tests.contracts.source import CAPABILITIES, PACKAGE, ROOT, imports_of, name_of, python_files

# Not capabilities of the business: everyone below may use the first two, and config wires all together.
OPEN_TO_ALL = {"kernel", "base"}
WIRING = {"config"}
SCREENS = {"workspace", "portal", "api", "integrations", "kernel", "base", "config"}
OPEN_DOORS = {"public", "rules"}

# One HTTP door, one mail door: they are opened in adapters, and base holds the server's own plumbing.
OUTSIDE = (
    "urllib.request",
    "http.client",
    "smtplib",
    "socket",
    "socketserver",
    "ftplib",
    "httpx",
    "requests",
    "aiohttp",
    "websockets",
)


def test_import_linter_keeps_all_contracts() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_capability_is_held_to_the_inner_order() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    inner = next(contract for contract in contracts if contract["id"] == "inside-a-capability")
    assert sorted(inner["containers"]) == [f"acuerdo.{name}" for name in CAPABILITIES if name not in SCREENS]


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_others_are_reached_through_their_public_functions(capability: str) -> None:
    if capability in WIRING:
        return
    found = [
        f"{name_of(path)}:{line} imports {module}; use acuerdo.{module.split('.')[1]}.public"
        for path in python_files(f"acuerdo/{capability}")
        for line, module in imports_of(path)
        if _enters_by_the_window(module, capability)
    ]
    assert found == []


def _enters_by_the_window(module: str, capability: str) -> bool:
    parts = module.split(".")
    if parts[0] != "acuerdo" or len(parts) < 2 or parts[1] not in CAPABILITIES:
        return False
    if parts[1] in OPEN_TO_ALL or parts[1] == capability:
        return False
    return len(parts) < 3 or parts[2] not in OPEN_DOORS


def test_the_outside_world_is_reached_only_in_adapters() -> None:
    found = [
        f"{name_of(path)}:{line} imports {module}; put it behind a port, in adapters/"
        for path in python_files()
        if not {"adapters", "base", "config"} & set(path.relative_to(PACKAGE).parts[:2])
        for line, module in imports_of(path)
        if any(module == name or module.startswith(name + ".") for name in OUTSIDE)
    ]
    assert found == []
