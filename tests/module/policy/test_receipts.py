"""Receipts on real tables: what they hold, that any change shows, and that an expediente verifies where nothing else is."""

import ast
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from acuerdo.config.cli.main import main
from acuerdo.kernel.errors import Refusal
from acuerdo.policy import public as policy
from acuerdo.policy.actions.expediente import verifier_source
from acuerdo.policy.models import Checkpoint, PersonSalt, Receipt, ReceiptChain, Verdict
from acuerdo.policy.public import SentText
from acuerdo.policy.queries.verification import Broken
from acuerdo.policy.rules.proof import commit
from tests.factories import NOW, make_creditor, make_debtor, make_obligation, make_phone
from tests.module.policy.worlds import consent, permit, planned

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_FOLDER = tmp_path
    return tmp_path


@contextmanager
def tampering() -> Iterator[Any]:
    """As somebody who owns the database could, past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")


def text_of(attempt: Any, body: str = "Hola, su cuota vence hoy.") -> SentText:
    return SentText(attempt.pk, "message:m1", "temprana_1@1", "+573500000001", "Asunto", body)


def lived(obligation: Any) -> Any:
    """One contact with all its receipts, and one refusal: five links."""
    attempt = permit(obligation, "call", balance_stated_minor=180_000_00).attempt
    policy.keep_texts([text_of(attempt)], now=NOW)
    policy.mark_attempts([attempt.pk], "sent", now=NOW)
    policy.record_outcome(attempt.pk, "NC-NCO", actor="gestor1", now=NOW)
    permit(obligation, "email", at=NOW + timedelta(hours=1))
    return attempt


def payloads() -> list[dict[str, Any]]:
    return [json.loads(receipt.payload) for receipt in Receipt.objects.order_by("sequence")]


def verify(obligation: Any, **since: Any) -> policy.ReceiptReport:
    return policy.verify_receipts(obligation.creditor_id, **since)


def test_a_contact_leaves_its_whole_story(obligation: Any) -> None:
    attempt = lived(obligation)
    kinds = list(Receipt.objects.order_by("sequence").values_list("sequence", "kind"))
    assert kinds == [(1, "verdict"), (2, "content"), (3, "status"), (4, "outcome"), (5, "verdict")]
    assert set(Receipt.objects.values_list("subject", flat=True)) == {obligation.debtor.uid}
    first, content, status, outcome, refusal = payloads()
    assert first["attempt"] == content["attempt"] == status["attempt"] == outcome["attempt"] == str(attempt.uid)
    assert (first["verdict"]["answer"], refusal["verdict"]["answer"], refusal["attempt"]) == ("allow", "deny", None)
    assert first["question"]["balance_stated_minor"] == 180_000_00
    account = obligation.account
    assert first["facts"]["debts"] == [[str(obligation.uid), account.balance_minor, account.balance_due_minor]]
    assert [one[1] for one in first["facts"]["consents"]] == ["sms", "call", "email"]
    assert refusal["facts"]["history"][0][:3] == [str(attempt.uid), NOW.isoformat(), "call"]
    assert refusal["verdict"]["rules"][0]["citation"].startswith("Ley 2300")
    assert status["status"] == "sent"
    assert outcome["disposition"] == "NC-NCO"


def test_nothing_in_a_receipt_names_the_person(obligation: Any) -> None:
    phone = make_phone(obligation.debtor)
    permit(obligation, "call", contact_point_id=phone.pk)
    attempt = permit(obligation, "sms", purpose="service", at=NOW + timedelta(minutes=1)).attempt
    policy.keep_texts([text_of(attempt)], now=NOW)
    stored = "".join(Receipt.objects.values_list("payload", flat=True))
    for word in (phone.value, obligation.debtor.full_name, obligation.debtor.id_number, "Hola", "573500000001"):
        assert word not in stored
    salt = bytes(PersonSalt.objects.get(debtor=obligation.debtor).salt)
    assert payloads()[0]["question"]["point"]["value"] == commit(salt, "point", phone.value)


def test_the_chain_verifies_and_with_checkpoints_too(obligation: Any) -> None:
    lived(obligation)
    assert verify(obligation).broken is None
    assert policy.write_checkpoints(NOW) == 1
    assert policy.write_checkpoints(NOW) == 0
    permit(obligation, "sms", at=NOW + timedelta(hours=3))
    policy.write_checkpoints(NOW)
    report = verify(obligation)
    assert (report.receipts, report.checkpoints, report.signed_to, report.broken) == (6, 2, 6, None)
    late = verify(obligation, since=NOW + timedelta(hours=2))
    assert (late.receipts, late.broken) == (1, None)


def test_each_creditor_has_its_chain(obligation: Any) -> None:
    other = make_obligation(make_debtor(), make_creditor())
    consent(other.debtor, "sms")
    policy.permit_batch([planned(obligation), planned(other)], actor="prueba", now=NOW)
    assert policy.list_receipt_chains() == sorted([obligation.creditor_id, other.creditor_id])
    assert list(ReceiptChain.objects.values_list("sequence", flat=True)) == [1, 1]


@pytest.mark.parametrize("table", ["receipt", "checkpoint"])
@pytest.mark.parametrize("words", ["UPDATE policy_{} SET at = at", "DELETE FROM policy_{}"])
def test_the_database_refuses_any_change(obligation: Any, table: str, words: str) -> None:
    lived(obligation)
    policy.write_checkpoints(NOW)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(words.format(table))


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE policy_receipt SET at = at + interval '1 microsecond' WHERE sequence = 2", (2, "digest")),
        ("UPDATE policy_receipt SET kind = 'contenu' WHERE sequence = 2", (2, "digest")),
        ("UPDATE policy_receipt SET subject = 'ffffffff-ffff-4fff-bfff-ffffffffffff' WHERE sequence = 2", (2, "digest")),
        ("UPDATE policy_receipt SET payload = replace(payload, 'deny', 'denY') WHERE sequence = 5", (5, "digest")),
        ("UPDATE policy_receipt SET payload = payload || ' ' WHERE sequence = 3", (3, "digest")),
        ("UPDATE policy_receipt SET digest = set_byte(digest, 31, get_byte(digest, 31) # 1) WHERE sequence = 2", (2, "digest")),
        ("UPDATE policy_receipt SET previous_digest = set_byte(previous_digest, 0, 1) WHERE sequence = 1", (1, "previous")),
        ("UPDATE policy_receipt SET sequence = 9 WHERE sequence = 5", (5, "missing")),
        ("DELETE FROM policy_receipt WHERE sequence = 3", (3, "missing")),
        ("DELETE FROM policy_receipt WHERE sequence = 5", (5, "missing")),
        ("DELETE FROM policy_receiptchain", (5, "head")),
        ("UPDATE policy_receiptchain SET digest = set_byte(digest, 0, get_byte(digest, 0) # 1)", (5, "head")),
        ("UPDATE policy_checkpoint SET at = at + interval '1 second'", (5, "checkpoint-signature")),
        ("UPDATE policy_checkpoint SET signature = set_byte(signature, 3, get_byte(signature, 3) # 1)", (5, "checkpoint-signature")),
        ("UPDATE policy_checkpoint SET root = set_byte(root, 3, get_byte(root, 3) # 1)", (5, "checkpoint-signature")),
        ("UPDATE policy_verdict SET verdict = 'allow'", (5, "verdict")),
        ("UPDATE policy_verdict SET actor = 'prueb0' WHERE verdict = 'deny'", (5, "verdict")),
    ],
)  # fmt: skip
def test_any_changed_byte_is_named(obligation: Any, change: str, broken: tuple[int, str]) -> None:
    lived(obligation)
    policy.write_checkpoints(NOW)
    with tampering() as cursor:
        cursor.execute(change)
        assert cursor.rowcount >= 1
    assert verify(obligation).broken == Broken(*broken)


def test_a_chain_written_anew_does_not_match_what_was_signed(obligation: Any) -> None:
    lived(obligation)
    policy.write_checkpoints(NOW)
    with tampering() as cursor:
        cursor.execute("UPDATE policy_receipt SET payload = replace(payload, 'sent', 'read') WHERE sequence = 3")
        for sequence in (3, 4, 5):
            cursor.execute(
                "UPDATE policy_receipt AS r SET previous_digest = p.digest, digest = policy_receipt_digest(p.digest, c.uid,"
                " r.sequence, r.at, r.kind, r.subject, r.payload) FROM policy_receipt p, portfolio_creditor c"
                " WHERE r.sequence = %s AND p.sequence = r.sequence - 1 AND c.id = r.creditor_id AND p.creditor_id = c.id",
                [sequence],
            )
        cursor.execute("UPDATE policy_receiptchain SET digest = (SELECT digest FROM policy_receipt WHERE sequence = 5)")
    assert verify(obligation).broken == Broken(5, "checkpoint-link")


def test_the_command_names_the_first_broken_link(obligation: Any, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("acuerdo.config.cli.installation.open_installation", lambda: None)
    lived(obligation)
    assert main(["audit", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "verified"
    with tampering() as cursor:
        cursor.execute("UPDATE policy_receipt SET payload = payload || ' ' WHERE sequence = 2")
    assert main(["audit", "verify"]) == 1
    assert (
        f"recibos {obligation.creditor.uid}: EL ESLABÓN 2 NO VERIFICA: su contenido cambió" in capsys.readouterr().out
    )


def test_a_forgotten_salt_leaves_the_chain_whole(obligation: Any) -> None:
    lived(obligation)
    policy.forget_salt(obligation.debtor_id, actor="oficial", reason="Supresión", now=NOW)
    assert not PersonSalt.objects.exists()
    assert verify(obligation).broken is None
    with pytest.raises(Refusal) as refused:
        policy.forget_salt(obligation.debtor_id, actor="oficial", reason="Supresión", now=NOW)
    assert refused.value.code == "salt-unknown"


def test_the_key_is_made_once_and_must_stay_private(obligation: Any, data_folder: Path) -> None:
    lived(obligation)
    policy.write_checkpoints(NOW)
    path = data_folder / "receipts.key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    permit(obligation, "sms", at=NOW + timedelta(hours=3))
    with pytest.raises(Refusal) as refused:
        policy.write_checkpoints(NOW)
    assert refused.value.code == "signing-key-exposed"
    assert Checkpoint.objects.count() == 1


def exported(obligation: Any, folder: Path) -> Path:
    """An unpacked expediente of the person, with others' receipts around theirs."""
    for _ in range(3):
        other = make_obligation(make_debtor(), obligation.creditor)
        permit(other)
    attempt = lived(obligation)
    permit(make_obligation(make_debtor(), obligation.creditor))
    made = policy.make_expediente(
        str(obligation.debtor.uid), texts=lambda _uid: {str(attempt.uid): text_of(attempt)}, actor="oficial", now=NOW
    )
    assert (made.receipts, made.texts) == (5, 1)
    (folder / "expediente.zip").write_bytes(made.archive)
    with zipfile.ZipFile(folder / "expediente.zip") as archive:
        archive.extractall(folder / "suelto")
    return folder / "suelto"


def run_verifier(folder: Path) -> tuple[int, str]:
    """In a Python that sees nothing but the standard library."""
    command = [sys.executable, "-I", "-S", str(folder / "verificar.py")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env={"PYTHONIOENCODING": "utf-8"}
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_an_older_python_reads_far_enough_to_say_which_one_it_needs() -> None:
    source = verifier_source()
    ast.parse(source, feature_version=(3, 8))
    check = source.index("sys.exit(")
    assert source.index("import sys") < check < source.index("Ed25519")


def test_an_expediente_verifies_alone_and_names_what_changed(obligation: Any, tmp_path: Path) -> None:
    folder = exported(obligation, tmp_path)
    status, said = run_verifier(folder)
    assert (status, said.splitlines()[0]) == (0, "VERIFICA: 5 recibos, 1 textos, 1 puntos de control.")
    assert (folder / "expediente.pdf").read_bytes().startswith(b"%PDF")
    document = (folder / "expediente.json").read_text(encoding="utf-8")
    changes = [
        ('\\"answer\\":\\"deny\\"', '\\"answer\\":\\"denY\\"', "el recibo 8 de la cadena"),
        ("su cuota vence hoy", "su cuota vence hoi", "el texto del recibo 5 de la cadena"),
        ('"previous_digest": "', '"previous_digest": "0', "expediente.json"),
        (obligation.debtor.full_name, "Otra Persona", "expediente.json cambió"),
    ]
    for before, after, named in changes:
        assert before in document
        (folder / "expediente.json").write_text(document.replace(before, after, 1), encoding="utf-8")
        status, said = run_verifier(folder)
        assert status == 1
        assert said.startswith("NO VERIFICA: ")
        assert named in said
    (folder / "expediente.json").write_text(document, encoding="utf-8")
    pdf = bytearray((folder / "expediente.pdf").read_bytes())
    pdf[len(pdf) // 2] ^= 1
    (folder / "expediente.pdf").write_bytes(pdf)
    assert run_verifier(folder) == (1, "NO VERIFICA: expediente.pdf cambió después de hacerse el expediente\n")


def test_the_command_verifies_the_zip_without_a_database(obligation: Any, tmp_path: Path, capsys: Any) -> None:
    exported(obligation, tmp_path)
    assert main(["audit", "verify", "--expediente", str(tmp_path / "expediente.zip")]) == 0
    assert capsys.readouterr().out == "expediente.zip verifica.\n"
    assert main(["audit", "verify", "--expediente", str(tmp_path / "no.zip"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "expediente-unreadable"


@pytest.mark.parametrize("uid", ["nada", "ffffffff-ffff-4fff-bfff-ffffffffffff"])
def test_an_unknown_person_has_no_expediente(uid: str) -> None:
    with pytest.raises(Refusal) as refused:
        policy.make_expediente(uid, texts=lambda _uid: {}, actor="oficial", now=NOW)
    assert refused.value.code == "debtor-unknown"


def test_a_person_never_contacted_has_none_either(obligation: Any) -> None:
    with pytest.raises(Refusal) as refused:
        policy.make_expediente(str(obligation.debtor.uid), texts=lambda _uid: {}, actor="oficial", now=NOW)
    assert refused.value.code == "expediente-empty"
    assert Verdict.objects.count() == 0
