"""Comparing texts that people typed: without accents, case and stray spaces."""

import re
import unicodedata

_PARTICLES = {"de", "del", "la", "las", "los", "y", "e", "da", "do", "dos", "das"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def squeeze(text: str) -> str:
    """Single spaces, none at the ends, no control or invisible characters; composed form (NFC)."""
    if text.isprintable() and unicodedata.is_normalized("NFC", text):  # most texts: nothing to compose or to leave out
        return " ".join(text.split()) if "  " in text else text.strip()
    spaced = unicodedata.normalize("NFC", text).replace("\u00a0", " ")
    spaced = re.sub(r"[\t\r\n]", " ", spaced)
    return " ".join(_CONTROL.sub("", spaced).split())


def fold(text: str) -> str:
    """For comparing: no accents, lower case, single spaces. "  Nº  CÉDULA" becomes "no cedula"."""
    decomposed = unicodedata.normalize("NFKD", squeeze(text))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


def header_key(text: str) -> str:
    """For matching column headers: words joined by `_`. "Nº de Identificación (CC)" becomes "no_de_identificacion_cc"."""
    return "_".join(re.findall(r"[a-z0-9]+", fold(text)))


def name_key(text: str) -> str:
    """For matching person names whatever the order of surnames: folded words, sorted."""
    return " ".join(sorted(re.findall(r"[a-z0-9]+", fold(text))))


def person_name(text: str) -> str:
    """For greeting: "MARÍA DE LA CRUZ  PÉREZ" becomes "María de la Cruz Pérez"; mixed case is kept as written."""
    clean = squeeze(text)
    if clean != clean.upper() and clean != clean.lower():
        return clean
    words = clean.lower().split(" ")
    return " ".join(word if index and word in _PARTICLES else _capitalised(word) for index, word in enumerate(words))


def _capitalised(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))


def search_key(text: str) -> str:
    """For finding people by name: upper case, no accents nor punctuation. "Peña-Núñez,  José" becomes "PENA NUNEZ JOSE"."""
    return " ".join(re.findall(r"[A-Z0-9]+", fold(text).upper()))
