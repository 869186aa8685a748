"""Letters and voice messages planned for people leave by themselves: a PDF for the post, a sound for the exchange."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import TestCase
from pypdf import PdfReader

from acuerdo.messaging.adapters.letter import LetterChannel
from acuerdo.messaging.adapters.voice_queue import VoiceQueue
from acuerdo.messaging.models import Message, VoiceJob
from acuerdo.messaging.ports import RECEIVER_REFUSED, Answer, Outgoing
from acuerdo.messaging.public import (
    deliver_all_due,
    deliver_due,
    expire_calls,
    letter_batches,
    plan_batch,
    recover_stuck,
)
from acuerdo.policy.models import Attempt
from tests.factories import NOW, make_contact_point

pytestmark = pytest.mark.django_db


def plan(world: Any, channel: str, template: str) -> Any:
    debtor = world.debtor(channels=(channel,), full_name="ANA MARÍA PRUEBA SOTO")
    make_contact_point(debtor, "address", "Calle 10 n.º 5-20\nBogotá D. C.")
    row = world.obligation(debtor=debtor)
    (outcome,) = plan_batch([world.wish(row, channel=channel, template=template)], NOW)
    assert (outcome.state, outcome.reason) == ("scheduled", "")
    return row


def test_a_letter_is_printed_under_the_persons_name(world: Any, tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path
    obligation = plan(world, "letter", "tardia")
    assert deliver_all_due(NOW, {"letter": LetterChannel("papel", tmp_path / "letters")}).sent == 1
    message = Message.objects.get()
    text = PdfReader(tmp_path / "letters" / message.provider_ref).pages[0].extract_text()
    assert "Ana María Prueba Soto\nCalle 10 n.º 5-20" in text
    (batch,) = letter_batches([obligation.creditor_id])
    assert (batch.name, batch.letters, batch.is_there) == (message.provider_ref, 1, True)
    assert letter_batches([]) == []


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_a_voice_message_is_spoken_once_and_waits_for_the_exchange(world: Any, tmp_path: Path) -> None:
    plan(world, "voice", "temprana_8")
    queue = VoiceQueue("central", tmp_path / "voice")
    assert deliver_all_due(NOW, {"voice": queue}).sent == 1
    message, job = Message.objects.get(), VoiceJob.objects.get()
    assert (job.message_uid, job.receiver, job.taken_at) == (message.uid, message.receiver, None)
    sound = tmp_path / "voice" / job.audio
    assert 2 < job.seconds < 60
    assert sound.stat().st_size > 20_000
    assert sound.stat().st_mode & 0o077 == 0
    assert queue.sent_already([message.uid]) == {message.uid}
    out = Outgoing(message.uid, "voice", message.receiver, "", "", "", message.body, "", NOW)
    list(queue.send([out]))
    assert VoiceJob.objects.count() == 1


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_a_call_that_was_never_placed_fails_and_counts_for_nothing(world: Any, tmp_path: Path, settings: Any) -> None:
    """Queued, the contact is authorised and not made; four hours later it is over and another channel may take its place."""
    settings.DATA_FOLDER = tmp_path
    plan(world, "voice", "temprana_8")
    deliver_all_due(NOW, {"voice": VoiceQueue("central", tmp_path / "voice")})
    attempt, job = Attempt.objects.get(), VoiceJob.objects.get()
    assert (attempt.status, attempt.counts) == ("reserved", True)
    sound = tmp_path / "voice" / job.audio
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert expire_calls(job.expires_at - timedelta(minutes=1)) == 0
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert expire_calls(job.expires_at) == 1
    message = Message.objects.get()
    attempt.refresh_from_db()
    assert (message.state, message.failure) == ("failed", "call-not-placed")
    assert (attempt.status, attempt.counts) == ("failed", False)
    assert not VoiceJob.objects.exists()
    assert not sound.exists()
    assert message.contact_point is not None
    assert message.contact_point.is_valid
    assert expire_calls(job.expires_at) == 0


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_a_worker_that_died_after_queueing_has_called_nobody(world: Any, tmp_path: Path) -> None:
    plan(world, "voice", "temprana_8")

    class Dying(VoiceQueue):
        def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
            list(super().send(messages))
            raise KeyboardInterrupt

    dying = Dying("central", tmp_path / "voice")
    with pytest.raises(KeyboardInterrupt):
        deliver_due(NOW, {"voice": dying})
    assert recover_stuck(NOW + timedelta(minutes=11), {"voice": dying}).sent == 1
    assert (Message.objects.get().state, Attempt.objects.get().status) == ("sent", "reserved")
    assert VoiceJob.objects.count() == 1


def test_a_number_that_is_none_is_not_spoken_to(world: Any, tmp_path: Path) -> None:
    out = Outgoing(UUID(int=7), "voice", "600", "", "", "", "Hola", "", NOW)
    ((answer,),) = VoiceQueue("central", tmp_path).send([out])
    assert answer.trouble is not None
    assert answer.trouble.code == RECEIVER_REFUSED
