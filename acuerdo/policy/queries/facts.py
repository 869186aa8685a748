"""Gathers what the rules need for up to a thousand contacts at once, in ten queries however many they are.

Whoever acts on the answer holds the persons' locks first. Anything that another worker committed counts at once, even
if its clock ran a little ahead of ours: an attempt in the future weighs as one made now.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, Q

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.verdict import RuleOutcome, Verdict
from acuerdo.policy.models import Attempt, Consent, ContactPreference, Hold, PolicyReading
from acuerdo.policy.rules import Consent as ConsentFact
from acuerdo.policy.rules import Facts, OwnHours, PastContact, Question, Reading, judge, load_pack
from acuerdo.policy.rules import Hold as HoldFact
from acuerdo.policy.rules.pack import Pack
from acuerdo.policy.rules.pack_format import parse_windows

HISTORY = timedelta(days=9)  # rolling seven local days, wherever the person's day began
RELATIONS = ("co_debtor", "guarantor", "reference")  # the nearest to the debt speaks for a person named twice
CLOSED = ("paid", "gone")


@dataclass(frozen=True, slots=True)
class PlannedContact:
    """One contact somebody or something wants to make. `debtor_id` is the person contacted, whatever their part in the debt.

    `balance_stated_minor`: the figure due that the text states; the gate re-reads it. Without an obligation the contact
    is about all that the person owes the creditor.
    """

    debtor_id: int
    creditor_id: int
    channel: str
    purpose: str = "collection"
    obligation_id: int | None = None
    contact_point_id: int | None = None
    balance_stated_minor: int | None = None
    evidence: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """A contact with the recipient that the tables say the person is, and the verdict of its pack."""

    contact: PlannedContact
    recipient: str
    pack: str
    verdict: Verdict


@dataclass(slots=True)
class Gathered:
    """Rows by person, or by their own id, as read in one go."""

    now: datetime
    debtors: dict[int, dict[str, Any]] = field(default_factory=dict)
    creditors: dict[int, dict[str, Any]] = field(default_factory=dict)
    obligations: dict[int, dict[str, Any]] = field(default_factory=dict)
    owed_by: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    relations: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    consents: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    holds_by_debtor: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    holds_by_obligation: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    hours: dict[int, dict[str, Any]] = field(default_factory=dict)
    history: dict[int, list[PastContact]] = field(default_factory=lambda: defaultdict(list))
    readings: dict[tuple[int, str], dict[str, Reading]] = field(default_factory=lambda: defaultdict(dict))
    points: dict[int, dict[str, Any]] = field(default_factory=dict)


def judge_contacts(contacts: Sequence[PlannedContact], now: datetime) -> list[Judged]:
    """Verdicts at `now`, in order, each seeing only what is committed: contacts of one call do not see each other."""
    gathered = gather(contacts, now)
    return [judge_one(gathered, contact) for contact in contacts]


def judge_one(gathered: Gathered, contact: PlannedContact) -> Judged:
    """The verdict from what was gathered. What cannot be judged (unknown zone, no pack) is denied as missing data."""
    recipient = recipient_of(gathered, contact)
    creditor = gathered.creditors.get(contact.creditor_id)
    code = creditor["country"].lower() if creditor else ""
    try:
        pack = load_pack(code)
        question = question_of(gathered, contact, recipient, pack)
        return Judged(contact, recipient, code, judge(pack, question, facts_of(gathered, contact, pack)))
    except Refusal as error:
        outcome = RuleOutcome(
            f"common.refused.{error.code}",
            "deny",
            "Acuerdo: sin el dato no se decide",
            error.message,
            is_missing_data=True,
        )
        return Judged(contact, recipient, code, Verdict("deny", (outcome,), None, ""))


def recipient_of(gathered: Gathered, contact: PlannedContact) -> str:
    """What the person is in this debt, by the tables: nobody becomes a debtor because a caller says so."""
    relations = gathered.relations[contact.debtor_id]
    if contact.obligation_id is not None:
        row = gathered.obligations.get(contact.obligation_id)
        if row is not None and row["debtor_id"] == contact.debtor_id:
            return "debtor"
        found = {relation for obligation_id, relation in relations if obligation_id == contact.obligation_id}
    else:
        if any(row["creditor_id"] == contact.creditor_id for row in gathered.owed_by[contact.debtor_id]):
            return "debtor"
        found = {relation for _, relation in relations}
    return next((relation for relation in RELATIONS if relation in found), "third_party")


def question_of(gathered: Gathered, contact: PlannedContact, recipient: str, pack: Pack) -> Question:
    debtor, creditor = gathered.debtors.get(contact.debtor_id), gathered.creditors[contact.creditor_id]
    if debtor is None:
        raise Refusal("debtor-unknown", "No encontramos a esa persona.")
    zone = debtor["timezone"] or creditor["timezone"]
    return Question(
        at=gathered.now,
        channel=contact.channel,
        purpose=contact.purpose,
        recipient=recipient,
        zones=(zone,) if zone else (),
        # A place that the pack does not know may be any of its regions.
        region=debtor["region"] if debtor["region"] in pack.regions else "",
        obligation=str(contact.obligation_id or ""),
    )


def facts_of(gathered: Gathered, contact: PlannedContact, pack: Pack) -> Facts:
    """The person's facts as the rules take them."""
    balance, due = _balances(gathered, contact)
    point = gathered.points.get(contact.contact_point_id or 0)
    if contact.contact_point_id is not None and (point is None or point["debtor_id"] != contact.debtor_id):
        raise Refusal("contact-point-mismatch", "Ese medio de contacto no es de esta persona.")
    readings = gathered.readings[contact.creditor_id, pack.code]
    return Facts(
        consents=tuple(_consent(row, gathered.now) for row in gathered.consents[contact.debtor_id]),
        holds=tuple(HoldFact(row["kind"], None, row["ends_at"], row["channel"]) for row in _holds(gathered, contact)),
        history=tuple(gathered.history[contact.debtor_id]),
        own_hours=_own_hours(gathered.hours.get(contact.debtor_id), gathered.now),
        evidence=contact.evidence,
        point_is_valid=point["is_valid"] if point else None,
        point_ownership=point["ownership"] if point else None,
        balance_minor=balance,
        balance_due_minor=due,
        balance_stated_minor=contact.balance_stated_minor,
        settings={name: reading for name, reading in readings.items() if name in pack.settings},
    )


def _balances(gathered: Gathered, contact: PlannedContact) -> tuple[int | None, int | None]:
    if contact.obligation_id is not None:
        row = gathered.obligations.get(contact.obligation_id)
        rows = [row] if row is not None else []
    else:
        rows = [row for row in gathered.owed_by[contact.debtor_id] if row["creditor_id"] == contact.creditor_id]
    if not rows:
        return None, None
    open_rows = [row for row in rows if row["account__status"] not in CLOSED and row["gone_on"] is None]
    return sum(row["account__balance_minor"] for row in open_rows), sum(
        row["account__balance_due_minor"] for row in open_rows
    )


def _holds(gathered: Gathered, contact: PlannedContact) -> list[dict[str, Any]]:
    """The person's own, and those on the obligation whoever placed them; about all debts, every hold of the person."""
    mine = gathered.holds_by_debtor[contact.debtor_id]
    if contact.obligation_id is None:
        return mine
    personal = [row for row in mine if row["obligation_id"] is None]
    return personal + gathered.holds_by_obligation[contact.obligation_id]


def _consent(row: Mapping[str, Any], now: datetime) -> ConsentFact:
    granted = min(row["granted_at"], now)
    revoked = row["revoked_at"]
    return ConsentFact(row["channel"], granted, max(min(revoked, now), granted) if revoked else None, row["purpose"])


def _own_hours(row: Mapping[str, Any] | None, now: datetime) -> OwnHours | None:
    if row is None or row["revoked_at"] is not None:
        return None
    return OwnHours(parse_windows(row["hours"]), min(row["given_at"], now), None, bool(row["instrument"]))


def gather(contacts: Iterable[PlannedContact], now: datetime) -> Gathered:
    """All rows that bind these contacts, in ten queries."""
    contacts = list(contacts)
    gathered = Gathered(now)
    debtor_ids = {contact.debtor_id for contact in contacts}
    creditor_ids = {contact.creditor_id for contact in contacts}
    obligation_ids = {contact.obligation_id for contact in contacts if contact.obligation_id is not None}
    point_ids = {contact.contact_point_id for contact in contacts if contact.contact_point_id is not None}
    _gather_persons(gathered, debtor_ids, creditor_ids, point_ids)
    _gather_debts(gathered, debtor_ids, obligation_ids)
    _gather_permissions(gathered, debtor_ids, obligation_ids)
    _gather_history(gathered, debtor_ids)
    _gather_readings(gathered, creditor_ids)
    return gathered


def _related(name: str) -> type[Model]:
    """The model behind a foreign key of the contact log, which belongs to another capability."""
    return Attempt._meta.get_field(name).related_model  # type: ignore[return-value]


def _gather_persons(gathered: Gathered, debtor_ids: set[int], creditor_ids: set[int], point_ids: set[int]) -> None:
    debtors = _related("debtor")._default_manager.filter(pk__in=debtor_ids)
    gathered.debtors = {row["id"]: row for row in debtors.values("id", "timezone", "region")}
    creditors = _related("creditor")._default_manager.filter(pk__in=creditor_ids)
    gathered.creditors = {row["id"]: row for row in creditors.values("id", "country", "timezone")}
    points = _related("contact_point")._default_manager.filter(pk__in=point_ids)
    gathered.points = {row["id"]: row for row in points.values("id", "debtor_id", "is_valid", "ownership")}


def _gather_debts(gathered: Gathered, debtor_ids: set[int], obligation_ids: set[int]) -> None:
    obligations = _related("obligation")._default_manager
    columns = (
        "pk",
        "debtor_id",
        "creditor_id",
        "gone_on",
        "account__status",
        "account__balance_minor",
        "account__balance_due_minor",
    )
    for row in obligations.filter(Q(pk__in=obligation_ids) | Q(debtor_id__in=debtor_ids)).values(*columns):
        gathered.obligations[row["pk"]] = row
        gathered.owed_by[row["debtor_id"]].append(row)
    named = obligations.filter(parties__debtor_id__in=debtor_ids)
    for debtor_id, obligation_id, relation in named.values_list("parties__debtor_id", "pk", "parties__relation"):
        gathered.relations[debtor_id].append((obligation_id, relation))


def _gather_permissions(gathered: Gathered, debtor_ids: set[int], obligation_ids: set[int]) -> None:
    consents = Consent.objects.filter(debtor_id__in=debtor_ids)
    for consent in consents.values("debtor_id", "channel", "purpose", "granted_at", "revoked_at"):
        gathered.consents[consent["debtor_id"]].append({**consent})
    holds = Hold.objects.filter(
        Q(debtor_id__in=debtor_ids) | Q(obligation_id__in=obligation_ids), lifted_at__isnull=True
    )
    open_holds = holds.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=gathered.now))
    for hold in open_holds.values("debtor_id", "obligation_id", "kind", "channel", "ends_at"):
        gathered.holds_by_debtor[hold["debtor_id"]].append({**hold})
        if hold["obligation_id"] is not None:
            gathered.holds_by_obligation[hold["obligation_id"]].append({**hold})
    hours = ContactPreference.objects.filter(debtor_id__in=debtor_ids)
    for own in hours.values("debtor_id", "hours", "instrument", "given_at", "revoked_at"):
        gathered.hours[own["debtor_id"]] = {**own}


def _gather_history(gathered: Gathered, debtor_ids: set[int]) -> None:
    attempts = Attempt.objects.filter(debtor_id__in=debtor_ids, at__gt=gathered.now - HISTORY)
    columns = ("debtor_id", "at", "channel", "direction", "right_party", "is_two_way", "counts", "obligation_id")
    for debtor_id, at, channel, direction, right_party, two_way, counts, obligation_id in attempts.values_list(
        *columns
    ):
        contact = PastContact(
            min(at, gathered.now), channel, direction, two_way, right_party, counts, str(obligation_id or "")
        )
        gathered.history[debtor_id].append(contact)


def _gather_readings(gathered: Gathered, creditor_ids: set[int]) -> None:
    """For each creditor, pack and setting, the latest approval; one of today waits until the date has begun everywhere here."""
    today = (gathered.now - timedelta(hours=12)).date()
    latest = PolicyReading.objects.filter(creditor_id__in=creditor_ids, approved_on__lte=today)
    for row in latest.order_by("approved_on").values(
        "creditor_id", "pack", "name", "value", "approved_by", "approved_on"
    ):
        reading = Reading(row["value"], row["approved_by"], row["approved_on"])
        gathered.readings[row["creditor_id"], row["pack"]][row["name"]] = reading
