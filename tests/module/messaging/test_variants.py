"""Which of several published texts a person gets: language first, then form of address, segment and country."""

from typing import Any

import pytest

from acuerdo.messaging.models import Template
from acuerdo.messaging.queries import Variant, published_templates, template_for

pytestmark = pytest.mark.django_db


def text(body: str, **fields: Any) -> None:
    Template.objects.create(**{"code": "aviso", "channel": "sms", "body": body, **fields})


@pytest.fixture(autouse=True)
def texts() -> None:
    text("general")
    text("en", language="en")
    text("pe", country="PE")
    text("campo", segment="rural")
    text("campo pe", segment="rural", country="PE")
    text("tuteo", form_of_address="tu")
    text("borrador", country="MX", status="draft")


@pytest.mark.parametrize(
    ("language", "variant", "expected"),
    [
        ("es", Variant(), "general"),
        ("en", Variant(), "en"),
        ("fr", Variant(), "general"),  # no such language: Spanish
        ("es", Variant(country="PE"), "pe"),
        ("es", Variant(country="CO"), "general"),
        ("es", Variant(country="MX"), "general"),  # a draft is never sent
        ("es", Variant(segment="rural"), "campo"),
        ("es", Variant(segment="rural", country="PE"), "campo pe"),
        ("es", Variant(segment="rural", country="CO"), "campo"),
        ("es", Variant(form_of_address="tu"), "tuteo"),
        ("es", Variant(form_of_address="vos"), "general"),  # none in vos: usted, never tú
        ("es", Variant(form_of_address="vos", country="PE"), "pe"),
    ],
)
def test_the_closest_text_is_chosen(language: str, variant: Variant, expected: str) -> None:
    found = template_for(published_templates(["aviso"]), "aviso", "sms", language, variant)
    assert found is not None
    assert found.body == expected


def test_the_newest_version_of_a_variant_is_chosen() -> None:
    text("pe 2", country="PE", version=2)
    found = template_for(published_templates(["aviso"]), "aviso", "sms", "es", Variant(country="PE"))
    assert found is not None
    assert found.body == "pe 2"
    assert template_for(published_templates(["otro"]), "otro", "sms", "es") is None
