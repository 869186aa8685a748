"""What the template screens read: the list with its filters, the versions of a text, and real people to preview with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from acuerdo.base.models import AuditEntry, User
from acuerdo.messaging.public import (
    TOLD_FIELDS,
    TemplateText,
    Wanted,
    gather,
    preview,
    sample_values,
    source_of,
    values_of,
)
from acuerdo.workspace import wording
from acuerdo.workspace.queries.scope import obligations_of
from acuerdo.workspace.tables import Template
from acuerdo.workspace.templates_library.wording import FORMS, LANGUAGES, STATUSES

IN_USE = ("draft", "submitted", "published")
PEOPLE_SHOWN = 8
HISTORY_SHOWN = 20
WORST, USUAL = "worst", "usual"


@dataclass(frozen=True, slots=True)
class Filters:
    """Each empty: all. `status` empty: all that are not retired."""

    q: str = ""
    channel: str = ""
    language: str = ""
    stage: str = ""
    purpose: str = ""
    status: str = ""
    form: str = ""

    @property
    def is_narrow(self) -> bool:
        return any((self.q, self.channel, self.stage, self.purpose, self.status, self.form))


def read_filters(asked: Mapping[str, str], language: str) -> Filters:
    """What the address asks for; unknown values are ignored. The reader's language unless another is asked."""
    known: dict[str, Mapping[str, object]] = {
        "channel": wording.CHANNELS, "stage": {**wording.STAGES, "general": ""}, "purpose": wording.PURPOSES,
        "status": STATUSES, "form": FORMS,
    }  # fmt: skip
    chosen = {name: asked.get(name, "") for name in known}
    valid = {name: value if value in known[name] else "" for name, value in chosen.items()}
    wanted = asked.get("language", language)
    return Filters(q=asked.get("q", "").strip()[:60], language=wanted if wanted in LANGUAGES else "", **valid)


def list_templates(filters: Filters) -> QuerySet[Any]:
    """The library is the lender's own and holds nobody's data: whoever may open the screen sees all of it."""
    exact = {
        "channel": filters.channel, "language": filters.language, "purpose": filters.purpose, "status": filters.status,
        "form_of_address": filters.form,
    }  # fmt: skip
    found = Template.objects.filter(**{name: value for name, value in exact.items() if value})
    if not filters.status:
        found = found.filter(status__in=IN_USE)
    if filters.stage:
        found = found.filter(stage="" if filters.stage == "general" else filters.stage)
    for word in filters.q.split():
        found = found.filter(Q(code__icontains=word) | Q(body__icontains=word) | Q(subject__icontains=word))
    ordered: QuerySet[Any] = found.order_by(
        "code", "channel", "language", "country", "segment", "form_of_address", "-version"
    )
    return ordered


def versions_of(row: Any) -> list[Any]:
    """Every version of the same variant, newest first."""
    same = Template.objects.filter(
        code=row.code, channel=row.channel, language=row.language, country=row.country, segment=row.segment,
        form_of_address=row.form_of_address,
    )  # fmt: skip
    return list(same.order_by("-version"))


def history_of(row: Any) -> list[AuditEntry]:
    """Who did what with this version, newest first."""
    entries = AuditEntry.objects.filter(subject_type="template", subject_uid=str(row.uid), chain="templates")
    return list(entries.order_by("-sequence")[:HISTORY_SHOWN])


def people_to_preview(user: User) -> list[Any]:
    """A few obligations that the user may see and that have something to say, those of several first."""
    rows = obligations_of(user).filter(account__balance_minor__gt=0, gone_on__isnull=True)
    return list(rows.select_related("debtor", "creditor").order_by("-account__days_past_due", "pk")[:PEOPLE_SHOWN])


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview and the fields that the example filled because the person has no value for them."""

    preview: Any
    from_example: tuple[str, ...] = ()
    of_whom: str = ""


def preview_with(text: TemplateText, row: str, user: User, now: datetime) -> Shown:
    """The text in its worst case, in a usual case, or for an obligation's uid. Raises ValueError for a broken template."""
    worst, worst_items = sample_values(text.language)
    if row == USUAL:
        return Shown(preview(text, ({**worst, **_usual(text.language)}, worst_items[:1])))
    obligation = _visible(row, user)
    if obligation is None:
        return Shown(preview(text, (worst, worst_items)))
    wanted = Wanted(obligation.debtor_id, obligation.creditor_id, (obligation.pk,), text.channel, text.code, {})
    facts = source_of(gather([wanted]), wanted, now).facts
    if facts is None:
        return Shown(preview(text, (worst, worst_items)))
    values, items = values_of(facts)
    holes = [name for name in preview(text, (values, items)).holes if name in _EXAMPLE]
    filled = {**values, **{name: worst[name] for name in holes}}
    return Shown(preview(text, (filled, items)), tuple(holes), obligation.debtor.full_name)


_EXAMPLE = TOLD_FIELDS | {"promesa_valor", "promesa_fecha", "promesa_pagado", "pago_valor", "pago_fecha", "enlace"}


def _visible(uid: str, user: User) -> Any:
    if len(uid) != 36:
        return None
    return obligations_of(user).filter(uid=uid).select_related("debtor").first()


def _usual(language: str) -> dict[str, str]:
    product = "Personal loan" if language == "en" else "Crédito de consumo"
    return {
        "nombre": "Ana Ruiz", "nombre_preferido": "Ana", "acreedor": "Banco Andino", "producto": product, "varias": "",
        "saldo_vencido": "$ 185.000", "cuota": "$ 185.000", "dias_mora": "12", "formas_de_pago": "PSE",
    }  # fmt: skip
