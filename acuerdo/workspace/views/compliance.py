"""Compliance: the gate's verdicts of a day, and one person's expediente."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from acuerdo.base import clock
from acuerdo.messaging.public import sent_texts
from acuerdo.policy.public import make_expediente
from acuerdo.workspace import wording
from acuerdo.workspace.access import COMPLIANCE, DIRECTOR, allow, user_of
from acuerdo.workspace.exports import csv_response
from acuerdo.workspace.queries import compliance as queries
from acuerdo.workspace.views.board import asked_day
from acuerdo.workspace.views.debtor import load_person

PAGE_ROWS = 50


@allow(COMPLIANCE, DIRECTOR)
@require_GET
def compliance(request: HttpRequest) -> HttpResponse:
    day, filters = asked_day(request), queries.read_verdict_filters(request.GET)
    every = queries.verdicts_of(user_of(request), day)
    page = Paginator(queries.narrowed(every, filters), PAGE_ROWS).get_page(request.GET.get("page", "1"))
    rows = [
        {"verdict": one, "said": wording.rule_word(one.first_rule), "citation": wording.rule_citation(one.first_rule)}
        for one in page.object_list
    ]
    context = {
        "day": day,
        "filters": filters,
        "summary": queries.verdict_day(every),
        "page": page,
        "rows": rows,
        "channels": [(code, word) for code, word in wording.CHANNELS.items() if code],
        "outcomes": [(code, wording.OUTCOMES[code]) for code in (*queries.OUTCOMES, "all")],
        "outcome_words": wording.OUTCOMES,
    }
    return render(request, "workspace/compliance.html", context)


@allow(COMPLIANCE, DIRECTOR)
@require_GET
def compliance_export(request: HttpRequest) -> HttpResponse:
    day, filters = asked_day(request), queries.read_verdict_filters(request.GET)
    header = [
        _("momento"),
        _("titular"),
        _("documento"),
        _("canal"),
        _("respuesta"),
        _("regla"),
        _("artículo"),
        _("quién preguntó"),
        _("recibo"),
    ]
    found = queries.narrowed(queries.verdicts_of(user_of(request), day), filters)
    rows = (
        [
            one.at.isoformat(), one.debtor.full_name, wording.masked(one.debtor.id_number), one.channel, one.verdict,
            one.first_rule, wording.rule_citation(one.first_rule), one.actor, one.uid,
        ]
        for one in found.iterator(chunk_size=2_000)
    )  # fmt: skip
    return csv_response(f"veredictos-{day:%Y-%m-%d}.csv", header, rows)


@allow(COMPLIANCE, DIRECTOR)
@require_POST
def expediente(request: HttpRequest, uid: str) -> HttpResponse:
    """Everything recorded of one person, as a zip that verifies offline; noted in the audit trail."""
    person = load_person(request, str(uid)).debtor
    made = make_expediente(str(person.uid), texts=sent_texts, actor=user_of(request).username, now=clock.now())
    answer = HttpResponse(made.archive, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="expediente-{person.uid}.zip"'
    return answer
