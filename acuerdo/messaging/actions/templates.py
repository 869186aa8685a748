"""Writing, submitting, approving and retiring templates. Each change leaves a line in the audit; two people read every text.

A published version is never edited: a change is a new version, and publishing it retires the one before.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_name
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.models import Template
from acuerdo.messaging.rules.approval import PROVIDER_STATES, TemplateEvent, may_approve, next_template_state
from acuerdo.messaging.rules.judgement import TemplateText, judge_template

CHAIN = "templates"
MAY_WRITE = frozenset({Role.SUPERVISOR, Role.DIRECTOR, Role.COMPLIANCE})
MAY_DECIDE = frozenset({Role.DIRECTOR, Role.COMPLIANCE})
LANGUAGES = ("es", "en")
FORMS = ("usted", "tu", "vos")
CHANNELS = ("sms", "whatsapp", "email", "voice", "letter")


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """Which text and for whom. The five that name the variant cannot change later."""

    code: str
    channel: str
    language: str = "es"
    country: str = ""
    segment: str = ""
    form_of_address: str = "usted"
    stage: str = ""
    situation: str = ""
    purpose: str = "collection"
    subject: str = ""
    body: str = ""


def text_of(row: Template) -> TemplateText:
    """A version as the judgement reads it."""
    return TemplateText(
        channel=row.channel,
        language=row.language,
        purpose=row.purpose,
        subject=row.subject,
        body=row.body,
        code=row.code,
        country=row.country.lower(),
        form_of_address=row.form_of_address,
    )


@transaction.atomic
def create_template(told: NewTemplate, *, by: User, now: datetime) -> Template:
    """A first draft. Refuses `not-allowed`, `template-odd` and `template-known` when that variant exists already."""
    _require(by, MAY_WRITE)
    if told.channel not in CHANNELS or told.language not in LANGUAGES or told.form_of_address not in FORMS:
        raise Refusal("template-odd", "Elija un canal, un idioma y un trato de la lista.")
    lock_name("messaging:library")
    if Template.objects.filter(**_variant(told)).exists():
        raise Refusal("template-known", "Ya existe esa plantilla. Ábrala y cree una versión nueva.")
    row = Template(
        **_variant(told), version=1, stage=told.stage, situation=told.situation, purpose=told.purpose,
        subject=told.subject, body=told.body, status="draft", origin="own", written_by=by.username,
    )  # fmt: skip
    row.save()
    return _written(row, "template.created", by, now)


@transaction.atomic
def begin_version(template_id: int, *, by: User, now: datetime) -> Template:
    """A draft with the same text, one version later; the present draft of the variant if there is one already."""
    _require(by, MAY_WRITE)
    lock_name("messaging:library")
    source = Template.objects.get(pk=template_id)
    same = Template.objects.filter(**_variant(source))
    open_draft = same.filter(status__in=("draft", "submitted")).order_by("-version").first()
    if open_draft is not None:
        return open_draft
    newest = same.order_by("-version").values_list("version", flat=True)[0]
    row = Template(
        **_variant(source), version=newest + 1, stage=source.stage, situation=source.situation, purpose=source.purpose,
        subject=source.subject, body=source.body, status="draft", origin="own", written_by=by.username,
        provider_name=source.provider_name,
    )  # fmt: skip
    row.save()
    return _written(row, "template.version-begun", by, now, {"from": source.version})


@transaction.atomic
def save_template(template_id: int, *, subject: str, body: str, note: str, by: User, now: datetime) -> Template:
    """The words of a draft. Refuses `not-allowed` and `template-state` for what is no draft any more."""
    _require(by, MAY_WRITE)
    row = _locked(template_id)
    if row.status != "draft":
        raise Refusal("template-state", "Solo un borrador se puede editar. Cree una versión nueva.")
    row.subject, row.body, row.note = subject.strip()[:160], body.strip(), note.strip()[:300]
    row.written_by = by.username
    row.save(update_fields=["subject", "body", "note", "written_by"])
    return _written(row, "template.saved", by, now)


@transaction.atomic
def submit_template(template_id: int, *, by: User, now: datetime) -> Template:
    """Hands a draft to a second person. Refuses `template-blocked` while the text has problems or would hurt somebody."""
    _require(by, MAY_WRITE)
    row = _locked(template_id)
    _move(row, "submit")
    _require_fit(row)
    row.submitted_at = now
    row.save(update_fields=["status", "submitted_at"])
    return _written(row, "template.submitted", by, now)


@transaction.atomic
def approve_template(template_id: int, *, by: User, now: datetime) -> Template:
    """Publishes a submitted text; the version in force retires. Refuses `same-person` and what submitting refuses."""
    _require(by, MAY_DECIDE)
    lock_name("messaging:library")
    row = _locked(template_id)
    _move(row, "approve")
    if not may_approve(written_by=row.written_by, approver=by.username):
        raise Refusal("same-person", "Otra persona debe aprobar lo que usted escribió.")
    _require_fit(row)
    in_force = Template.objects.filter(**_variant(row), status="published").exclude(pk=row.pk)
    in_force.update(status="retired")
    row.decided_by, row.decided_at = by.username, now
    row.save(update_fields=["status", "decided_by", "decided_at"])
    return _written(row, "template.approved", by, now)


@transaction.atomic
def send_back_template(template_id: int, note: str, *, by: User, now: datetime) -> Template:
    """Returns a submitted text to its writer with what to change. Refuses `note-missing`."""
    _require(by, MAY_DECIDE)
    row = _locked(template_id)
    _move(row, "send_back")
    if not note.strip():
        raise Refusal("note-missing", "Diga qué hay que cambiar.")
    row.note, row.decided_by, row.decided_at = note.strip()[:300], by.username, now
    row.save(update_fields=["status", "note", "decided_by", "decided_at"])
    return _written(row, "template.sent-back", by, now)


@transaction.atomic
def retire_template(template_id: int, *, by: User, now: datetime) -> Template:
    """Takes a text out of use; a draft may be discarded by whoever may write."""
    row = _locked(template_id)
    _require(by, MAY_WRITE if row.status == "draft" else MAY_DECIDE)
    _move(row, "retire")
    row.decided_by, row.decided_at = by.username, now
    row.save(update_fields=["status", "decided_by", "decided_at"])
    return _written(row, "template.retired", by, now)


@transaction.atomic
def record_provider_state(template_id: int, *, name: str, state: str, note: str, by: User, now: datetime) -> Template:
    """What the provider of WhatsApp answered about a text. Refuses `provider-state-odd`."""
    _require(by, MAY_DECIDE)
    if state not in PROVIDER_STATES:
        raise Refusal("provider-state-odd", "Ese estado del proveedor no existe.")
    row = _locked(template_id)
    row.provider_name, row.provider_state, row.provider_note = name.strip()[:60], state, note.strip()[:200]
    row.save(update_fields=["provider_name", "provider_state", "provider_note"])
    return _written(row, "template.provider-state", by, now, {"state": state})


def _require(by: User, roles: frozenset[Role]) -> None:
    if by.role not in roles or by.agency_id is not None:
        raise Refusal("not-allowed", "Su perfil no puede cambiar las plantillas.")


def _variant(told: NewTemplate | Template) -> dict[str, Any]:
    return {
        "code": told.code, "channel": told.channel, "language": told.language, "country": told.country,
        "segment": told.segment, "form_of_address": told.form_of_address,
    }  # fmt: skip


def _locked(template_id: int) -> Template:
    return Template.objects.select_for_update().get(pk=template_id)


def _move(row: Template, event: TemplateEvent) -> None:
    row.status = next_template_state(row.status, event)


def _require_fit(row: Template) -> None:
    judgement = judge_template(text_of(row))
    if judgement.may_be_sent:
        return
    found = [problem.message for problem in judgement.problems]
    findings = (*judgement.tone.findings, *judgement.subject_findings)
    found += [f"«{one.text}»: {one.why}" for one in findings if one.severity == "block"]
    raise Refusal("template-blocked", found[0])


def _written(row: Template, action: str, by: User, now: datetime, payload: dict[str, Any] | None = None) -> Template:
    row.refresh_from_db()
    subject = ("template", str(row.uid))
    facts = {"code": row.code, "channel": row.channel, "language": row.language, "version": row.version}
    write_audit(
        chain=CHAIN, action=action, actor=by.username, subject=subject, payload=facts | (payload or {}), now=now
    )
    return row
