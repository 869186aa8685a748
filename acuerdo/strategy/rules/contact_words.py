"""One decision beyond its reasons, in plain words: which step of which segment, what to offer first, what the contact is
expected to bring, what the capacity it uses would bring elsewhere, which group of an experiment the person is in."""

from collections.abc import Sequence
from dataclasses import dataclass

from acuerdo.kernel.money import format_minor
from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.offers import offer_words
from acuerdo.strategy.rules.reasons import CHANNEL_WORDS
from acuerdo.strategy.rules.scorecard import UNIT_MINOR


@dataclass(frozen=True, slots=True)
class Decided:
    """What the worklist keeps of a decision. `options`: `channel:score` of every contact that could have been made."""

    segment: str
    step: str
    channel: str
    variant: str
    probability_bp: int
    score: int
    price: int
    options: Sequence[str]


def decision_sentences(decided: Decided, document: StrategyDocument, currency: str, language: str) -> list[str]:
    """Short sentences in order of use; nothing is said of what the document no longer holds."""
    es = language == "es"
    segment = next((one.title for one in document.segments if one.code == decided.segment), "")
    step = next((one for one in document.steps if one.code == decided.step), None)
    told = []
    if segment:
        told.append(f"Segmento: {segment}." if es else f"Segment: {segment}.")
    if step is not None and decided.channel:
        told.append(f"Paso: {step.title}." if es else f"Step: {step.title}.")
        offer = offer_words(step.offer, language)
        if offer:
            told.append(f"Ofrezca primero: {offer}." if es else f"Offer first: {offer}.")
        if decided.channel == "call" and step.script:
            told.append(f"Guion: {step.script}." if es else f"Guide: {step.script}.")
    if decided.channel and decided.score:
        told += _worth(decided, currency, es=es)
    group = _group(decided, document, es=es)
    return [*told, group] if group else told


def _worth(decided: Decided, currency: str, *, es: bool) -> list[str]:
    gain = _money(decided.score, currency)
    told = [
        f"Se espera que ayude a recuperar cerca de {gain}, descontado su costo."
        if es
        else f"Expected to help recover about {gain}, its cost taken off."
    ]
    if decided.price > 0:
        price = _money(decided.price, currency)
        told.append(
            f"La capacidad que usa rendiría cerca de {price} con otra persona."
            if es
            else f"The capacity it uses would bring about {price} with another person."
        )
    others = [
        f"{CHANNEL_WORDS[channel][0 if es else 1]} ({_money(int(score), currency)})"
        for channel, _colon, score in (one.partition(":") for one in decided.options)
        if channel != decided.channel and channel in CHANNEL_WORDS
    ]
    if others:
        told.append(f"También se podía: {', '.join(others)}." if es else f"Also possible: {', '.join(others)}.")
    return told


def _group(decided: Decided, document: StrategyDocument, *, es: bool) -> str:
    code, _slash, chosen = decided.variant.partition("/")
    for one in document.experiments:
        for variant in one.variants:
            if (one.code, variant.code) == (code, chosen):
                share = f"{decided.probability_bp / 100:g}"
                share = share.replace(".", ",") if es else share
                return (
                    f"Experimento «{one.title}», grupo «{variant.title}»: le tocó por azar, con {share} % de probabilidad."
                    if es
                    else f"Experiment “{one.title}”, group “{variant.title}”: drawn by chance, with {share} % probability."
                )
    return ""


def _money(score: int, currency: str) -> str:
    return format_minor(score * UNIT_MINOR.get(currency, 100) // 100, currency)
