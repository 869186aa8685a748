"""Where others' published numbers lie when they are at hand; tests against them skip, and say so, when they are not."""

import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"


def published(folder: str) -> Path:
    """The folder of one data set; skips the test when it is absent."""
    found = SHARED / folder / "dev"
    if not found.is_dir():
        pytest.skip(f"../shared/data/{folder} is not here")
    return found


def say(capsys: pytest.CaptureFixture[str], sentence: str) -> None:
    """Prints what was compared, past pytest's capture: the counts are the point of these tests."""
    with capsys.disabled():
        sys.stdout.write(f"\n{sentence}\n")
