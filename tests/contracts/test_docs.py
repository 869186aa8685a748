"""The documents are held to the code: what can be typed, set or imported is described, in both languages, and no link is dead."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.source import ROOT, name_of, python_files, tree_of

DOCS = ROOT / "docs"
LANGUAGES = ("es", "en")
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), ROOT / "frontend" / "README.md"])
SETTING = re.compile(r"^(ACUERDO_[A-Z_]+[A-Z]|DATABASE_URL)(?:_FILE)?$")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated pages, made again from the code in an interpreter of their own (each page is read in its own language)."""
    out = tmp_path_factory.mktemp("docs")
    program = (
        "import sys, pathlib; sys.path.insert(0, 'docs'); import build_reference as reference; reference.DOCS = pathlib.Path(sys.argv[1]);"
        " [(path.parent.mkdir(parents=True, exist_ok=True), path.write_text(text, encoding='utf-8'))"
        " for language in reference.TITLES for path, text in reference.build(language).items()]"
    )
    subprocess.run([sys.executable, "-c", program, str(out)], cwd=ROOT, check=True, capture_output=True, text=True)
    return out


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["cli.md", "import-columns.md", "strategies.md"])
def test_generated_pages_are_fresh(generated: Path, language: str, page: str) -> None:
    made = (generated / language / "reference" / page).read_text(encoding="utf-8")
    kept = (DOCS / language / "reference" / page).read_text(encoding="utf-8")
    assert kept == made, "run `make docs` and commit the result"


def _settings_in_code() -> set[str]:
    names = set()
    for path in python_files("acuerdo", "demo"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and (match := SETTING.match(node.value)):
                names.add(match.group(1))
    return names


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_described_and_no_other(language: str) -> None:
    page = (DOCS / language / "reference" / "settings.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert described == _settings_in_code()


def test_both_languages_have_the_same_reader_pages() -> None:
    """Design notes may stand in English only; what a user or an operator reads stands in both."""
    pages = {
        language: {
            page.relative_to(DOCS / language).as_posix()
            for page in (DOCS / language).rglob("*.md")
            if "explanation" not in page.parts
        }
        for language in LANGUAGES
    }
    assert pages["es"] == pages["en"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    dead = [
        link
        for link in links
        if "://" not in link
        and not link.startswith(("#", "mailto:"))
        and not (page.parent / link.split("#")[0]).exists()
    ]
    assert dead == []


def test_decisions_are_numbered_without_gaps_and_short() -> None:
    decisions = sorted((DOCS / "adr").glob("[0-9]*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    assert [path.name for path in decisions if path.read_text().count("\n") > 40] == []
