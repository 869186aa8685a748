"""A person in arrears who authorised e-mail and SMS, the library loaded, and a pretend provider that can be told to fail."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from acuerdo.kernel.errors import ExternalError
from acuerdo.messaging.adapters.sandbox import SandboxChannel
from acuerdo.messaging.ports import Answer, Outgoing
from acuerdo.messaging.public import PlannedMessage, load_templates
from acuerdo.policy.models import Consent
from tests.factories import NOW, make_creditor, make_debtor, make_email, make_obligation, make_phone


@dataclass
class FailingChannel:
    """Answers what the test says, for each message in turn; the last answer stays."""

    answers: list[ExternalError | None]
    name: str = "failing"
    sent: list[Outgoing] = field(default_factory=list)

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        for message in messages:
            trouble = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            self.sent.append(message)
            yield [Answer(message.uid, "" if trouble else "ref", trouble)]

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return None


@dataclass
class World:
    """Ways to make people who may be written to, and wishes to write to them."""

    creditor: Any

    def obligation(self, **fields: Any) -> Any:
        debtor = fields.pop("debtor", None) or self.debtor()
        return make_obligation(debtor, self.creditor, **fields)

    def debtor(self, channels: Sequence[str] = ("email", "sms"), **fields: Any) -> Any:
        debtor = make_debtor(**fields)
        for channel in channels:
            Consent.objects.create(
                debtor=debtor,
                channel=channel,
                granted_at=NOW - timedelta(days=90),
                source="contrato",
                recorded_by="prueba",
            )
        make_phone(debtor)
        make_email(debtor)
        return debtor

    def wish(self, *obligations: Any, **fields: Any) -> PlannedMessage:
        lead = obligations[0]
        values: dict[str, Any] = {
            "plan_key": f"2026-07-15:{lead.debtor_id}:collection",
            "debtor_id": lead.debtor_id,
            "creditor_id": lead.creditor_id,
            "obligation_ids": tuple(one.pk for one in obligations),
            "channel": "email",
            "template": "temprana_8",
            "not_before": NOW,
        }
        return PlannedMessage(**{**values, **fields})


@pytest.fixture
def world(db: None) -> World:
    load_templates()
    ways = [{"name": "PSE", "detail": "www.banco.example"}, {"name": "Efecty", "detail": "convenio 1234"}]
    return World(
        make_creditor(
            "Banco Andino",
            phone="+576015550100",
            email="servicio@bancoandino.example",
            ways_to_pay=ways,
        )
    )


@pytest.fixture
def sandbox() -> dict[str, SandboxChannel]:
    return {"email": SandboxChannel(), "sms": SandboxChannel()}
