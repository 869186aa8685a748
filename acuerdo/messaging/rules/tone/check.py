"""The checker: phrases, form of address, shouting, and what a message about money may not leave out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from acuerdo.messaging.rules.sms import Segments, segments
from acuerdo.messaging.rules.tone.findings import Finding, Severity, folded
from acuerdo.messaging.rules.tone.phrases import Phrase, phrases, word_starts
from acuerdo.messaging.rules.tone.register import Address, Register, addresses, register_of

type Verdict = Literal["pass", "warn", "block"]

_SENTENCE_END = re.compile(r"[.!?\n]")
_SENTENCE_START = re.compile(r"[.!?;:\n¿¡]")
_SHOUT = re.compile(r"\b[A-ZÁÉÍÓÚÜÑ]{4,}\b(?:[^a-záéíóúüñ\n{}$\d]{1,3}\b[A-ZÁÉÍÓÚÜÑ]{2,}\b)+")
_SHOUT_WORD = re.compile(
    r"\b(?:PAGUE|PAGA|URGENTE|ATENCION|ATENCIÓN|IMPORTANTE|AVISO|INMEDIATO|DEUDA|MORA|HOY|YA|AHORA|ALERTA)\b"
)
_HEADINGS = frozenset({"IMPORTANTE", "AVISO", "ATENCION", "ATENCIÓN", "HOY"})
_MARKS = re.compile(r"[!¡]{2,}|!\s*!")
_AMOUNT = re.compile(
    r"(?:(?:US|R|RD|C)?\$|S/\.?|\b(?:COP|PEN|USD|MXN)\b)\s?\d(?:[\d.,]*\d)?"
    r"|\b\d[\d.,]*\s?(?:pesos|soles|dolares|mil pesos|millones)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?\b|\b\d{4}-\d{2}-\d{2}\b"
    r"|\b(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre)\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"|\b(?:hoy|ayer|manana|pasado manana|today|tomorrow|lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b"
    r"|\b(?:el|del|al|dia) \d{1,2}\b|\{+[^}]*(?:fecha|dia|plazo|corte|\d)[^}]*\}+"
    r"|\b(?:este mes|cada mes|por quincena|por mes|mensual\w*|a la fecha)\b"
)
_DEBT_WORD = re.compile(
    r"\b(?:deuda|debe|cuota|saldo|mora|obligacion|credito|prestamo|atras\w+|pendiente|vencid\w+|vence|pago|pague|pagar|canones?|tarjeta|factura)\b"
)
_AMOUNT_FIELD = re.compile(r"\{+[^}]*(?:saldo|valor|monto|cuota(?!s)|deuda)[^}]*\}+")
_CREDITOR = re.compile(
    r"\{+[^}]*(?:acreedor|entidad|empresa|banco|compania|creditor|lender)[^}]*\}+"
    r"|\b(?:banco|bancolombia|cooperativa|financiera|caja|fondo|compania|almacenes|grupo|corporacion|fundacion)\b"
    r"|\b(?:microfinanciera|edpyme)\b|\bs\. ?a\. ?s?\.?|\bltda\b"
    r"|\b(?:le escribe|le habla|le saluda|le escribimos|de parte de|soy|somos|this is|from)\b"
)
_BRANDED = re.compile(
    r"(?:^|[.,:;\n])\s*[A-ZÁÉÍÓÚ][\wáéíóúñ]+(?: [A-ZÁÉÍÓÚ\d][\wáéíóúñ.]*){0,4}"
    r"(?::| (?:le|te) (?:recuerda|informa|escribe|agradece)| recibi)"
)
_SPANISH = re.compile(r"\b(?:el|la|los|las|de|que|su|sus|tu|para|por|con|usted|es|se|le|te|no|si|una?|al|del|en|y)\b")
_ENGLISH = re.compile(r"\b(?:the|of|you|your|is|are|for|with|from|this|that|we|to|and|will|not|it|can|have|on)\b")
_FIELD = re.compile(r"\{[^}]*\}+")

_REGISTER_WHY = {
    "mixed": "Mezcla formas de tratar a la persona en un mismo texto.",
    "tu": "Tutea. El trato acordado por omisión es usted.",
    "vos": "Vosea. El trato acordado por omisión es usted.",
}
_RANK: dict[Severity, int] = {"block": 0, "warn": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class ToneReport:
    """The whole answer; `findings` in the order of the text."""

    verdict: Verdict
    register: Register
    findings: tuple[Finding, ...]
    segments: Segments

    def as_json(self) -> dict[str, Any]:
        """The output of `acuerdo tone check`."""
        return {
            "verdict": self.verdict,
            "register": self.register,
            "findings": [finding.as_json() for finding in self.findings],
            "segments": {"encoding": self.segments.encoding, "count": self.segments.count},
        }


def check_tone(text: str, *, country: str = "co", channel: str = "", form_of_address: str = "usted") -> ToneReport:
    """Checks a text or a template in Spanish. `country` is a two-letter code, `channel` one of ours or empty.

    `form_of_address` is what the creditor agreed to use. Other languages get the checks that do not depend on words.
    """
    plain = folded(text)
    found = list(addresses(text)) if _is_spanish(plain) else []
    findings = [
        *_phrase_findings(text, plain, country.lower()),
        *_register_findings(text, found, form_of_address),
        *_shouting(text),
        *_left_out(text, plain, channel),
    ]
    kept = sorted(_widest(findings), key=lambda finding: (finding.start, _RANK[finding.severity], finding.rule))
    return ToneReport(_verdict(kept), register_of(found), tuple(kept), segments(text))


def _is_spanish(plain: str) -> bool:
    words = _FIELD.sub(" ", plain)
    return len(_ENGLISH.findall(words)) <= len(_SPANISH.findall(words))


def _verdict(findings: list[Finding]) -> Verdict:
    severities = {finding.severity for finding in findings}
    return "block" if "block" in severities else "warn" if "warn" in severities else "pass"


def _phrase_findings(text: str, plain: str, country: str) -> Iterator[Finding]:
    starts = word_starts(plain)
    for phrase in phrases():
        if phrase.countries and country not in phrase.countries:
            continue
        for match in phrase.matches(plain, starts):
            if _holds(phrase, plain, match.start(), match.end()):
                yield _finding(text, match.span(), phrase.rule, phrase.severity, phrase.why, phrase.suggestion)


def _holds(phrase: Phrase, plain: str, start: int, end: int) -> bool:
    """Whether the sentence around means it: no denial before, no right explained, and what must stand beside it does."""
    before = _sentence_before(plain, start)
    if phrase.but_not is not None and phrase.but_not.search(before):
        return False
    if phrase.unless is None and phrase.along is None:
        return True
    sentence = before + _sentence_from(plain, start, end)
    if phrase.unless is not None and phrase.unless.search(sentence):
        return False
    return phrase.along is None or phrase.along.search(sentence) is not None


def _sentence_from(plain: str, start: int, end: int) -> str:
    stop = _SENTENCE_END.search(plain, end, end + 200)
    return plain[start : stop.start() if stop else end + 200]


def _sentence_before(plain: str, position: int) -> str:
    """What the sentence says before a position."""
    start = 0
    for match in _SENTENCE_START.finditer(plain, max(0, position - 200), position):
        start = match.end()
    return plain[max(start, position - 200) : position]


def _register_findings(text: str, found: list[Address], agreed: str) -> Iterator[Finding]:
    register = register_of(found)
    if register in ("none", agreed):
        return
    odd = next((one for one in found if one.is_sure and one.register != agreed), None)
    if odd is None:
        return
    why = _REGISTER_WHY.get(register, "El trato no es el acordado.")
    span = (odd.start, odd.end)
    severity: Severity = "warn"
    rule = "mixed_register" if register == "mixed" else "register"
    yield _finding(
        text,
        span,
        rule,
        severity,
        why,
        "Use un solo trato de principio a fin: «usted puede», «su cuota», «le escribimos».",
    )


def _shouting(text: str) -> Iterator[Finding]:
    why = "Las mayúsculas y los signos repetidos se leen como gritos."
    suggestion = "Escriba con mayúscula solo la primera letra; la información se entiende mejor sin gritos."
    for pattern in (_SHOUT, _SHOUT_WORD, _MARKS):
        for match in pattern.finditer(text):
            is_heading = text[match.end() : match.end() + 1] == ":" and match.group() in _HEADINGS
            if not is_heading:
                yield _finding(text, match.span(), "shouting", "warn", why, suggestion)


def _left_out(text: str, plain: str, channel: str) -> Iterator[Finding]:
    """A message about money says who it is for and until when; speech in a call says it in its own time."""
    if channel in ("call", "voice"):
        return
    amount = _AMOUNT.search(text) or _AMOUNT_FIELD.search(plain)
    if amount and not _DATE.search(plain):
        why = "Un valor sin fecha no se puede verificar ni decidir."
        yield _finding(
            text,
            amount.span(),
            "amount_without_date",
            "warn",
            why,
            "Diga la fecha de la cifra o del vencimiento: «al 15 de mayo de 2026».",
        )
    names_creditor = _CREDITOR.search(plain) or _BRANDED.search(text)
    if (
        (amount or _DEBT_WORD.search(plain))
        and channel in ("sms", "email", "whatsapp", "letter")
        and not names_creditor
    ):
        end = min(len(text), 40)
        why = "No dice quién es el acreedor: la persona no puede saber si es cierto."
        yield _finding(
            text,
            (0, end),
            "missing_creditor",
            "warn",
            why,
            "Empiece por decirlo: «Le escribe {quien_escribe}, de {acreedor}.»",
        )


def _finding(text: str, span: tuple[int, int], rule: str, severity: Severity, why: str, suggestion: str) -> Finding:
    start, end = span
    return Finding(rule, severity, start, end, text[start:end], why, suggestion)


def _widest(findings: list[Finding]) -> list[Finding]:
    """One finding for each stretch and rule, the gravest: what lies inside another of the same rule adds nothing."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda one: (one.rule, one.start, -one.end)):
        last = kept[-1] if kept else None
        if last is None or last.rule != finding.rule or finding.start >= last.end:
            kept.append(finding)
        elif _RANK[finding.severity] < _RANK[last.severity]:
            kept[-1] = finding
    return kept
