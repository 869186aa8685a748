"""The library of templates: list, editor with live findings and preview, a new text, and the tone of any text."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from acuerdo.base import clock
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import (
    FIELDS,
    MAY_DECIDE,
    MAY_WRITE,
    Finding,
    TemplateText,
    check_tone,
    create_template,
    html_letter,
    judge_template,
    preview,
    remedy,
    sample_values,
    save_template,
    text_of,
    whatsapp_category,
)
from acuerdo.workspace import wording
from acuerdo.workspace.access import ADMIN, AGENT, COMPLIANCE, DIRECTOR, SUPERVISOR, allow, user_of
from acuerdo.workspace.tables import Template
from acuerdo.workspace.templates_library import queries
from acuerdo.workspace.templates_library.diff import changes
from acuerdo.workspace.templates_library.forms import NewTemplateForm
from acuerdo.workspace.templates_library.wording import (
    CATEGORIES,
    EVENTS,
    FORMS,
    LANGUAGES,
    MEANT,
    PROBLEMS,
    PROVIDER_STATES,
    REFUSALS,
    RULES,
    SEVERITIES,
    STATUSES,
    WHYS,
)

PAGE_ROWS = 40
TEXT_LENGTH_MAX = 8000
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """What a person may receive, as it is written, with what it costs in its worst case."""
    filters = queries.read_filters(request.GET.dict(), (get_language() or "es")[:2])
    page = Paginator(queries.list_templates(filters), PAGE_ROWS).get_page(request.GET.get("page", "1"))
    context = {
        "filters": filters,
        "page": page,
        "rows": [_listed(row) for row in page.object_list],
        "channels": [(code, word) for code, word in wording.CHANNELS.items() if code in _TEXT_CHANNELS],
        "stages": [*wording.STAGES.items(), ("general", _("General"))],
        "purposes": list(wording.PURPOSES.items()),
        "languages": list(LANGUAGES.items()),
        "statuses": [(code, word) for code, (word, _tone) in STATUSES.items()],
        "forms": list(FORMS.items()),
        "may_write": _may(request, MAY_WRITE),
        "waiting": Template.objects.filter(status="submitted").count(),
    }
    return render(request, "workspace/templates_library/list.html", context)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = NewTemplateForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            made = create_template(form.told(), by=user_of(request), now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(REFUSALS.get(refusal.code, refusal.message)))
        else:
            return redirect("workspace:templates_library:page", uid=made.uid)
    return render(request, "workspace/templates_library/new.html", {"form": form}, status=status)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """One version: its words, what is found in them, how it reads, what changed and who decided. POST keeps a draft."""
    row = _template(uid)
    if request.method == "POST":
        words = {name: _posted(request, name) for name in ("subject", "body", "note")}
        save_template(row.pk, **words, by=user_of(request), now=clock.now())
        messages.success(request, _("Borrador guardado."))
        return redirect("workspace:templates_library:page", uid=uid)
    return render(request, "workspace/templates_library/page.html", _page_context(request, row))


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_POST
def judged(request: HttpRequest, uid: str) -> HttpResponse:
    """Findings and preview of what stands in the editor right now; nothing is kept."""
    text = _typed(_template(uid), subject=_posted(request, "subject"), body=_posted(request, "body"))
    context = _judged_context(request, text, request.POST.get("row", queries.WORST))
    return render(request, "workspace/templates_library/judged.html", context)


@allow(SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_GET
@xframe_options_sameorigin
def letter(request: HttpRequest, uid: str) -> HttpResponse:
    """The kept text as the HTML letter that is sent, for a frame where nothing runs or loads."""
    row = _template(uid)
    if row.channel != "email":
        raise Http404
    shown = _preview(request, text_of(row), request.GET.get("row", queries.WORST))
    if shown is None:
        raise Http404
    made = html_letter(
        subject=shown.preview.subject, body=shown.preview.body, sender=FIELDS["acreedor"].sample, language=row.language,
        link=FIELDS["enlace"].sample,
    )  # fmt: skip
    answer = HttpResponse(made)
    answer["Content-Security-Policy"] = LETTER_POLICY
    return answer


@allow(AGENT, SUPERVISOR, DIRECTOR, COMPLIANCE, ADMIN)
@require_POST
def tone(request: HttpRequest) -> HttpResponse:
    """How any text sounds, for a note or an answer being typed: `field` names it, `box` is where a suggestion goes."""
    field = request.POST.get("field", "text")
    text = _posted(request, field)
    found = check_tone(text, channel=request.POST.get("channel", "call"))
    box = request.POST.get("box", field)
    context = {"findings": [_for_note(one) for one in _findings(text, found.findings, box)], "is_note": True}
    return render(request, "workspace/templates_library/findings.html", context)


def _page_context(request: HttpRequest, row: Any) -> dict[str, Any]:
    user = user_of(request)
    versions = queries.versions_of(row)
    before = next((one for one in versions if one.version < row.version), None)
    status, tone_name = STATUSES[row.status]
    return {
        "template": row,
        "title": _title(row.code),
        "status": status,
        "tone": tone_name,
        "form_word": FORMS.get(row.form_of_address, row.form_of_address),
        "language_word": LANGUAGES.get(row.language, row.language),
        "category": CATEGORIES[whatsapp_category(row.purpose)] if row.channel == "whatsapp" else "",
        "provider_word": PROVIDER_STATES.get(row.provider_state, row.provider_state),
        "provider_states": list(PROVIDER_STATES.items()),
        "is_editable": row.status == "draft" and _may(request, MAY_WRITE),
        "may_write": _may(request, MAY_WRITE),
        "may_decide": _may(request, MAY_DECIDE),
        "is_own": row.written_by == user.username,
        "versions": [(one, *STATUSES[one.status]) for one in versions],
        "before": before,
        "subject_changes": changes(before.subject, row.subject) if before and before.subject != row.subject else [],
        "body_changes": changes(before.body, row.body) if before else [],
        "history": [(entry, EVENTS.get(entry.action, entry.action)) for entry in queries.history_of(row)],
        "fields": [(name, field.says) for name, field in FIELDS.items()],
        "people": queries.people_to_preview(user),
        "max_length": TEXT_LENGTH_MAX,
        **_judged_context(request, text_of(row), request.GET.get("row", queries.WORST)),
    }


def _judged_context(request: HttpRequest, text: TemplateText, row: str) -> dict[str, Any]:
    judgement = judge_template(text)
    shown = _preview(request, text, row)
    return {
        "judgement": judgement,
        "findings": _findings(text.subject, judgement.subject_findings, "subject")
        + _findings(text.body, judgement.tone.findings, "body"),
        "problems": [_problem_words(one) for one in judgement.problems],
        "shown": shown,
        "row": row,
        "channel": text.channel,
        "saved_parts": _saved(shown),
    }


def _problem_words(problem: Any) -> str:
    """The problem in the reader's language; Spanish has the fuller sentence."""
    if (get_language() or "es").startswith("es"):
        return str(problem.message)
    said = str(PROBLEMS.get(problem.code, problem.message)) % {"line": problem.line, "field": problem.field}
    return f"{said} {MEANT % {'near': problem.near}}" if problem.near else said


def _saved(shown: queries.Shown | None) -> int:
    """SMS parts that turning accents into plain letters saves."""
    if shown is None or shown.preview.cost is None:
        return 0
    return int(shown.preview.cost_with_accents.count - shown.preview.cost.count)


def _preview(request: HttpRequest, text: TemplateText, row: str) -> queries.Shown | None:
    try:
        return queries.preview_with(text, row, user_of(request), clock.now())
    except ValueError:  # the problems beside it say what is wrong with the template
        return None


def _findings(text: str, found: Sequence[Finding], field: str) -> list[dict[str, Any]]:
    return [
        {
            "rule": RULES.get(one.rule, one.rule),
            "severity": SEVERITIES[one.severity][0],
            "tone": SEVERITIES[one.severity][1],
            "text": one.text,
            "why": WHYS.get(one.rule, one.why),
            "suggestion": one.suggestion,
            "field": field,
            "place": (_units(text, one.start), _units(text, one.end)),
            "remedy": _remedy_of(text, one),
        }
        for one in found
    ]


def _for_note(finding: dict[str, Any]) -> dict[str, Any]:
    """A note is warned about, never stopped; what a template would fill in is of no use in it."""
    word, tone_name = SEVERITIES["warn"]
    is_plain = "{" not in finding["suggestion"]
    return {
        **finding, "severity": word, "tone": tone_name,
        "remedy": finding["remedy"] if is_plain else None, "suggestion": finding["suggestion"] if is_plain else "",
    }  # fmt: skip


def _remedy_of(text: str, finding: Finding) -> dict[str, Any] | None:
    found = remedy(text, finding)
    if found is None:
        return None
    return {"start": _units(text, found.start), "end": _units(text, found.end), "text": found.replacement}


def _units(text: str, position: int) -> int:
    """A position as a browser counts it: in units of UTF-16."""
    return len(text[:position].encode("utf-16-le")) // 2


def _listed(row: Any) -> dict[str, Any]:
    word, tone_name = STATUSES[row.status]
    return {
        "template": row,
        "title": _title(row.code),
        "url": reverse("workspace:templates_library:page", args=[row.uid]),
        "status": word,
        "tone": tone_name,
        "parts": _worst_parts(row) if row.channel == "sms" else None,
    }


def _worst_parts(row: Any) -> int | None:
    """How many SMS the text takes at worst; None while a draft cannot be rendered."""
    try:
        cost = preview(text_of(row), sample_values(row.language)).cost
    except ValueError:  # the editor says what is wrong with it
        return None
    return cost.count if cost is not None else None


def _title(code: str) -> str:
    """`plan_cuota_por_vencer` → `Plan cuota por vencer`: the code is a name that people gave."""
    return code.replace("_", " ").capitalize()


def _typed(row: Any, *, subject: str, body: str) -> TemplateText:
    kept = text_of(row)
    return TemplateText(
        channel=kept.channel, language=kept.language, purpose=kept.purpose, subject=subject, body=body, code=kept.code,
        country=kept.country, form_of_address=kept.form_of_address,
    )  # fmt: skip


def _posted(request: HttpRequest, name: str) -> str:
    """A text as it was typed: browsers send line ends as CR LF."""
    return request.POST.get(name, "").replace("\r\n", "\n")[:TEXT_LENGTH_MAX]


def _template(uid: str) -> Any:
    return get_object_or_404(Template, uid=uid)


def _may(request: HttpRequest, roles: Any) -> bool:
    user = user_of(request)
    return user.role in roles and user.agency_id is None


_TEXT_CHANNELS = ("sms", "whatsapp", "email", "voice", "letter")
