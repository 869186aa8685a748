"""From the rows that were read to the rules' question and facts, and to the verdict of each contact.

Whoever acts on the answer holds the persons' locks before reading (`gather`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.verdict import RuleOutcome, Verdict
from acuerdo.policy.queries.gathering import Debt, Gathered, PlannedContact, Point, Row, gather
from acuerdo.policy.rules import Consent as ConsentFact
from acuerdo.policy.rules import Facts, OwnHours, PastContact, Question, judge, load_pack
from acuerdo.policy.rules import Hold as HoldFact
from acuerdo.policy.rules.pack import Pack
from acuerdo.policy.rules.pack_format import parse_windows
from acuerdo.policy.rules.registry import is_excluded

RELATIONS = ("co_debtor", "guarantor", "reference")  # the nearest to the debt speaks for a person named twice


@dataclass(frozen=True, slots=True)
class Judged:
    """A contact with the recipient that the tables say the person is, and the verdict of its pack.

    `question` and `facts` are what the rules saw; None where there was nothing to judge.
    """

    contact: PlannedContact
    recipient: str
    pack: str
    verdict: Verdict
    question: Question | None = None
    facts: Facts | None = None


def judge_contacts(contacts: Sequence[PlannedContact], now: datetime) -> list[Judged]:
    """Verdicts at `now`, in order, each seeing only what is committed: contacts of one call do not see each other."""
    gathered = gather(contacts, now)
    return [judge_one(gathered, contact) for contact in contacts]


def judge_one(gathered: Gathered, contact: PlannedContact) -> Judged:
    """The verdict from what was gathered. What cannot be judged (unknown zone, no pack) is denied as missing data."""
    recipient = recipient_of(gathered, contact)
    creditor = gathered.creditors.get(contact.creditor_id)
    code = creditor.country.lower() if creditor else ""
    try:
        pack = load_pack(code)
        question, facts = question_of(gathered, contact, recipient, pack), facts_of(gathered, contact, pack)
        return Judged(contact, recipient, code, judge(pack, question, facts), question, facts)
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
        if row is not None and row.debtor_id == contact.debtor_id:
            return "debtor"
        found = {relation for obligation_id, relation in relations if obligation_id == contact.obligation_id}
    else:
        if any(row.creditor_id == contact.creditor_id for row in gathered.owed_by[contact.debtor_id]):
            return "debtor"
        found = {relation for _, relation in relations}
    return next((relation for relation in RELATIONS if relation in found), "third_party")


def question_of(gathered: Gathered, contact: PlannedContact, recipient: str, pack: Pack) -> Question:
    debtor, creditor = gathered.debtors.get(contact.debtor_id), gathered.creditors[contact.creditor_id]
    if debtor is None:
        raise Refusal("debtor-unknown", "No encontramos a esa persona.")
    zone = debtor.timezone or creditor.timezone
    return Question(
        at=gathered.now,
        channel=contact.channel,
        purpose=contact.purpose,
        recipient=recipient,
        zones=(zone,) if zone else (),
        # A place that the pack does not know may be any of its regions.
        region=debtor.region if debtor.region in pack.regions else "",
        obligation=str(contact.obligation_id or ""),
    )


def facts_of(gathered: Gathered, contact: PlannedContact, pack: Pack) -> Facts:
    """The person's facts as the rules take them."""
    balance, due = _balances(gathered, contact)
    point = gathered.points.get(contact.contact_point_id or 0)
    if contact.contact_point_id is not None and (point is None or point.debtor_id != contact.debtor_id):
        raise Refusal("contact-point-mismatch", "Ese medio de contacto no es de esta persona.")
    readings = gathered.readings[contact.creditor_id, pack.code]
    return Facts(
        consents=tuple(_consent(row, gathered.now) for row in gathered.consents[contact.debtor_id]),
        holds=tuple(
            HoldFact(kind, None, _instant(ends_at), channel)
            for _uid, kind, channel, _starts_at, ends_at, _obligation in holds_of(gathered, contact)
        ),
        history=(*gathered.history[contact.debtor_id], *_of_others(gathered, contact)),
        own_hours=_own_hours(gathered.hours.get(contact.debtor_id), gathered.now),
        excluded_number=_is_excluded(gathered, contact, point),
        evidence=contact.evidence,
        point_is_valid=point.is_valid if point else None,
        point_ownership=point.ownership if point else None,
        balance_minor=balance,
        balance_due_minor=due,
        balance_stated_minor=contact.balance_stated_minor,
        settings=pack.installed(readings),
    )


def debts_of(gathered: Gathered, contact: PlannedContact) -> list[Debt]:
    """What the contact is about: its obligation, or all that the person owes the creditor."""
    if contact.obligation_id is not None:
        debt = gathered.obligations.get(contact.obligation_id)
        return [debt] if debt is not None else []
    return [debt for debt in gathered.owed_by[contact.debtor_id] if debt.creditor_id == contact.creditor_id]


def others_bound(gathered: Gathered, contact: PlannedContact) -> dict[int, set[int]]:
    """Who else is bound by what the contact is about, each with those debts; nobody where no creditor has them share caps."""
    if not gathered.ties:
        return {}
    debts = {contact.obligation_id} if contact.obligation_id is not None else _bound_by(gathered, contact)
    found: dict[int, set[int]] = {}
    for debt in debts:
        for debtor_id in gathered.ties.get(debt, set()) - {contact.debtor_id}:
            found.setdefault(debtor_id, set()).add(debt)
    return found


def _bound_by(gathered: Gathered, contact: PlannedContact) -> set[int]:
    named = {debt for debt, relation in gathered.relations[contact.debtor_id] if relation != "reference"}
    return named | {debt.id for debt in debts_of(gathered, contact)}


def _of_others(gathered: Gathered, contact: PlannedContact) -> Iterator[PastContact]:
    """Their contacts about the same debts, or about all that they owe."""
    for debtor_id, debts in sorted(others_bound(gathered, contact).items()):
        about = {"", *map(str, debts)}
        yield from (replace(one, is_other_party=True) for one in gathered.history[debtor_id] if one.obligation in about)


def holds_of(gathered: Gathered, contact: PlannedContact) -> list[Row]:
    """The person's own, and those on the obligation whoever placed them; about all debts, every hold of the person."""
    mine = gathered.holds_by_debtor[contact.debtor_id]
    if contact.obligation_id is None:
        return mine
    return [row for row in mine if row[-1] is None] + gathered.holds_by_obligation[contact.obligation_id]


def _balances(gathered: Gathered, contact: PlannedContact) -> tuple[int | None, int | None]:
    debts = debts_of(gathered, contact)
    if not debts:
        return None, None
    standing = [debt for debt in debts if debt.is_open]
    return sum(debt.balance_minor for debt in standing), sum(debt.balance_due_minor for debt in standing)


def _is_excluded(gathered: Gathered, contact: PlannedContact, point: Point | None) -> bool | None:
    """Whether the number is in its country's registry; None where no recent copy of the registry was loaded."""
    creditor = gathered.creditors[contact.creditor_id]
    loaded_at = gathered.registries.get(creditor.country)
    if point is None or loaded_at is None:
        return None
    zone = ZoneInfo(creditor.timezone)
    found = gathered.excluded.get((contact.contact_point_id or 0, creditor.country))
    return is_excluded(found, loaded_at.astimezone(zone).date(), gathered.now.astimezone(zone).date(), creditor.country)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _consent(row: Row, now: datetime) -> ConsentFact:
    _uid, channel, purpose, granted_at, revoked_at = row
    granted, revoked = min(datetime.fromisoformat(granted_at), now), _instant(revoked_at)
    return ConsentFact(channel, granted, max(min(revoked, now), granted) if revoked else None, purpose)


def _own_hours(row: Row | None, now: datetime) -> OwnHours | None:
    if row is None:
        return None
    hours, has_instrument, given_at = row
    return OwnHours(parse_windows(hours), min(datetime.fromisoformat(given_at), now), None, has_instrument)
