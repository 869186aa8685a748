"""What is said of a strategy document and of what may be done with it, in the reader's language.

The sentences are written where the faults are found, in Spanish and with the document's own words in them (the rules know
no languages). Whoever reads another language gets the same sentence with the same words: `{}` stands for them.
"""

import re
from functools import cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

SENTENCES = (
    # the document cannot be read
    _("el documento pasa de {} caracteres"),
    _("no se admiten alias, anclas ni etiquetas de YAML; repita el texto"),
    _("no es YAML válido; revise sangría, comillas y dos puntos"),
    _("no es YAML válido"),
    _("el documento está vacío"),
    _("el documento debe ser una lista de campos como «code: …»"),
    _("el campo «{}» está dos veces"),
    _("no es válido ({})"),
    _("falta este campo"),
    _("no puede ser «{}»; use {}"),
    _("«{}» no tiene la forma pedida ({})"),
    _("debe ser {} o más"),
    _("debe ser {} o menos"),
    _("no puede estar vacío"),
    _("es demasiado largo: admite {}"),
    _("debe ser un número entero y es «{}»"),
    _("debe ser un número como 2.5 y es «{}»"),
    _("admite dos decimales y es «{}»"),
    _("debe ser una lista"),
    _("debe ser un grupo de campos"),
    _("debe ser un texto"),
    _("debe ser true o false"),
    _("debe ser una fecha que exista, como 2026-03-31, y es «{}»"),
    _("debe ser una fecha como 2026-03-31 y es «{}»"),
    _("el campo «{}» no existe; ¿quiso decir «{}»?"),
    _("el campo «{}» no existe; quítelo"),
    # parts that do not fit together
    _("las etapas deben empezar en orden: early < middle < late"),
    _("hay dos veces el {} «{}»"),
    _("hay dos veces la variante «{}»"),
    _("el paso «{}» nombra el segmento «{}», que no existe"),
    _("el paso «{}» nombra «{}», que se deja tranquilo: nunca llegaría"),
    _("el paso «{}» nombra la variante «{}», que no existe"),
    _("los experimentos suman el {} por ciento de las personas: no pueden pasar de 100, porque nadie está en dos"),
    _("los porcentajes de las variantes suman {}: deben sumar 100"),
    _("«paused» nombra la variante «{}», que no existe"),
    _("la variante «{}» es la campeona y no se puede pausar"),
    _("«ends_on» es anterior a «starts_on»"),
    _("El valor «{}» tiene más decimales de los que admite {}."),
    _("un canal está dos veces en «channels»"),
    _("falta «template»: solo un paso que únicamente llama puede ir sin plantilla"),
    _("«script» es el guion de una llamada y «channels» no tiene «call»"),
    _("«repeat_days» y «until» van juntos: cada cuántos días y hasta qué día"),
    _("un paso sin «day» necesita «when», y no admite «relative_to», «repeat_days» ni «until»"),
    _("«until» es anterior a «day»"),
    _("«open_days» no puede pasar de «repeat_days»"),
    _("con «relative_to: promise», «day» va de −60 a 0 y no se repite"),
    _("con «relative_to: contact», «day» cuenta desde el último contacto: 1 o más, y no se repite"),
    # conditions
    _("Condición no válida (carácter {}): {}."),
    _("Condición no válida: {}."),
    _("la condición es demasiado larga: admite {} caracteres"),
    _("no se entiende; revise paréntesis, comillas y operadores"),
    _("se esperaba una condición y hay un {}; compare con ==, <, >…"),
    _("«{}» no está permitido; use hechos, números, textos, comparaciones, in, and, or, not, + y -"),
    _("«{}» es una característica protegida y no puede decidir el trato; quítela"),
    _("el hecho «{}» no existe; ¿quiso decir «{}»?"),
    _("el hecho «{}» no existe; vea la lista con «acuerdo strategy facts»"),
    _("«{}» no se admite: solo números enteros y textos"),
    _("el número {} es demasiado grande"),
    _("escriba los valores así: amount(COP=2000000, PEN=2000)"),
    _("amount(…) necesita una moneda y un valor positivo que quepa"),
    _("solo se suman o restan números con números, o saldos con saldos"),
    _("use ==, !=, <, <=, >, >=, in o not in"),
    _("un saldo se compara con amount(COP=…, PEN=…) o con 0"),
    _("no se puede comparar {} con {}"),
    _("compare un saldo con amount(…), no dos amount(…)"),
    _("{}: solo se compara con == o !="),
    _('in se usa así: stage in ["early", "middle"]'),
    _("la lista debe tener solo {}"),
    _("«{}» nunca vale «{}»; ¿quiso decir «{}»?"),
    _("«{}» nunca vale «{}»; puede ser: {}"),
    # what reads well and is still wrong in this installation
    _("no hay reglas de contacto para «{}»: no se contactaría a nadie"),
    _("«{}» nunca recibe a nadie: «{}» va antes y no tiene condición"),
    _("el último segmento tiene condición: quien no la cumpla queda por fuera"),
    _("ningún paso atiende «{}»"),
    _("es 0 y hay pasos que llaman: todos pasarían a su canal siguiente o quedarían sin contacto"),
    _("es 0 y hay pasos por «{}»: no saldría ninguno"),
    _("no hay minutos de gestores con la habilidad «{}» en «capacity.agent_minutes»"),
    _("la ley de {} nunca permite «{}» para este paso ({}); cambie el canal o los días"),
    _("a las {} nunca se permite contactar en {}; escriba una hora más temprana"),
    _("a las {} aún no se permite en {}; saldría en la primera hora permitida"),
    _("no hay una plantilla publicada «{}»; ¿quiso decir «{}»?"),
    _("no hay una plantilla publicada «{}»"),
    _("la plantilla «{}» no tiene texto para «{}»: agréguelo o quite el canal"),
    _("plantilla «{}» ({}, {}): {}"),
    _("no hay una oferta «{}»; ¿quiso decir «{}»?"),
    _("no hay una oferta «{}»; use una de: {}"),
    _("no hay un guion «{}»; ¿quiso decir «{}»?"),
    _("no hay un guion «{}»; use uno de: {}"),
    _("cae el día {} para las mismas personas que «{}», que va antes: no llegaría nunca ese día"),
    _("«{}» no recibe a nadie: sus {} obligaciones cayeron en uno anterior; súbalo en la lista"),
    _("{} obligaciones que cumplen «{}» cayeron en un segmento anterior; {} quedan en este"),
    _("nadie cumple hoy «{}»"),
    _("{} obligaciones no caen en ningún segmento; agregue al final uno sin «when» para los demás"),
    # templates
    _("Falta el campo {}: {}"),
    # what is refused on the way
    _("línea {}, {}: {} (y {} más)"),
    _("línea {}, {}: {}"),
    _("línea {}: {} (y {} más)"),
    _("línea {}: {}"),
    _("documento, {}: {}"),
    _("documento: {}"),
    _("Su rol no permite {} una estrategia."),
    _("No se puede {}: la versión {}."),
    _("Quien escribió o envió la versión no puede aprobarla: pida la aprobación a otra persona."),
    _("Otra persona cambió este borrador mientras usted lo editaba. Abra de nuevo la versión y repita su cambio."),
    _("El código de un borrador no cambia: deje «{}» o cree otra."),
    _("Diga qué hay que cambiar para que quien la escribió pueda corregirla."),
    _("Revise las fechas: empieza hoy o después, y termina después de empezar."),
    _("No hay una estrategia vigente."),
    _("No hay una versión anterior a la cual regresar."),
    _("No existe esa versión de la estrategia."),
    _("Una estrategia necesita al menos un segmento y un paso."),
    _("Ese elemento ya no está en el documento."),
    _("El documento no tiene la lista «{}»."),
    _("No hay fotos guardadas de esas fechas: se guarda una con cada corrida del día."),
    _("Un ensayo cubre hasta {} días; elija un período más corto."),
    _("No se guardó la foto de la cartera del {}."),
    _("De la foto de la cartera no se puede leer «{}». Créela de nuevo con «acuerdo snapshot»."),
    _("La tasa y la tasa con el efecto deben quedar entre 0 y 100 %, y el efecto no puede ser 0."),
    _("La confianza y la potencia deben estar entre 50 % y 100 %."),
    _("Hacen falta personas en los dos grupos para compararlos."),
    _("Aún no hay historia suficiente: hacen falta {} casos y {} de cada resultado."),
    _("Aún no hay historia suficiente para aprender: faltan casos de los dos resultados."),
    _("Este modelo no superó a la regla simple en el período posterior: sigue apagado hasta que lo haga."),
    _("No hay una versión {} del modelo «{}»."),
)
# Words of the rules that stand inside a sentence.
WORDS = (
    _("segmento"), _("paso"), _("experimento"), _("número entero"), _("sí o no"), _("texto"), _("valor en dinero"),
    _("editar"), _("enviar a aprobación"), _("devolver"), _("aprobar"), _("regresar a la anterior"), _("descartar"),
    _("pausar una variante"), _("es un borrador"), _("está por aprobar"), _("ya está aprobada y espera su fecha"),
    _("está vigente"), _("está retirada"),
)  # fmt: skip


def in_reader_language(sentence: str) -> str:
    """The sentence in the language in force; as it is in Spanish, or where nobody wrote it in the other language."""
    if not sentence or (get_language() or "es").startswith("es"):
        return sentence
    for pattern, original in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return gettext(original).format(*map(in_reader_language, found.groups()))
    return gettext(sentence) if sentence in WORDS else sentence


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The most exact sentence first: of two that fit, the one with more words of its own."""
    ordered = sorted(SENTENCES, key=lambda sentence: -len(sentence.replace("{}", "")))
    return [
        (re.compile("(.*?)".join(map(re.escape, sentence.split("{}"))), re.DOTALL), sentence) for sentence in ordered
    ]
