"""Verb forms that only *tú* or only *vos* has, made from infinitives by rule: what a list of words could never cover.

The forms keep their accents where these tell tú from vos or from a noun: `pagas` (tú), `pagás` (vos), `pagarás` (tú).
"""

from functools import lru_cache

# Regular, and those whose stem vowel changes under stress: "e>ie", "o>ue", "e>i", "u>ue".
_REGULAR = """
aceptar acercar aclarar acompañar acordonar activar actualizar adelantar adjuntar administrar agendar agregar ahorrar amar
amenazar analizar anotar anular apagar aplicar aportar apoyar aprovechar apuntar apurar armar arreglar asegurar asumir
atrasar autorizar avanzar averiguar avisar ayudar bajar borrar buscar caminar cambiar cancelar cansar cantar cargar casar
celebrar charlar cobrar colocar combinar comentar comparar compartir completar comprar comprender comunicar conectar
confirmar conservar considerar consignar consultar contactar contestar continuar conversar coordinar copiar correr cortar
crear creer cuidar cumplir dañar deber decidir declarar dejar demorar depositar desear descargar descansar descubrir
descuidar digitar discutir disfrutar dividir dudar echar elaborar emplear enfadar enseñar entrar entregar enviar escapar
escoger escribir escuchar esperar estudiar evitar existir explicar expresar faltar felicitar fijar firmar formar ganar
gastar girar gritar guardar hablar identificar ignorar imaginar importar imprimir indicar informar ingresar iniciar
insistir instalar intentar interesar invitar lavar leer levantar limpiar llamar llegar llenar llevar lograr luchar mandar
manejar marcar mejorar meter mirar montar necesitar normalizar notar notificar obligar ocultar ofender olvidar opinar
organizar pagar parar participar pasar pelear permitir planear planificar practicar preguntar preocupar preparar presentar
prestar prometer proponer proteger quedar quejar quemar quitar realizar rechazar recibir reclamar reenviar regalar regresar
reintentar relajar rellenar reparar repasar reportar reprogramar respetar responder retirar retrasar reunir revisar sacar
salvar seleccionar señalar separar solicitar solucionar soportar subir suponer sufrir terminar tirar tocar tomar trabajar
transferir tratar usar utilizar vender viajar vigilar visitar vivir abrir abonar regularizar aprender beber comer vencer
reservar fumar prohibir admirar aguantar alegrar alquilar apreciar arriesgar atrapar besar botar callar cocinar conducir
coger comprobar correr creer cruzar deducir descifrar diseñar doblar duplicar encargar enfocar enterar equivocar
estrenar evolucionar facilitar figurar golpear heredar implicar incorporar indagar juzgar lanzar matar molestar nadar
nombrar observar odiar parecer pintar pisar plantar proporcionar publicar recorrer reflexionar relatar reprochar robar saltar
secar significar sobrar sumar superar suscribir teclear tender testear torcer tragar vencer votar ascender aparcar inscribir
temer barrer cubrir unir definir acudir añadir cuadrar depender tardar tener
"""
_CHANGING = {
    "acordar": "o>ue", "almorzar": "o>ue", "aprobar": "o>ue", "apostar": "o>ue", "atender": "e>ie", "cerrar": "e>ie",
    "comenzar": "e>ie", "comprobar": "o>ue", "confesar": "e>ie", "contar": "o>ue", "costar": "o>ue", "defender": "e>ie",
    "demostrar": "o>ue", "despertar": "e>ie", "devolver": "o>ue", "dormir": "o>ue", "empezar": "e>ie", "encender": "e>ie",
    "encontrar": "o>ue", "entender": "e>ie", "jugar": "u>ue", "mentir": "e>ie", "morir": "o>ue", "mostrar": "o>ue",
    "mover": "o>ue", "negar": "e>ie", "pedir": "e>i", "pensar": "e>ie", "perder": "e>ie", "poder": "o>ue",
    "preferir": "e>ie", "probar": "o>ue", "querer": "e>ie", "recomendar": "e>ie", "recordar": "o>ue", "referir": "e>ie",
    "renovar": "o>ue", "repetir": "e>i", "resolver": "o>ue", "seguir": "e>i", "sentar": "e>ie", "sentir": "e>ie",
    "servir": "e>i", "soltar": "o>ue", "soñar": "o>ue", "sugerir": "e>ie", "vestir": "e>i", "volver": "o>ue",
    "elegir": "e>i", "conseguir": "e>i", "divertir": "e>ie", "convertir": "e>ie", "advertir": "e>ie", "invertir": "e>ie",
    "volar": "o>ue", "colgar": "o>ue", "despedir": "e>i", "medir": "e>i", "oler": "o>hue",
}  # fmt: skip
# Whole irregular sets: present tú, present vos, subjunctive, imperatives of tú and of vos, and stems of past and future.
_IRREGULAR_TU = """
eres estás has vas das ves sabes haces tienes vienes dices pones sales traes oyes caes conoces ofreces mereces pareces
reconoces produces conduces traduces agradeces crees lees incluyes construyes influyes huyes mantienes obtienes sostienes
detienes contienes supones propones dispones compones prevés provees envías continúas reúnes evalúas actúas sitúas varías
confías guías fías desvías amplías escoges proteges recoges exiges diriges corriges eliges sigues consigues finges
seas estés hayas vayas des veas sepas hagas tengas vengas digas pongas salgas traigas oigas caigas conozcas ofrezcas
merezcas parezcas reconozcas produzcas conduzcas agradezcas creas leas incluyas mantengas obtengas sostengas supongas
propongas dispongas fuiste estuviste hiciste tuviste viniste dijiste pusiste saliste trajiste oíste caíste supiste pudiste
quisiste diste viste hubiste leíste creíste mantuviste propusiste eras ibas veías estabas habías tenías querías podías
sabías hacías decías debías estarás serás irás verás darás harás dirás tendrás vendrás pondrás saldrás podrás querrás
sabrás habrás deberás estarías serías irías verías darías harías dirías tendrías vendrías pondrías saldrías podrías
querrías sabrías habrías deberías fueras fueses estuvieras hicieras tuvieras vinieras dijeras pusieras pudieras quisieras
supieras hubieras dieras vieras hubieses tuvieses pudieses quisieses hicieses estuvieses
"""
_IMPERATIVES_TU = "mantente haz pon ten sal di mantén propón obtén detén"
_IRREGULAR_USTED = """
es está ha va da ve sabe hace tiene viene dice pone sale trae oye conoce ofrece merece reconoce produce conduce agradece cree
lee incluye mantiene obtiene sostiene propone dispone envía continúa reúne evalúa confía amplía escoge protege recoge exige
dirige corrige elige sigue consigue sea esté haya vaya dé vea sepa haga tenga venga diga ponga salga traiga conozca ofrezca
reconozca agradezca crea lea incluya mantenga obtenga proponga disponga fue estuvo hizo tuvo vino dijo puso trajo supo pudo
quiso dio vio hubo leyó creyó mantuvo era iba veía estaba había tenía quería podía sabía hacía decía estará será irá verá dará
hará dirá tendrá vendrá pondrá saldrá podrá querrá sabrá habrá deberá estaría sería iría vería daría haría diría tendría vendría
podría querría sabría habría debería fuera estuviera hiciera tuviera viniera dijera pudiera quisiera supiera hubiera diera viera
"""
# Forms that are nouns, adjectives or adverbs far more often than verbs of tú.
_AMBIGUOUS = frozenset(
    """
    cargas cuentas deudas entradas esperas facturas faltas fechas firmas formas ganas gastas ideas llamadas
    marcas mentas normas notas obras ofertas pagas partes pastas preguntas pruebas quejas reglas reservas
    rutas ruedas salidas tareas tapas tomas trabas usas vistas vías visitas copias dudas dejas camas cortes
    cambies debes intereses meses meten veces antes horas cuotas tasas cajas casas causas citas mandas tocas
    vueltas vuelves bases clases fases frases llaves mires mueves noches nubes redes series tardes temes
    viajes trámites límites cobres avances alcances ajustes aportes informes embarques enlaces envases
    importes cruces recargas descargas demoras entregas ayudas mejoras muestras juegas temas ocultas ocultes
    unas únes mismas siembras vendas celdas ventas reunas duermas amas bajas altas cantas cantes cenas charlas
    copas crees creas dañas escapes luchas minas peleas planes prestas quemas quitas rentas sanas tratas tiras
    vives libres leyes reportes retiros abonas compres sueldos pases toques gires ases viste saltes suertes
    costas cuestas fiestas apuestas respuestas puertas propuestas consultas multas soportes soportas marches
    arregles manejes montes montas retrases retrasas atrasas atrases seas pares paras separes señas busques
    notes sales sirves sientas sientes eras ganes llamas guardas cuidas escuchas miras crueles tallas agendas
    armas cobras contactes contactos dirias guias guías fías envías alertas cuadras cuadres regalas empleas
    emplees apures mientes duelas huelas claras
    """.split()
) - {"debes", "crees", "vives", "usas", "gastas", "dejas", "tratas", "juegas", "viste", "escuchas", "miras", "sientes", "cuidas",
     "vuelves", "temes", "eras", "llamas", "paras", "creas", "quitas", "atrasas", "retrasas", "envías", "pagas"}  # fmt: skip


@lru_cache(maxsize=1)
def tu_forms() -> frozenset[str]:
    """Forms of tú, lower case, with accents, beyond reasonable doubt."""
    forms = set(_IRREGULAR_TU.split()) | set(_IMPERATIVES_TU.split())
    for infinitive, change in _verbs():
        forms |= _tu_of(infinitive, change)
    return frozenset(forms - _AMBIGUOUS)


@lru_cache(maxsize=1)
def usted_forms() -> frozenset[str]:
    """Forms of usted, which "él" and "ella" share: they say something only where no other subject stands."""
    forms = set(_IRREGULAR_USTED.split())
    for infinitive, change in _verbs():
        forms |= _usted_of(infinitive, change)
    return frozenset(forms)


@lru_cache(maxsize=1)
def vos_forms() -> frozenset[str]:
    """Forms of vos that tú and usted do not have: `tenés`, `podés`, `pagá`, `comunicate`, `decime`."""
    forms = set(
        "sos tenés podés querés sabés venís decís hacés ponés vení decí hacé poné tené andá andate salí oí traé".split()
    )
    for infinitive, _change in _verbs():
        stem, ending = infinitive[:-2], infinitive[-2:]
        present = {"ar": "ás", "er": "és", "ir": "ís"}[ending]
        accented = {"ar": "á", "er": "é", "ir": "í"}[ending]
        plain = {"ar": "a", "er": "e", "ir": "i"}[ending]
        forms.add(stem + present)
        forms |= {
            stem + plain + "te",
            stem + plain + "me",
            stem + plain + "nos",
            stem + plain + "lo",
            stem + plain + "la",
        }
        if ending != "ir":  # "cumplí" is far more often what I did
            forms.add(stem + accented)
    return frozenset(forms - _NOT_VOS)


# Common words that look like a form of vos: futures, nouns, pasts of "yo" and "él", plain infinitive neighbours.
_NOT_VOS = frozenset(
    """
    país demás jamás atrás además quizás interés después través inglés francés revés detrás compás mes vi di crédito así aquí ahí
    allí casi café está esté dé sé té fé recibí escribí viví salí abrí decidí cumplí compartí permití asumí subí existí imprimí
    insistí participe reuní sufrí cubrí uní definí acudí añadí pedí sentí serví repetí mentí dormí morí preferí sugerí referí
    seguí conseguí elegí vestí divertí convertí advertí invertí despedí medí debé mediante durante paselo
    """.split()
)


def _verbs() -> list[tuple[str, str]]:
    return [(verb, "") for verb in _REGULAR.split()] + list(_CHANGING.items())


def _stressed(stem: str, change: str) -> str:
    if not change:
        return stem
    old, new = change.split(">")
    head, found, tail = stem.rpartition(old)
    return head + new + tail if found else stem


def _soft(stem: str, ending: str) -> str:
    """The stem before e in -ar verbs, and before a in -er and -ir verbs, as the sound asks: pagar → pagu-, escoger → escoj-."""
    if ending == "ar":
        for old, new in (("c", "qu"), ("g", "gu"), ("z", "c")):
            if stem.endswith(old):
                return stem[: -len(old)] + new
        return stem
    if stem.endswith("gu"):
        return stem[:-1]
    return stem[:-1] + "j" if stem.endswith("g") else stem[:-1] + "z" if stem.endswith("c") else stem


def _tu_of(infinitive: str, change: str) -> set[str]:
    stem, ending = infinitive[:-2], infinitive[-2:]
    hard = _stressed(stem, change)
    is_ar = ending == "ar"
    weak = _stressed(stem, {"e>ie": "e>i", "o>ue": "o>u", "e>i": "e>i"}.get(change, "")) if ending == "ir" else stem
    present, subjunctive = ("as", "es") if is_ar else ("es", "as")
    forms = {
        hard + present,
        _soft(hard, ending) + subjunctive,
        stem + ("aste" if is_ar else "iste"),
        stem + ("abas" if is_ar else "ías"),
        infinitive + "ás",
        infinitive + "ías",
        (stem if is_ar else weak) + ("aras" if is_ar else "ieras"),
        (stem if is_ar else weak) + ("ases" if is_ar else "ieses"),
    }
    return forms | _imperative_with_pronoun(hard, is_ar)


_ACUTE = dict(zip("aeiou", "áéíóú", strict=True))


def _imperative_with_pronoun(hard: str, is_ar: bool) -> set[str]:
    """`comunícate`, `dinos`: with the written accent, which is where tú differs from vos (`comunicate`)."""
    place = max((hard.rfind(vowel) for vowel in "aeiou"), default=-1)
    if place < 0:
        return set()
    accented = hard[:place] + _ACUTE[hard[place]] + hard[place + 1 :] + ("a" if is_ar else "e")
    return {accented + pronoun for pronoun in ("te", "nos", "me", "lo", "la", "los", "las", "le")}


def _usted_of(infinitive: str, change: str) -> set[str]:
    stem, ending = infinitive[:-2], infinitive[-2:]
    hard = _stressed(stem, change)
    is_ar = ending == "ar"
    return {
        hard + ("a" if is_ar else "e"),
        _soft(hard, ending) + ("e" if is_ar else "a"),
        stem + ("ó" if is_ar else "ió"),
        stem + ("aba" if is_ar else "ía"),
        infinitive + "á",
        infinitive + "ía",
        stem + ("ara" if is_ar else "iera"),
    }
