"""A voice message: the text is spoken into a file at once and waits for the telephone exchange, which the dialer drives.

It can tell after a crash what it has: a message is queued once, whatever how often it is handed over. Nobody has been called
when it says that it took a message; the exchange tells that later, and what it never placed is failed (actions/voice.py).
"""

import re
import wave
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from acuerdo.kernel.errors import ExternalError
from acuerdo.messaging.adapters.speech import speak
from acuerdo.messaging.models import VoiceJob
from acuerdo.messaging.ports import PROVIDER_DOWN, RECEIVER_REFUSED, Answer, Outgoing

# A call that the exchange could not place within these hours is not placed any more.
KEPT_FOR = timedelta(hours=4)
E164 = re.compile(r"^\+[1-9]\d{6,14}$")


class VoiceQueue:
    """`folder` is private to the installation's account. One message at a time: speaking takes about a tenth of a second."""

    group_max = 1
    is_queue = True

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Sequence[Answer]]:
        for message in messages:
            yield [self._answer(message)]

    def sent_already(self, uids: Sequence[UUID]) -> AbstractSet[UUID] | None:
        return set(VoiceJob.objects.filter(message_uid__in=uids).values_list("message_uid", flat=True))

    def _answer(self, message: Outgoing) -> Answer:
        if not E164.match(message.receiver):
            trouble = ExternalError(RECEIVER_REFUSED, "El número no es de un teléfono.", permanent=True)
            return Answer(message.uid, trouble=trouble)
        try:
            path = self._spoken(message)
            job = VoiceJob(
                message_uid=message.uid, receiver=message.receiver, audio=path.name, seconds=_seconds(path),
                queued_at=message.at, expires_at=message.at + KEPT_FOR,
            )  # fmt: skip
            VoiceJob.objects.bulk_create([job], ignore_conflicts=True)
        except ExternalError as error:
            return Answer(message.uid, trouble=error)
        except OSError as error:
            trouble = ExternalError(PROVIDER_DOWN, f"No se pudo guardar la voz ({error.strerror}).")
            return Answer(message.uid, trouble=trouble)
        return Answer(message.uid, f"voice-{message.uid}")

    def _spoken(self, message: Outgoing) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{message.uid}.wav"
        if not path.exists():
            speak(message.body, path, language=message.language)
        path.chmod(0o600)
        return path


def _seconds(path: Path) -> int:
    with wave.open(str(path), "rb") as sound:
        return -(-sound.getnframes() // sound.getframerate())
