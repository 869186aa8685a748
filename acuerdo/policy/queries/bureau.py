"""Reports to credit bureaus: what each default still needs, and where each one stands on the way there.

`bureau_cases` says in SQL what `rules.bureau.state_of` says of one default, so that a list over a million obligations can be
filtered and counted by the server; a test holds the two together.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from acuerdo.kernel.money import EXPONENTS, decimal_from_minor
from acuerdo.policy.models import BureauAuthorisation, BureauNotice, BureauReport, Hold
from acuerdo.policy.rules.bureau import (
    STATES,
    BureauAnswer,
    BureauTerms,
    Default,
    may_report,
    reporting_countries,
    retention_end,
    small_limit,
    state_of,
    terms_on,
)


@dataclass(frozen=True, slots=True)
class BureauCase:
    """One obligation on its way to a bureau. `report` is its last one; `stands_until` the last day on which that may stand."""

    obligation: Any
    state: str
    answer: BureauAnswer
    notices: tuple[BureauNotice, ...]
    report: BureauReport | None
    stands_until: date | None


def bureau_notices(obligation_id: int) -> list[BureauNotice]:
    """The notices sent for an obligation, oldest first."""
    return list(BureauNotice.objects.filter(obligation_id=obligation_id).order_by("sent_on", "pk"))


def bureau_answers(obligations: Collection[Any], on: date) -> Mapping[int, BureauAnswer]:
    """By obligation (with its account and creditor at hand), whether its default may be reported on `on`; three queries."""
    return {pk: may_report(default, on) for pk, default in defaults_of(obligations, on).items()}


def defaults_of(obligations: Collection[Any], on: date) -> dict[int, Default]:
    """By obligation, what decides; three queries."""
    keys, debtors = [one.pk for one in obligations], {one.debtor_id for one in obligations}
    notices: dict[int, list[date]] = {}
    for pk, sent_on in BureauNotice.objects.filter(obligation__in=keys).values_list("obligation_id", "sent_on"):
        notices.setdefault(pk, []).append(sent_on)
    given = BureauAuthorisation.objects.filter(debtor__in=debtors, granted_on__lte=on, revoked_on__isnull=True)
    authorised = set(given.values_list("debtor_id", "creditor_id"))
    holds = Hold.objects.filter(debtor__in=debtors, kind="dispute", lifted_at__isnull=True)
    disputed: set[tuple[int, int | None]] = set(holds.values_list("debtor_id", "obligation_id"))
    return {
        one.pk: Default(
            country=one.creditor.country,
            arrears_since=one.account.due_since,
            balance=decimal_from_minor(one.account.balance_minor, one.account.currency),
            notices=tuple(notices.get(one.pk, ())),
            is_authorised=(one.debtor_id, one.creditor_id) in authorised,
            is_disputed=(one.debtor_id, one.pk) in disputed or (one.debtor_id, None) in disputed,
        )
        for one in obligations
    }


def standing_reports(obligation_ids: Collection[int]) -> dict[int, BureauReport]:
    """By obligation, the report that stands; one query."""
    found = BureauReport.objects.filter(obligation__in=list(obligation_ids), withdrawn_on__isnull=True)
    return {one.obligation_id: one for one in found}


def bureau_details(obligations: Collection[Any], on: date) -> list[BureauCase]:
    """The cases of these obligations (account and creditor at hand), in their order; five queries whatever their number."""
    answers, keys = bureau_answers(obligations, on), [one.pk for one in obligations]
    notices: dict[int, list[BureauNotice]] = {}
    for notice in BureauNotice.objects.filter(obligation__in=keys).order_by("sent_on", "pk"):
        notices.setdefault(notice.obligation_id, []).append(notice)
    reports = {one.obligation_id: one for one in BureauReport.objects.filter(obligation__in=keys).order_by("pk")}
    return [_detail(one, answers[one.pk], tuple(notices.get(one.pk, ())), reports.get(one.pk)) for one in obligations]


def _detail(
    obligation: Any, answer: BureauAnswer, notices: tuple[BureauNotice, ...], report: BureauReport | None
) -> BureauCase:
    ended_on = report.withdrawn_on if report is not None else None
    state = state_of(
        answer,
        is_reported=report is not None and ended_on is None,
        is_withdrawn=ended_on is not None and not any(one.sent_on > ended_on for one in notices),
    )
    until = stands_until(report, obligation) if report is not None and ended_on is None else None
    return BureauCase(obligation, state, answer, notices, report, until)


def stands_until(report: BureauReport, obligation: Any) -> date | None:
    """The last day on which the report may stand, counted from the payment where the debt is paid."""
    account = obligation.account
    paid_on = account.last_payment_on if account.due_since is None or account.balance_minor <= 0 else None
    return retention_end(obligation.creditor.country, report.arrears_since, paid_on)


def bureau_cases(obligations: QuerySet[Any], on: date) -> QuerySet[Any]:
    """Those in default in a country with terms, and those that were reported, each with its `bureau_state`, `bureau_from_on`
    (from when its notices let it be reported), `bureau_until_on` and `bureau_notice_on` (the last notice in time)."""
    countries = reporting_countries()
    reported = BureauReport.objects.filter(obligation=OuterRef("pk"))
    in_default = Q(account__due_since__isnull=False, account__balance_minor__gt=0, creditor__country__in=countries)
    found = obligations.alias(bureau_was=Exists(reported)).filter(in_default | Q(bureau_was=True))
    terms = {country: _terms(country, on) for country in countries}
    until = _Months(F("account__due_since"), _by_country({code: one.months_max for code, one in terms.items()}))
    # Only the default's own notices count, and none after the last possible day (`may_report`).
    timely = BureauNotice.objects.filter(
        obligation=OuterRef("pk"), sent_on__gte=OuterRef("account__due_since"), sent_on__lte=OuterRef("bureau_until_on")
    ).filter(sent_on__lte=on)
    told = timely.order_by().values("obligation").annotate(days=Count("sent_on", distinct=True), last=Max("sent_on"))
    term = _by_country({code: one.notice_days for code, one in terms.items()})
    cases: QuerySet[Any] = (
        found.annotate(bureau_until_on=until, bureau_needed=_needed(terms, on))
        .annotate(
            bureau_told=Coalesce(Subquery(told.values("days")[:1]), 0),
            bureau_notice_on=Subquery(told.values("last")[:1], output_field=DateField()),
        )
        .annotate(
            bureau_from_on=Case(
                When(bureau_told__gte=F("bureau_needed"), then=_Later(F("bureau_notice_on"), term)),
                default=None,
                output_field=DateField(),
            )
        )
        .annotate(bureau_state=_state(countries, on))
    )
    return cases


class _Months(Func):
    """A date some months later, or its month's last day: what `kernel.calendar.add_months` answers."""

    template = "(%(expressions)s))::date"
    arg_joiner = " + make_interval(months => "
    output_field = DateField()


class _Later(Func):
    """A date some days later."""

    template = "(%(expressions)s)"
    arg_joiner = " + "
    output_field = DateField()


def _terms(country: str, on: date) -> BureauTerms:
    terms = terms_on(country, on)
    assert terms is not None
    return terms


def _by_country(values: Mapping[str, int]) -> Case:
    return Case(
        *(When(creditor__country=code, then=Value(value)) for code, value in values.items()),
        default=Value(0),
        output_field=IntegerField(),
    )


def _needed(terms: Mapping[str, BureauTerms], on: date) -> Case:
    """How many notices; null without a minimum wage, for nothing can be said then."""
    rows = []
    for country, one in terms.items():
        limit = small_limit(one, on)
        if limit is None:
            continue
        for code, exponent in EXPONENTS.items():
            small = {"account__currency": code, "account__balance_minor__lte": int(limit * 10**exponent)}
            rows.append(When(creditor__country=country, **small, then=Value(one.small_notices)))
        rows.append(When(creditor__country=country, then=Value(1)))
    return Case(*rows, default=None, output_field=IntegerField())


def _state(countries: Collection[str], on: date) -> Case:
    """`rules.bureau.state_of`, in its order."""
    reports = BureauReport.objects.filter(obligation=OuterRef("pk"))
    ended = BureauReport.objects.filter(obligation=OuterRef("obligation")).order_by("-pk").values("withdrawn_on")[:1]
    noticed = BureauNotice.objects.filter(obligation=OuterRef("pk"), sent_on__gt=Subquery(ended))
    given = BureauAuthorisation.objects.filter(
        debtor=OuterRef("debtor"), creditor=OuterRef("creditor"), granted_on__lte=on, revoked_on__isnull=True
    )
    holds = Hold.objects.filter(debtor=OuterRef("debtor"), kind="dispute", lifted_at__isnull=True)
    disputed = holds.filter(Q(obligation=None) | Q(obligation=OuterRef("pk")))
    return Case(
        When(Exists(reports.filter(withdrawn_on__isnull=True)), then=Value("reported")),
        When(Exists(reports) & ~Exists(noticed), then=Value("withdrawn")),
        When(Q(account__due_since__isnull=True) | Q(account__balance_minor__lte=0), then=Value("blocked")),
        When(~Q(creditor__country__in=countries) | Q(bureau_needed__isnull=True), then=Value("blocked")),
        When(Q(bureau_until_on__lt=on) | Q(bureau_from_on__gt=F("bureau_until_on")), then=Value("expired")),
        When(bureau_told=0, then=Value("due")),
        When(bureau_told__lt=F("bureau_needed"), then=Value("sent")),
        When(bureau_from_on__gt=on, then=Value("waiting")),
        When(~Exists(given) | Exists(disputed), then=Value("blocked")),
        default=Value("ready"),
        output_field=CharField(),
    )


def all_bureau_cases(on: date, *, state: str = "") -> QuerySet[Any]:
    """`bureau_cases` of the whole installation, those that may be reported first in front: for commands, which act for it."""
    obligations = BureauNotice._meta.get_field("obligation").related_model._default_manager.all()
    found = bureau_cases(obligations, on)
    if state:
        found = found.filter(bureau_state=state)
    return found.select_related("account", "creditor").order_by("bureau_from_on", "pk")


def bureau_changed_since(moment: datetime) -> Q:
    """The obligations of which the figures, a notice or the report changed at or after that instant."""
    reports = BureauReport.objects.filter(obligation=OuterRef("pk"))
    notices = BureauNotice.objects.filter(obligation=OuterRef("pk"), recorded_at__gte=moment)
    touched = reports.filter(Q(released_at__gte=moment) | Q(withdrawn_at__gte=moment))
    return Q(updated_at__gte=moment) | Q(Exists(notices)) | Q(Exists(touched))


def count_bureau_states(obligations: QuerySet[Any], on: date) -> dict[str, int]:
    """How many obligations stand in each state, in the order of the way; one query."""
    counted = bureau_cases(obligations, on).order_by().values("bureau_state").annotate(n=Count("pk"))
    found = {row["bureau_state"]: row["n"] for row in counted}
    return {state: found.get(state, 0) for state in STATES}
