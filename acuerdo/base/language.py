"""The language of the terminal: `ACUERDO_LANG` is `es` (default) or `en`.

Only for words said before or outside Django (command line, database supervisor); screens use gettext.
"""

import os
from typing import Literal

Language = Literal["es", "en"]


def terminal_language() -> Language:
    return "en" if os.environ.get("ACUERDO_LANG", "es").lower().startswith("en") else "es"


def in_language(*, es: str, en: str) -> str:
    """The sentence in the terminal's language."""
    return en if terminal_language() == "en" else es
