"""The project's own files, as the contract tests read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "acuerdo"
CAPABILITIES = tuple(sorted(folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").exists()))


def python_files(*folders: str, migrations: bool = False) -> Iterator[Path]:
    """Python files below the given folders of the repository (default: the package)."""
    for folder in folders or ("acuerdo",):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if migrations or "migrations" not in path.parts:
                yield path


def templates() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("templates/**/*") if path.suffix in {".html", ".txt", ".svg"})


def name_of(path: Path) -> str:
    """The path from the repository's root, as messages show it."""
    return path.relative_to(ROOT).as_posix()


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), filename=str(path))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted module or name) of each absolute import; `from a.b import c` gives `a.b.c`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"
