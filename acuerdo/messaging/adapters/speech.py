"""A text spoken into a sound file by espeak-ng, for a voice message. The call itself is the dialer's.

The text goes in by standard input, never on the command line, so nothing in it can be an option; a name cannot speak SSML.
"""

import shutil
import subprocess
from pathlib import Path

from acuerdo.kernel.errors import ExternalError
from acuerdo.kernel.text import squeeze

VOICES = {"es": "es-419", "en": "en-us", "pt": "pt-br"}
WORDS_PER_MINUTE = 150
TEXT_MAX = 1500
SECONDS_MAX = 30


def can_speak() -> bool:
    """Whether espeak-ng is there."""
    return shutil.which("espeak-ng") is not None


def speak(text: str, path: Path, *, language: str = "es") -> Path:
    """Writes `path` as WAV (22 kHz, 16 bits, one channel). Raises ExternalError `speech-missing` and `speech-failed`."""
    program = shutil.which("espeak-ng")
    if program is None:
        raise ExternalError("speech-missing", "Falta el programa espeak-ng en el servidor.", permanent=True)
    voice = VOICES.get(language, VOICES["es"])
    aside = path.with_suffix(".part")
    try:
        done = subprocess.run(
            [program, "-v", voice, "-s", str(WORDS_PER_MINUTE), "-w", str(aside), "--stdin"],
            input=squeeze(text)[:TEXT_MAX].encode(),
            capture_output=True,
            timeout=SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ExternalError("speech-failed", "La voz tardó demasiado.") from None
    if done.returncode != 0 or not aside.exists():
        raise ExternalError("speech-failed", "No se pudo producir la voz.")
    aside.replace(path)
    return path
