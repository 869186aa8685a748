"""Bringing the product's texts into the installation. A text that changed becomes a new version; an own text is never touched."""

from dataclasses import dataclass

from django.db import transaction

from acuerdo.base.locks import lock_name
from acuerdo.messaging.models import Template
from acuerdo.messaging.rules.library import LibraryText, library


@dataclass(frozen=True, slots=True)
class Loaded:
    """Texts that were new, changed, and as they were."""

    new: int
    changed: int
    same: int


@transaction.atomic
def load_templates() -> Loaded:
    """Publishes the library's texts. Twice changes nothing. Where an own text is in force, the library's comes as a draft."""
    lock_name("messaging:library")
    rows = Template.objects.filter(country="", segment="", form_of_address="usted").order_by("version")
    newest = {(row.code, row.channel, row.language, row.origin): row for row in rows}
    in_force = {(row.code, row.channel, row.language): row for row in rows if row.status == "published"}
    versions = {(row.code, row.channel, row.language): row.version for row in rows}
    made, retired, same = [], [], 0
    for text in library():
        key = (text.code, text.channel, text.language)
        known = newest.get((*key, "library"))
        if known is not None and _is_same(known, text):
            same += 1
            continue
        current = in_force.get(key)
        is_own = current is not None and current.origin == "own"
        if current is not None and not is_own:
            retired.append(current.pk)
        made.append(_version(text, versions.get(key, 0) + 1, "draft" if is_own else "published"))
    Template.objects.filter(pk__in=retired).update(status="retired")
    Template.objects.bulk_create(made)
    return Loaded(new=len(made) - len(retired), changed=len(retired), same=same)


def _is_same(row: Template, text: LibraryText) -> bool:
    return (row.subject, row.body, row.stage, row.situation, row.purpose) == (
        text.subject, text.body, text.stage, text.situation, text.purpose,
    )  # fmt: skip


def _version(text: LibraryText, version: int, status: str) -> Template:
    return Template(
        code=text.code,
        channel=text.channel,
        language=text.language,
        version=version,
        stage=text.stage,
        situation=text.situation,
        purpose=text.purpose,
        subject=text.subject,
        body=text.body,
        status=status,
        origin="library",
    )
