"""Letters on their way to the post: the PDFs that left, who fetched them for the printer, and who posted them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min

from acuerdo.base.audit import write_audit
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.actions.notices import ask_to_note_letters
from acuerdo.messaging.models import LetterMark, Message

POSTERS = frozenset({Role.SUPERVISOR, Role.DIRECTOR, Role.ADMIN})
_LEFT = ("sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class LetterBatch:
    """One PDF with its list. `is_there`: both files lie in the data folder."""

    name: str
    letters: int
    made_at: datetime
    is_there: bool
    mark: LetterMark


def letters_folder() -> Path:
    """Where the letters' files lie, readable by the installation's account only."""
    return Path(settings.DATA_FOLDER) / "letters"


def letter_batches(creditor_ids: Collection[int], *, limit: int = 200) -> list[LetterBatch]:
    """The newest batches whose letters are all of these creditors: one file cannot be shown in part. Two queries."""
    left = Message.objects.filter(channel="letter", state__in=_LEFT).exclude(provider_ref="")
    others = left.exclude(creditor_id__in=creditor_ids).values("provider_ref")
    found = left.exclude(provider_ref__in=others).values("provider_ref")
    rows = list(found.annotate(letters=Count("pk"), made_at=Min("sent_at")).order_by("-made_at")[:limit])
    marks = {mark.name: mark for mark in LetterMark.objects.filter(name__in=[row["provider_ref"] for row in rows])}
    return [
        LetterBatch(
            row["provider_ref"], row["letters"], row["made_at"], letter_file(row["provider_ref"], "pdf") is not None,
            marks.get(row["provider_ref"]) or LetterMark(name=row["provider_ref"]),
        )
        for row in rows
    ]  # fmt: skip


def letter_file(name: str, kind: str) -> Path | None:
    """A batch's PDF or list; None when it is not there. `name` is one that `letter_batches` gave."""
    path = letters_folder() / Path(name).with_suffix(f".{kind}").name
    return path if path.is_file() else None


@transaction.atomic
def note_fetched(name: str, *, by: User, now: datetime) -> None:
    """Somebody took the PDF for the printer; the first stays named."""
    mark = _mark(name, by)
    if mark.fetched_at is None:
        mark.fetched_at, mark.fetched_by = now, by.username
        mark.save(update_fields=["fetched_at", "fetched_by"])
    _written("letters.fetched", name, by, now)


@transaction.atomic
def note_posted(name: str, *, by: User, now: datetime) -> LetterMark:
    """Somebody took the letters to the post. Refuses `letters-not-fetched` before anybody fetched them; twice is once."""
    mark = _mark(name, by)
    if mark.fetched_at is None:
        raise Refusal("letters-not-fetched", "Descargue primero las cartas para imprimirlas.")
    if mark.posted_at is None:
        mark.posted_at, mark.posted_by = now, by.username
        mark.save(update_fields=["posted_at", "posted_by"])
        _written("letters.posted", name, by, now)
        ask_to_note_letters(name)
    return mark


def _mark(name: str, by: User) -> LetterMark:
    if by.role not in POSTERS or by.agency_id is not None:
        raise Refusal("not-allowed", "Su perfil no maneja las cartas.")
    LetterMark.objects.bulk_create([LetterMark(name=name)], ignore_conflicts=True)
    return LetterMark.objects.select_for_update().get(name=name)


def _written(action: str, name: str, by: User, now: datetime) -> None:
    write_audit(chain="messaging", action=action, actor=by.username, subject=("letters", name), payload={}, now=now)
