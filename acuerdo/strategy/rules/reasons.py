"""Why an obligation is or is not contacted today: stable codes and their sentences, Spanish first.

A decision carries a list of codes, the main one first. A code may take a subject after a colon: `email:no-consent` says
it of one channel, `promise-running` of the whole row. Codes of the law's rules (`co.ley2300…`) come from the policy pack.
"""

from dataclasses import dataclass
from typing import Literal

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.rules.model_words import model_reasons

type Group = Literal["action", "nothing_owed", "strategy", "protection", "law", "reach", "person", "capacity"]


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    group: Group
    spanish: str
    english: str


_ALL = (
    # actions
    Reason("step-due", "action", "Hoy toca este paso de la estrategia.", "This step of the strategy falls today."),
    Reason(
        "step-carried",
        "action",
        "El paso tocaba antes y hoy es el primer día en que se puede.",
        "The step fell earlier and today is the first day it may be done.",
    ),
    Reason("channel-first", "action", "Es el primer canal del paso.", "It is the step's first channel."),
    Reason(
        "channel-next",
        "action",
        "Los canales anteriores del paso no se pueden usar.",
        "The step's earlier channels cannot be used.",
    ),
    Reason(
        "call-full",
        "action",
        "No había cupo de llamadas; va por el canal siguiente.",
        "No call capacity was left; the next channel is used.",
    ),
    Reason(
        "channel-full",
        "action",
        "El cupo del canal preferido rinde más con otras personas; va por otro.",
        "The preferred channel's capacity does more with other people; another is used.",
    ),
    # nothing owed now
    Reason("paid", "nothing_owed", "No debe nada.", "Nothing is owed."),
    Reason(
        "paid-today",
        "nothing_owed",
        "Pagó hoy y no tiene nada vencido.",
        "Paid today and nothing is overdue.",
    ),
    Reason(
        "not-due-yet",
        "nothing_owed",
        "Está al día y la próxima cuota no está cerca.",
        "Up to date and the next instalment is not near.",
    ),
    # what the strategy says
    Reason(
        "out-of-scope",
        "strategy",
        "La estrategia no cubre esta obligación.",
        "The strategy does not cover this obligation.",
    ),
    Reason(
        "no-segment",
        "strategy",
        "Ningún segmento de la estrategia la incluye.",
        "No segment of the strategy includes it.",
    ),
    Reason(
        "promise-running",
        "strategy",
        "Tiene una promesa vigente: la dejamos tranquila.",
        "A promise is running: it is left alone.",
    ),
    Reason(
        "plan-running",
        "strategy",
        "Tiene un acuerdo que se está cumpliendo: la dejamos tranquila.",
        "A payment plan is being kept: it is left alone.",
    ),
    Reason("promise-grace", "strategy", "La promesa está en verificación.", "The promise is being verified."),
    Reason("leave-alone", "strategy", "La estrategia la deja tranquila.", "The strategy leaves it alone."),
    Reason("specialist", "strategy", "La lleva un especialista.", "A specialist handles it."),
    Reason("control-group", "strategy", "Está en el grupo de control.", "It is in the control group."),
    Reason("no-step-today", "strategy", "Hoy no le toca ningún paso.", "No step falls today."),
    Reason(
        "step-done",
        "strategy",
        "Ya hubo un contacto por el paso que toca.",
        "There has been a contact for the step that falls.",
    ),
    Reason(
        "not-worth-it", "strategy", "El contacto cuesta más de lo que ayuda.", "The contact costs more than it helps."
    ),
    # protection
    Reason("hold-dispute", "protection", "Está en disputa.", "It is in dispute."),
    Reason("hold-insolvency", "protection", "Hay un proceso de insolvencia.", "There is an insolvency proceeding."),
    Reason("hold-deceased", "protection", "Se informó el fallecimiento.", "The death was reported."),
    Reason(
        "hold-already_paid",
        "protection",
        "Dice que ya pagó; lo estamos verificando.",
        "Says it is paid; it is being verified.",
    ),
    Reason("hold-represented", "protection", "Tiene un representante.", "Has a representative."),
    Reason("hold-do_not_contact", "protection", "Pidió no ser contactado.", "Asked not to be contacted."),
    Reason("hold-wrong_person", "protection", "El contacto no es la persona.", "The contact is not the person."),
    Reason("hold-complaint", "protection", "Tiene un reclamo en trámite.", "A complaint is open."),
    Reason("hold-vulnerable", "protection", "Es una situación especial.", "It is a special situation."),
    Reason("hold-other", "protection", "Tiene una pausa vigente.", "A hold is in force."),
    # the law, for the whole person
    Reason("contacted-today", "law", "Ya fue contactada hoy.", "Already contacted today."),
    Reason(
        "day-closed",
        "law",
        "Hoy no se permite contactar; queda para el próximo día permitido.",
        "No contact is permitted today; it waits for the next permitted day.",
    ),
    Reason(
        "no-channel", "law", "Ningún canal del paso se puede usar hoy.", "No channel of the step may be used today."
    ),
    # one channel
    Reason("no-consent", "law", "no autorizó el canal", "the channel is not authorised"),
    Reason("no-contact-point", "reach", "no hay un dato de contacto válido", "there is no valid contact point"),
    Reason("hold-channel", "protection", "hay una pausa para el canal", "a hold stops the channel"),
    Reason("day-full", "law", "ya no caben más contactos hoy", "no more contacts fit today"),
    Reason("week-full", "law", "ya no caben más contactos esta semana", "no more contacts fit this week"),
    Reason("channel-locked", "law", "esta semana ya se usa otro canal", "another channel is in use this week"),
    Reason("hours-closed", "law", "hoy no queda horario permitido", "no permitted hours are left today"),
    Reason(
        "no-rules",
        "law",
        "no hay reglas de contacto cargadas para el país",
        "no contact rules are loaded for the country",
    ),
    Reason("law", "law", "una regla del país no lo permite", "a rule of the country does not permit it"),
    # one contact a person
    Reason(
        "joined",
        "person",
        "Va en el mismo contacto que otra obligación de la persona.",
        "It goes in the same contact as another obligation of the person.",
    ),
    Reason(
        "other-creditor",
        "person",
        "La persona ya tiene hoy un contacto por otro acreedor.",
        "The person already has a contact today for another creditor.",
    ),
    Reason(
        "earlier-run",
        "person",
        "La persona ya tenía un contacto en marcha de una corrida anterior de hoy.",
        "The person already had a contact under way from an earlier run of today.",
    ),
    # capacity
    Reason("capacity-reached", "capacity", "No alcanzó la capacidad de hoy.", "Today's capacity was not enough."),
)

# What a switched-on model says of the contact that was chosen.
_OF_MODELS = tuple(Reason(code, "action", spanish, english) for code, spanish, english in model_reasons())
REASONS: dict[str, Reason] = {reason.code: reason for reason in (*_ALL, *_OF_MODELS)}
# Holds in the order in which they are told when a person has several.
HOLD_KINDS = tuple(
    code.removeprefix("hold-")
    for code in REASONS
    if code.startswith("hold-") and code not in ("hold-other", "hold-channel")
)
# What a segment may give as its reason to leave an obligation alone.
ALONE_REASONS = ("promise-running", "plan-running", "promise-grace", "leave-alone", "specialist")
CHANNEL_WORDS = {
    "sms": ("SMS", "SMS"), "email": ("Correo", "E-mail"), "whatsapp": ("WhatsApp", "WhatsApp"),
    "voice": ("Mensaje de voz", "Voice message"), "call": ("Llamada", "Call"), "visit": ("Visita", "Visit"), "letter": ("Carta", "Letter"),
}  # fmt: skip


def say(code: str, language: str = "es") -> str:
    """One code as a sentence; a law's rule id is said by the policy pack, so here only as "the country's rule".

    Refuses `unknown-reason` for a code that is in no catalogue.
    """
    subject, separator, rest = code.rpartition(":")
    bare = rest if separator else code
    reason = REASONS.get(bare) or (REASONS["law"] if "." in bare else None)
    if reason is None:
        raise Refusal("unknown-reason", f"No conocemos el motivo «{code}».")
    words = reason.spanish if language == "es" else reason.english
    if not separator:
        return words[0].upper() + words[1:]
    channel = CHANNEL_WORDS[subject][0 if language == "es" else 1]
    return f"{channel}: {words[0].lower()}{words[1:]}"
