"""Reading strategies and the worklist. What a user asks for starts from the obligations visible to that user."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import published_texts
from acuerdo.messaging.rules.library import library
from acuerdo.negotiation.public import script_names
from acuerdo.portfolio.public import visible_to
from acuerdo.strategy.engine.learned import Learned, models_from_json
from acuerdo.strategy.models import Decision, DecisionRun, DecisionState, ModelVersion, Strategy, VariantPause
from acuerdo.strategy.rules.checking import Finding, KnownText, check_document, lines_of
from acuerdo.strategy.rules.document import Costs, StrategyDocument
from acuerdo.strategy.rules.guarding import VariantFigures, cost_in_hundredths
from acuerdo.strategy.rules.reasons import say
from acuerdo.strategy.rules.yaml_text import line_numbers, read_strategy

PAGE_ROWS = 25
OPEN_STATES = (DecisionState.PLANNED, DecisionState.QUEUED)


@dataclass(frozen=True, slots=True)
class Why:
    """One obligation's day in words. `channel` empty: no contact, and `sentences` say why not, the main reason first."""

    run_on: date
    stage: str
    segment: str
    step: str
    channel: str
    planned_at: datetime | None
    state: str
    codes: list[str]
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class Drop:
    code: str
    sentence: str
    rows: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """From the portfolio to contacts: every drop named; `states` counts what became of the planned ones until now."""

    run_on: date
    portfolio: int
    people: int
    drops: list[Drop]
    contacts: dict[str, int]
    states: dict[str, int]


@dataclass(frozen=True, slots=True)
class Wish:
    """One message to send: the leading obligation and those of the same person and creditor that join it."""

    run_on: date
    debtor_id: int
    creditor_id: int
    obligation_ids: tuple[int, ...]
    channel: str
    template: str
    purpose: str
    planned_at: datetime


def published_strategy() -> Strategy | None:
    """The version in force: the one published last."""
    return Strategy.objects.filter(status="published").order_by("-published_at", "-pk").first()


def strategy_version(code: str, version: int | None = None) -> Strategy:
    """A version, or the newest; refuses `strategy-unknown`."""
    found = Strategy.objects.filter(code=code).order_by("-version")
    strategy = found.filter(version=version).first() if version is not None else found.first()
    if strategy is None:
        raise Refusal(
            "strategy-unknown", f"No hay una estrategia «{code}»" + (f" versión {version}." if version else ".")
        )
    return strategy


def document_of(strategy: Strategy) -> StrategyDocument:
    return _document(strategy.document)


@lru_cache(maxsize=16)
def _document(text: str) -> StrategyDocument:
    """Read once: a day asks for its strategy with every batch of messages, and reading the YAML takes a tenth of a second."""
    return read_strategy(text)


def known_texts() -> list[KnownText]:
    """The published texts of messaging, or the library's where none was loaded yet. One query."""
    rows: Sequence[Any] = list(published_texts()) or library()
    return [KnownText(row.code, row.channel, row.language, row.subject, row.body) for row in rows]


def template_codes() -> list[str]:
    """The codes that a step may name."""
    return sorted({text.code for text in known_texts()})


def portfolio_countries() -> list[str]:
    """Where the creditors of the portfolio are, two letters each."""
    creditors = Decision._meta.get_field("creditor").related_model
    return sorted(set(creditors._default_manager.values_list("country", flat=True)))


def check_text(text: str, now: datetime) -> list[tuple[int, Finding]]:
    """What a document that reads well may still get wrong in this installation, each with its line. Refuses `bad-strategy`."""
    document = read_strategy(text)
    found = check_document(document, known_texts(), portfolio_countries(), now, script_names())
    return lines_of(found, line_numbers(text))


def paused_variants(strategy_code: str) -> list[str]:
    """`experiment/variant` of those on pause."""
    rows = VariantPause.objects.filter(strategy_code=strategy_code, lifted_at__isnull=True)
    return sorted(rows.values_list("variant", flat=True))


def active_models() -> dict[str, Learned]:
    """The models that are on, by question: what a run scores with."""
    rows = ModelVersion.objects.filter(is_active=True).values("question", "version", "parameters", "report")
    return models_from_json(list(rows))


def exported_models() -> list[dict[str, Any]]:
    """The models that are on, as `acuerdo decide --models` reads them."""
    rows = ModelVersion.objects.filter(is_active=True).order_by("question")
    return [dict(row) for row in rows.values("question", "version", "parameters", "report")]


def models_of_run(run: DecisionRun) -> dict[str, Learned]:
    """The models that a run scored with."""
    used = dict(run.funnel.get("models", {}))
    rows = ModelVersion.objects.filter(question__in=used).values("question", "version", "parameters", "report")
    return models_from_json([row for row in rows if used[row["question"]] == row["version"]])


def paused_on(strategy_code: str, on: date) -> list[str]:
    """`experiment/variant` of those that stood on pause when a date was decided."""
    rows = VariantPause.objects.filter(strategy_code=strategy_code, paused_at__date__lte=on)
    return sorted(rows.exclude(lifted_at__date__lte=on).values_list("variant", flat=True))


_FIGURES = """
WITH led AS (
    SELECT d.variant, d.debtor_id, d.state, min(d.run_on) AS first_on
      FROM strategy_decision d
     WHERE d.run_on >= %(since)s AND d.is_lead
     GROUP BY d.variant, d.debtor_id, d.state, d.run_on
), people AS (SELECT variant, debtor_id, min(first_on) AS first_on FROM led GROUP BY variant, debtor_id),
told AS (
    SELECT p.variant, count(*) FILTER (WHERE h.kind = 'complaint') AS complaints,
           count(*) FILTER (WHERE h.kind = 'do_not_contact') AS opt_outs
      FROM people p JOIN policy_hold h ON h.debtor_id = p.debtor_id AND h.starts_at::date >= p.first_on
     GROUP BY p.variant
), promised AS (
    SELECT p.variant, count(*) AS judged, count(*) FILTER (WHERE n.state = 'broken') AS broken
      FROM people p JOIN negotiation_promise n ON n.debtor_id = p.debtor_id AND n.made_on >= p.first_on
     WHERE n.state IN ('kept', 'partly_kept', 'broken') GROUP BY p.variant
)
SELECT l.variant, count(*) FILTER (WHERE l.state IN ('queued', 'done')), count(*), count(*) FILTER (WHERE l.state = 'blocked'),
       COALESCE(max(t.complaints), 0), COALESCE(max(t.opt_outs), 0), COALESCE(max(r.judged), 0), COALESCE(max(r.broken), 0)
  FROM led l LEFT JOIN told t USING (variant) LEFT JOIN promised r USING (variant)
 GROUP BY l.variant ORDER BY l.variant
"""


_COSTED = """
SELECT d.variant, d.channel, a.currency, count(*) FROM strategy_decision d JOIN ledger_account a ON a.id = d.obligation_id
 WHERE d.run_on >= %(since)s AND d.is_lead AND d.state IN ('queued', 'done') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def variant_figures(since: date, document: StrategyDocument | None = None) -> list[VariantFigures]:
    """What happened to the people of each variant since a date: contacts, blocks, complaints, opt-outs, broken promises, and by
    the document's costs what the contacts cost. Whoever is in no experiment stands under the empty name. Two queries."""
    names = ("variant", "contacts", "planned", "blocked", "complaints", "opt_outs", "judged", "broken")
    costed: dict[str, list[tuple[str, str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COSTED, {"since": since})
        for variant, *row in cursor.fetchall():
            costed.setdefault(variant, []).append((row[0], row[1], row[2]))
        cursor.execute(_FIGURES, {"since": since})
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def cost_of(channel: str, currency: str) -> Decimal:
        costs = document.costs.get(currency, Costs()) if document is not None else Costs()
        return Decimal(getattr(costs, channel, 0))

    return [
        VariantFigures(**row, cost_minor=cost_in_hundredths(costed.get(row["variant"], []), cost_of)) for row in rows
    ]


def history(code: str) -> list[Strategy]:
    """Every version of a strategy, the newest first."""
    return list(Strategy.objects.filter(code=code).order_by("-version"))


def queue_for(user: User, on: date, filters: Q | None = None, page: int = 1) -> Page[Decision]:
    """A page of today's calls, most valuable first: an agent's own and those nobody holds; all for the others who may see them."""
    visible = visible_to(user).filter(pk=OuterRef("obligation_id"))
    rows: QuerySet[Decision] = Decision.objects.filter(
        Exists(visible), run_on=on, channel="call", is_lead=True, state__in=OPEN_STATES
    )
    if user.role == Role.AGENT:
        rows = rows.filter(Q(agent_id=user.pk) | Q(agent_id__isnull=True))
    if filters is not None:
        rows = rows.filter(filters)
    ordered = rows.select_related("debtor", "creditor", "obligation", "obligation__account").order_by(
        "-score", "obligation_id"
    )
    return Paginator(ordered, PAGE_ROWS).get_page(page)


def why(obligation_id: int, on: date, language: str = "es") -> Why | None:
    """Why this obligation is or is not contacted on a date; None when the date has no plan for it."""
    row = Decision.objects.filter(run_on=on, obligation_id=obligation_id).first()
    if row is None:
        return None
    return Why(
        run_on=on,
        stage=row.stage,
        segment=row.segment,
        step=row.step,
        channel=row.channel,
        planned_at=row.planned_at,
        state=row.state,
        codes=list(row.reasons),
        sentences=[say(code, language) for code in row.reasons],
    )


def funnel(on: date, language: str = "es") -> Funnel | None:
    """Totals of the date's run; None when there was none."""
    run = DecisionRun.objects.filter(run_on=on, finished_at__isnull=False).first()
    if run is None:
        return None
    states = Decision.objects.filter(run_on=on).exclude(channel="").values_list("state").annotate(rows=Count("*"))
    told = run.funnel
    return Funnel(
        run_on=on,
        portfolio=told["portfolio"],
        people=told["people"],
        drops=[Drop(code, say(code, language), rows) for code, rows in told["drops"].items()],
        contacts=told["contacts"],
        states=dict(states.order_by("state")),
    )


def earlier_prices(run_on: date) -> dict[str, float]:
    """The prices of the last run before a date, in scores a unit by resource: where that date's steps begin."""
    run = DecisionRun.objects.filter(run_on__lt=run_on).exclude(allocation={}).order_by("-run_on").first()
    resources = run.allocation.get("resources", []) if run is not None else []
    return {one["code"]: float(one["price"]) for one in resources}


def planned_messages(on: date, after: tuple[datetime, int] | None = None, limit: int = 500) -> list[Wish]:
    """The next messages to hand over, in order of moment and obligation, after the pair given (keyset, one query)."""
    place = "AND (lead.planned_at, lead.obligation_id) > (%(at)s, %(id)s)" if after else ""
    sql = f"""
        SELECT lead.debtor_id, lead.creditor_id, lead.obligation_id, lead.channel, lead.template, lead.step, lead.planned_at,
               ARRAY(SELECT joined.obligation_id FROM strategy_decision joined
                      WHERE joined.run_on = lead.run_on AND joined.debtor_id = lead.debtor_id
                        AND joined.creditor_id = lead.creditor_id AND joined.reasons[1] = 'joined'
                      ORDER BY joined.days_past_due DESC, joined.obligation_id)
          FROM strategy_decision lead
         WHERE lead.run_on = %(on)s AND lead.state = 'planned' AND lead.channel <> 'call' AND lead.channel <> '' {place}
         ORDER BY lead.planned_at, lead.obligation_id LIMIT %(limit)s"""  # noqa: S608 - only the constant above is put in
    purposes = _purposes(on)
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {
            "on": on,
            "limit": limit,
            "at": after[0] if after else None,
            "id": after[1] if after else None,
        }
        cursor.execute(sql, parameters)
        return [_wish(on, row, purposes) for row in cursor.fetchall()]


def _wish(on: date, row: Sequence[Any], purposes: dict[str, str]) -> Wish:
    debtor_id, creditor_id, obligation_id, channel, template, step, planned_at, joined = row
    return Wish(
        run_on=on,
        debtor_id=debtor_id,
        creditor_id=creditor_id,
        obligation_ids=(obligation_id, *joined),
        channel=channel,
        template=template,
        purpose=purposes.get(step, "collection"),
        planned_at=planned_at,
    )


def _purposes(on: date) -> dict[str, str]:
    run = DecisionRun.objects.select_related("strategy").filter(run_on=on).first()
    return {step.code: step.purpose for step in document_of(run.strategy).steps} if run is not None else {}
