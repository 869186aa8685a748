"""What a template may not contain, so that the content security policy stays strict and nothing comes from another server."""

import re
from pathlib import Path

import pytest

from tests.contracts.source import ROOT, name_of, templates, text_of

FORBIDDEN = {
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>": "inline script: put it in frontend/src",
    r"\sstyle\s*=\s*[\"']": "inline style: use or add a class in frontend/components.css",
    r"<style\b": "inline style sheet: frontend/components.css",
    r"\son(click|change|submit|load|input|keydown|keyup|focus|blur)\s*=": "inline handler: a data attribute of frontend/README.md",
    r"\b(data-)?hx-on\b": "hx-on needs eval: listen in frontend/src",
    r"hx-(vals|headers|confirm)\s*=\s*[\"']js:": "js: needs eval",
    r"(src|href)\s*=\s*[\"'](https?:)?//[^\"']*\.(js|css|woff2?|png|svg)": "from another server: add the npm package",
    r"\|\s*safe\b": "mark_safe in the function that builds it, after escaping",
}
ICONS = set((ROOT / "frontend" / "icons.txt").read_text().split())
PAGES = [path for path in templates() if path.suffix == ".html"]


def _is_mail(path: Path) -> bool:
    # A mail program knows neither our style sheet nor scripts: there, and only there, styles are written in place.
    return "mail" in path.parts or "email" in path.parts


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_page_keeps_the_policy(path: Path) -> None:
    found = [
        f"{name_of(path)}:{text_of(path).count(chr(10), 0, match.start()) + 1}: {instead}"
        for pattern, instead in FORBIDDEN.items()
        if not (_is_mail(path) and "inline style" in instead)
        for match in re.finditer(pattern, text_of(path), re.IGNORECASE)
    ]
    assert found == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_page_uses_icons_that_are_bundled(path: Path) -> None:
    used = set(re.findall(r"icons\.svg'\s*%\}#([a-z0-9-]+)", text_of(path)))
    used |= set(re.findall(r"\{%\s*icon\s+[\"']([a-z0-9-]+)[\"']", text_of(path)))
    assert used <= ICONS, f"add to frontend/icons.txt: {sorted(used - ICONS)}"


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        '<p style="color: red">',
        '<button onclick="go()">',
        '<div hx-on:click="go()">',
        '<link href="https://cdn.example/x.css">',
    ],
)
def test_each_pattern_sees_what_it_forbids(markup: str) -> None:
    assert any(re.search(pattern, markup, re.IGNORECASE) for pattern in FORBIDDEN)


def test_the_frontend_brings_nothing_from_another_server() -> None:
    sources = [path for path in (ROOT / "frontend").rglob("*") if path.suffix in {".ts", ".js", ".mjs", ".css"}]
    assert len(sources) > 10
    found = [name_of(path) for path in sources if re.search(r"https?://(?!www\.w3\.org/)", text_of(path))]
    assert found == []
