"""Letters as a PDF that a printer fetches, and a text spoken into a file by the real program."""

import shutil
import wave
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from acuerdo.kernel.errors import ExternalError
from acuerdo.messaging.adapters.letter import LetterChannel
from acuerdo.messaging.adapters.speech import speak
from acuerdo.messaging.ports import RECEIVER_REFUSED, Answer, Outgoing
from tests.factories import NOW

ADDRESS = "Ana María Prueba\nCalle 10 n.º 5-20\nBogotá D. C."


def outgoing(number: int = 1, receiver: str = ADDRESS, **fields: Any) -> Outgoing:
    values: dict[str, Any] = {
        "uid": UUID(int=number), "channel": "letter", "receiver": receiver, "sender_name": "Banco Andino", "reply_to": "",
        "subject": "Estado de su obligación", "body": "Hola, Ana:\n\nSu cuota de $ 180.000.", "body_html": "", "at": NOW,
    }  # fmt: skip
    return Outgoing(**{**values, **fields})


def send(channel: LetterChannel, *messages: Outgoing) -> list[Answer]:
    return [answer for group in channel.send(messages) for answer in group]


def test_a_batch_is_one_pdf_with_its_list(tmp_path: Path) -> None:
    channel = LetterChannel("papel", tmp_path / "cartas")
    first, second, third = send(channel, outgoing(1), outgoing(2, " \n "), outgoing(3, body="Texto largo. " * 900))
    assert second.trouble is not None
    assert (second.trouble.code, first.provider_ref) == (RECEIVER_REFUSED, third.provider_ref)
    pages = [page.extract_text() for page in PdfReader(tmp_path / "cartas" / first.provider_ref).pages]
    assert len(pages) >= 3
    assert "Calle 10 n.º 5-20" in pages[0]
    assert "$ 180.000" in pages[0]
    listing = (tmp_path / "cartas" / first.provider_ref.replace(".pdf", ".csv")).read_text()
    assert [line.split(",")[1] for line in listing.splitlines()[1:]] == ["1", "2"]
    assert (tmp_path / "cartas" / first.provider_ref).stat().st_mode & 0o077 == 0


def test_after_a_crash_the_lists_tell_what_was_printed(tmp_path: Path) -> None:
    channel = LetterChannel("papel", tmp_path)
    assert channel.sent_already([UUID(int=1)]) == set()
    send(channel, outgoing(1), outgoing(2))
    (tmp_path / "20260715-x.csv.part").write_text("uid,page,receiver\r\n" + str(UUID(int=9)))
    assert channel.sent_already([UUID(int=1), UUID(int=9)]) == {UUID(int=1)}


def test_an_address_is_no_formula_and_a_full_disk_is_temporary(tmp_path: Path) -> None:
    (answer,) = send(LetterChannel("papel", tmp_path), outgoing(1, '=HYPERLINK("x")'))
    assert "\"'=HYPERLINK" in (tmp_path / answer.provider_ref.replace(".pdf", ".csv")).read_text()
    (tmp_path / "archivo").write_text("")
    (failed,) = send(LetterChannel("papel", tmp_path / "archivo" / "x"), outgoing())
    assert failed.trouble is not None
    assert not failed.trouble.permanent


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
@pytest.mark.parametrize("text", ["Hola, Ana. Su cuota vence mañana.", "-x --version; <speak>ñ</speak>", "😀"])
def test_a_text_is_spoken_into_a_file(tmp_path: Path, text: str) -> None:
    path = speak(text, tmp_path / "voz.wav")
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        seconds = sound.getnframes() / sound.getframerate()
    assert 0 <= seconds < 30
    assert list(tmp_path.iterdir()) == [path]


def test_a_machine_without_the_program_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExternalError) as raised:
        speak("Hola", tmp_path / "voz.wav")
    assert (raised.value.code, raised.value.permanent) == ("speech-missing", True)
