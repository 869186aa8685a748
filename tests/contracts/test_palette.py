"""The colours keep their contrast (WCAG 2.2: 4.5:1 for text, 3:1 for rings and borders of controls), in the light and the dark theme."""

import re

import pytest

from tests.contracts.source import ROOT

TOKENS = dict(
    re.findall(
        r"(--[a-z-]+):\s*light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\);", (ROOT / "frontend" / "tokens.css").read_text()
    )
)
WHITE = "#ffffff"
TEXT = [
    # text, surface, least contrast
    *[("--ac-ink", surface, 7.0) for surface in ("--ac-paper", "--ac-surface", "--ac-sunken", "--ac-raised")],
    *[("--ac-ink-soft", surface, 4.5) for surface in ("--ac-paper", "--ac-surface", "--ac-sunken", "--ac-raised")],
    *[("--ac-brand-ink", surface, 4.5) for surface in ("--ac-paper", "--ac-surface", "--ac-brand-soft")],
    *[("--ac-clay", surface, 4.5) for surface in ("--ac-paper", "--ac-surface")],
    *[(f"--ac-{tone}", f"--ac-{tone}-soft", 4.5) for tone in ("ok", "warn", "bad", "info", "quiet")],
    *[(f"--ac-{tone}", "--ac-surface", 4.5) for tone in ("ok", "warn", "bad", "info", "quiet")],
    *[("--ac-ink", f"--ac-{tone}-soft", 7.0) for tone in ("ok", "warn", "bad", "info", "quiet", "brand")],
    *[("--ac-ring", surface, 3.0) for surface in ("--ac-paper", "--ac-surface", "--ac-raised")],
    *[("--ac-line-strong", surface, 3.0) for surface in ("--ac-paper", "--ac-surface", "--ac-raised")],
]
ON_FILLED = ["--ac-brand", "--ac-brand-dark", "--tblr-success", "--tblr-danger", "--tblr-info", "--tblr-warning"]


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _pick(token: str, theme: int) -> str:
    return TOKENS[token].split(", ")[theme]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "surface", "least"), TEXT)
def test_text_can_be_read(text: str, surface: str, least: float, theme: int) -> None:
    assert _contrast(_pick(text, theme), _pick(surface, theme)) >= least


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("filled", ON_FILLED)
def test_white_can_be_read_on_filled_buttons(filled: str, theme: int) -> None:
    assert _contrast(WHITE, _pick(filled, theme)) >= 4.5


def test_contrast_is_reckoned_as_the_standard_does() -> None:
    assert _contrast("#000000", WHITE) == pytest.approx(21.0)
    assert _contrast("#777777", WHITE) == pytest.approx(4.478, abs=0.001)
