"""Which form of address a text uses: usted, tú, vos, several, or none that can be told.

Tú and vos have forms of their own. Usted shares its verbs with "he" and "she", so it is taken from its own pronoun, from
imperatives and from "su", "le" and verbs without another subject, as a reader would.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from acuerdo.messaging.rules.tone.conjugation import tu_forms, usted_forms, vos_forms

type Register = Literal["usted", "tu", "vos", "mixed", "none"]

_WORD = re.compile(r"[a-záéíóúüñ]+", re.IGNORECASE)
_TU_WORDS = frozenset(
    "tú ti contigo tu tus tuyo tuya tuyos tuyas te vosotros vosotras os vuestro vuestra vuestros vuestras".split()
)
# "ayudarte", "recordártelo", "avisándote", and the plural of tú in Spain ("tenéis").
_TU_SHAPE = re.compile(
    r"[a-zñü]{2,}(?:[aei]rte|[áéí]rtel[oa]s?|ándote(?:l[oa]s?)?|éndote(?:l[oa]s?)?)|[a-zñü]{2,}(?:[áé]is)"
)
_NOT_TU_SHAPE = frozenset(
    "parte arte aparte comparte reparte imparte departe descarte fuerte muerte suerte inerte advierte convierte divierte vierte"
    " invierte seis veintiséis dieciséis jamáis".split()
)
# "ayudarle", "enviarle": of usted, unless somebody else was just named.
_USTED_SHAPE = re.compile(r"[a-zñü]{2,}[aei]rl[eo]s?")
# Before a verb without subject of its own.
_OPENERS = frozenset(
    "y o pero si no lo la los las me nos se qué que cuando cómo dónde cuándo cuánto cuánta ya también siempre dónde donde como aún ni"
    " porque gracias entonces cuál aquí hoy además".split()
)
_ONLY_TU = frozenset("tú ti contigo".split())  # "tu", "te" and many verb forms belong to vos as well
_VOS_WORDS = frozenset(["vos"])
_USTED_WORDS = frozenset("usted ustedes ud uds sumercé".split())
_USTED_WEAK = frozenset("su sus suyo suya suyos suyas le les".split())
# Imperatives of usted with a pronoun: "comuníquese", "envíenos", "díganos".
_ENCLITIC = re.compile(r"[a-zñü]*[áéíóú][a-zñü]*[ae](?:se|nos|me|lo|la|los|las|le|les|melo|noslo|selo)$")
_NOT_ENCLITIC = frozenset("médicos crédito".split())
# "te" as the letter or the drink does not exist here; "tu" in an address or a name of a service does.
_QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"|“[^”]*”|https?://\S+|\S+@\S+|\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Address:
    """One word that shows a form of address, with its position."""

    word: str
    register: Register
    start: int
    end: int
    is_sure: bool


def addresses(text: str) -> Iterator[Address]:
    """Every word that shows how the reader is addressed, in order; quotations, links and fields are passed over."""
    bare = _QUOTED.sub(lambda match: " " * len(match.group()), text)
    before, last_end = "", 0
    for match in _WORD.finditer(bare):
        word = match.group().lower()
        begins = last_end == 0 or bare[last_end : match.start()].strip(" ") != ""
        is_name = match.group()[0].isupper() and not begins and not match.group().isupper()
        shown = None if is_name else _shown_by(word, opens=begins or before in _OPENERS)
        if shown is not None:
            yield Address(word, shown[0], match.start(), match.end(), shown[1])
        before, last_end = word, match.end()


def _shown_by(word: str, *, opens: bool) -> tuple[Register, bool] | None:
    if word in _TU_WORDS or word in tu_forms() or (_TU_SHAPE.fullmatch(word) and word not in _NOT_TU_SHAPE):
        return "tu", True
    if word in _USTED_WORDS:
        return "usted", True
    if word in _VOS_WORDS or word in vos_forms():
        return "vos", True
    if word in _USTED_WEAK or _USTED_SHAPE.fullmatch(word) or (opens and word in usted_forms()):
        return "usted", False
    if _ENCLITIC.fullmatch(word) and word not in _NOT_ENCLITIC:
        return "usted", False
    return None


def register_of(found: list[Address]) -> Register:
    """The register that the words show together. Weak signs of usted do not make a text of tú or vos mixed."""
    sure = {address.register for address in found if address.is_sure}
    if "vos" in sure and not any(one.word in _ONLY_TU for one in found):
        sure.discard("tu")
    if len(sure) > 1:
        return "mixed"
    if sure:
        return sure.pop()
    return "usted" if found else "none"
