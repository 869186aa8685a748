"""Erasing a person: refused while a duty holds, nothing of them left in any table afterwards, and the chain still verifies."""

import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from acuerdo.base.audit import verify_chain
from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.models import Inbound, Message
from acuerdo.policy import public as policy
from acuerdo.policy.models import PersonSalt, Petition
from acuerdo.policy.public import SentText
from acuerdo.policy.tasks import checkpoint
from acuerdo.portfolio.models import ContactPoint, Debtor
from tests.factories import NOW, TODAY, make_agency, make_creditor, make_debtor, make_obligation, make_phone, make_user
from tests.factories import place as place_with
from tests.module.policy.worlds import consent, permit

pytestmark = pytest.mark.django_db
# What the made person is known by; none of it may stand in any table once they are erased.
NAME, NUMBER, PHONE, NOTE = "Zulma Quintanar", "88112233", "+573009998877", "vive con su tía Rosmira"
LATER = NOW + timedelta(days=366 * 11)


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_FOLDER = tmp_path
    return tmp_path


@pytest.fixture
def lawyer() -> Any:
    return make_user("compliance", username="cumplimiento")


@pytest.fixture
def lived() -> Any:
    """A person with a whole story: a call with a note, a message sent, an answer, an authorisation, a stop; all told."""
    debtor = make_debtor(NAME, id_number=NUMBER, preferred_name="Zulma", city="Quintanar", extra={"nota": NOTE})
    owed = make_obligation(debtor, make_creditor(), extra={"nota": NOTE})
    phone = make_phone(debtor, PHONE)
    consent(debtor, "sms", "call", proof=f"acta de {NAME}")
    attempt = permit(owed, "call", balance_stated_minor=180_000_00, contact_point_id=phone.pk).attempt
    policy.keep_texts([SentText(attempt.pk, "message:m1", "t@1", PHONE, "Asunto", f"Hola {NAME}")], now=NOW)
    policy.record_outcome(attempt.pk, "NC-NCO", note=NOTE, actor="gestor1", now=NOW)
    base = {"debtor": debtor, "creditor": owed.creditor, "channel": "sms", "body": f"Hola {NAME}"}
    times = {"scheduled_for": NOW, "created_at": NOW, "updated_at": NOW}
    Message.objects.create(
        plan_key="k1", obligation=owed, receiver=PHONE, state="sent", attempt=attempt, **base, **times
    )
    Inbound.objects.create(
        debtor=debtor, provider="p", key="1", channel="sms", sender=PHONE, body=NOTE, at=NOW, received_at=NOW
    )
    policy.place_hold(debtor.pk, "vulnerable", reason=NOTE, actor="gestor1", now=NOW)
    policy.write_checkpoints(NOW)
    return owed


def asked(owed: Any, *, now: datetime = NOW, kind: str = "deletion") -> Petition:
    told = {"text": f"Soy {NAME}, borren lo mío", "source": "letter", "actor": "gestor", "now": now}
    return policy.open_petition(owed.debtor_id, owed.creditor_id, kind, **told)


def end_debt(owed: Any) -> None:
    owed.account.status, owed.account.balance_minor = "paid", 0
    owed.account.save()


def answered(case: Petition, user: Any, *, now: datetime = LATER, resolution: str = "granted") -> Petition:
    said = f"Señora {NAME}: queda suprimida."
    return policy.answer_and_erase(case.pk, resolution=resolution, answer=said, user=user, now=now)


def refused(act: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value


def places_with(*words: str) -> list[str]:
    """The tables where a word still stands, whatever the column."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            for word in words:
                cursor.execute(f'SELECT count(*) FROM "{table}" AS r WHERE r::text ILIKE %s', [f"%{word}%"])
                if cursor.fetchone()[0]:
                    found.append(f"{table}: {word}")
    return found


def test_nothing_of_the_person_is_left_and_the_chain_verifies(lived: Any, lawyer: Any) -> None:
    assert {"portfolio_debtor", "messaging_message", "messaging_inbound", "policy_attempt", "policy_hold"} <= {
        one.split(":")[0] for one in places_with("Zulma", NOTE)
    }
    case = asked(lived, now=LATER)
    end_debt(lived)
    answered(case, lawyer)
    assert places_with("Zulma", "Quintanar", NUMBER, PHONE[1:], "Rosmira") == []
    assert not PersonSalt.objects.exists()
    assert policy.verify_receipts(lived.creditor_id).broken is None
    assert verify_chain("policy").broken is None
    assert AuditEntry.objects.filter(action="person-erased", subject_uid=lived.debtor.uid).count() == 1
    case.refresh_from_db()
    assert (case.state, case.resolution, case.answer) == ("answered", "granted", "[suprimido]")
    assert [step.event for step in case.steps.all()] == ["open", "answer", "erase"]


def test_the_expediente_of_an_erased_person_still_verifies(lived: Any, lawyer: Any, tmp_path: Path) -> None:
    end_debt(lived)
    answered(asked(lived, now=LATER), lawyer)
    made = policy.make_expediente(str(lived.debtor.uid), texts=lambda _uid: {}, actor="oficial", now=LATER)
    path = tmp_path / "expediente.zip"
    path.write_bytes(made.archive)
    with zipfile.ZipFile(path) as kept:
        whole = b"".join(kept.read(name) for name in kept.namelist())
    assert b"Zulma" not in whole
    assert NUMBER.encode() not in whole


def test_refused_while_anything_is_owed_to_any_creditor(lived: Any, lawyer: Any) -> None:
    end_debt(lived)
    other = make_obligation(lived.debtor, make_creditor("Otro banco"))
    no = refused(lambda: answered(asked(lived, now=LATER), lawyer))
    assert (no.code, "obligación vigente" in no.message) == ("erasure-forbidden", True)
    end_debt(other)
    answered(Petition.objects.get(), lawyer)
    assert Debtor.objects.get(pk=lived.debtor_id).full_name == "Persona suprimida"


def test_refused_until_the_retention_ends_and_nothing_changes(lived: Any, lawyer: Any) -> None:
    end_debt(lived)
    case = asked(lived)
    no = refused(lambda: answered(case, lawyer, now=NOW))
    until = TODAY.replace(year=TODAY.year + 10)
    assert (no.code, f"hasta el {until:%d/%m/%Y}" in no.message) == ("erasure-forbidden", True)
    case.refresh_from_db()
    assert (case.state, ContactPoint.objects.filter(value=PHONE).exists()) == ("received", True)


@pytest.mark.parametrize("kind", ["complaint", "access"])
def test_refused_while_another_case_is_open(lived: Any, lawyer: Any, kind: str) -> None:
    end_debt(lived)
    asked(lived, now=LATER, kind=kind)
    assert "otra solicitud" in refused(lambda: answered(asked(lived, now=LATER), lawyer)).message


def test_refused_while_a_court_needs_the_record(lived: Any, lawyer: Any) -> None:
    end_debt(lived)
    policy.place_hold(lived.debtor_id, "lawsuit", reason="Juzgado 4", actor="x", now=NOW)
    assert "proceso" in refused(lambda: answered(asked(lived, now=LATER), lawyer)).message


def test_only_compliance_that_sees_the_case_erases_and_only_what_was_granted(lived: Any, lawyer: Any) -> None:
    end_debt(lived)
    case = asked(lived, now=LATER)
    assert refused(lambda: answered(case, make_user("director"))).code == "petition-not-permitted"
    rival = make_agency("Rival")
    place_with(make_obligation(), agency=rival)
    stranger = make_user("compliance", username="rival", agency=rival)
    assert refused(lambda: answered(case, stranger)).code == "petition-unknown"
    assert refused(lambda: answered(case, lawyer, resolution="denied")).code == "erasure-not-granted"
    revoked = asked(lived, now=LATER, kind="revocation")
    assert refused(lambda: answered(revoked, lawyer)).code == "erasure-not-granted"
    assert Debtor.objects.get(pk=lived.debtor_id).full_name == NAME


def test_refused_while_a_message_leaves(lived: Any, lawyer: Any) -> None:
    end_debt(lived)
    Message.objects.update(state="sending")
    assert refused(lambda: answered(asked(lived, now=LATER), lawyer)).code == "erasure-message-leaving"


def test_twice_is_as_good_as_once(lived: Any, lawyer: Any) -> None:
    end_debt(lived)
    case = answered(asked(lived, now=LATER), lawyer)
    policy.erase_person(case.pk, user=lawyer, now=LATER)
    assert AuditEntry.objects.filter(action="person-erased").count() == 1


def test_the_day_erases_who_was_granted_once_the_term_ends(lived: Any, lawyer: Any) -> None:
    end_debt(lived)
    case = asked(lived)
    policy.answer_petition(case.pk, resolution="granted", answer="Sí", user=lawyer, now=NOW)
    assert checkpoint(TODAY, NOW)["erasures"] == {"erased": 0, "waiting": 1}
    assert checkpoint(LATER.date(), LATER)["erasures"] == {"erased": 1, "waiting": 0}
    assert policy.waiting_erasures().count() == 0
    assert Debtor.objects.get(pk=lived.debtor_id).full_name == "Persona suprimida"


def test_another_person_of_the_same_file_keeps_everything(lived: Any, lawyer: Any) -> None:
    other = make_obligation(make_debtor("Otra Persona"), lived.creditor)
    make_phone(other.debtor, "+573001112233")
    consent(other.debtor, "sms")
    end_debt(lived)
    answered(asked(lived, now=LATER), lawyer)
    assert len(places_with("Otra Persona", "3001112233")) == 2


def test_whom_a_restored_backup_brings_back_is_erased_again(
    lived: Any, lawyer: Any, data_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    end_debt(lived)
    with django_capture_on_commit_callbacks(execute=True):
        answered(asked(lived, now=LATER), lawyer)
    assert (data_folder / "erased.txt").read_text().split() == [str(lived.debtor.uid)]
    assert policy.erase_restored_people(LATER) == 0
    # As after restoring a copy made before: the name, a number and a note are there again.
    Debtor.objects.filter(pk=lived.debtor_id).update(full_name=NAME, search_name=NAME.upper(), id_number=NUMBER)
    make_phone(lived.debtor, PHONE)
    policy.place_hold(lived.debtor_id, "vulnerable", reason=NOTE, actor="gestor1", now=NOW)
    with (data_folder / "erased.txt").open("a") as kept:
        kept.write("0190cortado\n")
    assert policy.erase_restored_people(LATER) == 1
    assert places_with("Zulma", NUMBER, PHONE[1:], "Rosmira") == []
    assert verify_chain("policy").broken is None


def test_the_day_completes_the_list_of_the_erased(lived: Any, lawyer: Any, data_folder: Path) -> None:
    end_debt(lived)
    answered(asked(lived, now=LATER), lawyer)  # the machine stopped before the list was written
    assert not (data_folder / "erased.txt").exists()
    checkpoint(LATER.date(), LATER)
    assert (data_folder / "erased.txt").read_text().split() == [str(lived.debtor.uid)]
