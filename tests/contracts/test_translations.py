"""Every Spanish text of the screens has its English one, and no text is missing from the catalogue."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.contracts.sentences import refusal_sentences
from tests.contracts.source import PACKAGE, ROOT

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream)


ENGLISH = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"


def _texts(value: str | list[str] | tuple[str, ...]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_english_is_complete() -> None:
    missing = [
        message.id
        for message in _catalogue(ENGLISH)
        if message.id and (message.fuzzy or not all(_texts(message.string)))
    ]
    assert missing == [], "translate them in acuerdo/locale/en/LC_MESSAGES/django.po"


def test_the_catalogue_is_not_a_draft() -> None:
    """A header marked fuzzy makes compilers skip the whole file."""
    assert not _catalogue(ENGLISH).fuzzy


def test_translations_keep_the_placeholders() -> None:
    wrong = [
        message.id
        for message in _catalogue(ENGLISH)
        if message.id
        for string in _texts(message.string)
        if set(PLACEHOLDER.findall(string)) - set(PLACEHOLDER.findall(" ".join(_texts(message.id))))
    ]
    assert wrong == []


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not installed")
def test_no_text_is_missing_from_the_catalogue(tmp_path: Path) -> None:
    copy = tmp_path / "acuerdo"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("static", "__pycache__", "*.mo"))
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "acuerdo.config.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "en", "--no-obsolete", "--no-wrap"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, env=environment)
    found = {_key(message.id) for message in _catalogue(copy / "locale/en/LC_MESSAGES/django.po") if message.id}
    known = {_key(message.id) for message in _catalogue(ENGLISH) if message.id}
    assert sorted(found - known) == [], "run `make messages` and translate"


def test_every_sentence_of_a_refusal_has_english() -> None:
    told = _sentences()
    known = {_key(message.id) for message in _catalogue(ENGLISH) if message.id}
    missing = {said: place for said, place in refusal_sentences().items() if said not in told and said not in known}
    assert missing == {}, "write its English in acuerdo/locale/en/sentences.toml"
    assert len(refusal_sentences()) > 400


def test_sentences_of_refusals_keep_their_values() -> None:
    wrong = [
        said
        for said, english in _sentences().items()
        if not english or said.count("{}") != len(re.findall(r"\{\d?\}", english))
    ]
    assert wrong == []


def _sentences() -> dict[str, str]:
    return tomllib.loads((PACKAGE / "locale" / "en" / "sentences.toml").read_text("utf-8"))


def _key(identifier: str | list[str] | tuple[str, ...]) -> str:
    return _texts(identifier)[0]
