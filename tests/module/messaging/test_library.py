"""The library in the database: complete, loaded once, versioned, and never over an own text."""

import pytest

from acuerdo.messaging.actions import library as loading
from acuerdo.messaging.models import Template
from acuerdo.messaging.public import load_templates
from acuerdo.messaging.rules.library import LibraryText, library

pytestmark = pytest.mark.django_db


def changed(text: LibraryText) -> LibraryText:
    return LibraryText(
        text.code,
        text.channel,
        text.language,
        text.stage,
        text.situation,
        text.purpose,
        text.subject,
        text.body + "\nGracias.",
    )


def test_loading_twice_changes_nothing() -> None:
    first = load_templates()
    rows = list(Template.objects.order_by("id").values())
    second = load_templates()
    assert (first.new, first.changed, second.new, second.changed, second.same) == (
        len(library()),
        0,
        0,
        0,
        len(library()),
    )
    assert list(Template.objects.order_by("id").values()) == rows


def test_a_changed_text_becomes_a_new_version(monkeypatch: pytest.MonkeyPatch) -> None:
    load_templates()
    first, *rest = library()
    monkeypatch.setattr(loading, "library", lambda: (changed(first), *rest))
    assert load_templates().changed == 1
    rows = Template.objects.filter(code=first.code, channel=first.channel, language=first.language).order_by("version")
    assert [(row.version, row.status) for row in rows] == [(1, "retired"), (2, "published")]


def test_an_own_text_stays_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    load_templates()
    first, *rest = library()
    rows = Template.objects.filter(code=first.code, channel=first.channel, language=first.language)
    rows.update(status="retired")
    Template.objects.create(
        code=first.code, channel=first.channel, language=first.language, version=2, body="Nuestro texto", origin="own"
    )
    monkeypatch.setattr(loading, "library", lambda: (changed(first), *rest))
    load_templates()
    assert list(rows.order_by("version").values_list("version", "origin", "status")) == [
        (1, "library", "retired"),
        (2, "own", "published"),
        (3, "library", "draft"),
    ]
    assert load_templates().same == len(library())


def test_loading_takes_a_fixed_number_of_queries(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(5):  # type: ignore[operator]
        load_templates()
