"""What the import says of files and rows, in the reader's language.

The sentences are written where the faults are found, in Spanish and with the file's own values in them, and are stored
with the load. Whoever reads another language gets the same sentence with the same values: `{}` stands for a value.
"""

import re
from functools import cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

SENTENCES = (
    _("El perfil «{}» lee carteras de otro país ({}); el acreedor es de {}."),
    _("No hay un perfil «{}». Hay: {}."),
    _("Ya se cargó la cartera con corte al {}; un corte anterior la haría retroceder."),
    _("El control dice {} obligaciones y el archivo tiene {} (rechazadas: {})."),
    _("«{}» es un perfil del producto; use otro nombre."),
    _("El archivo tiene cabecera pero ninguna fila."),
    _("Ya se está cargando otro archivo de {}. Espere a que termine."),
    _("El total de control de saldos no coincide con el del archivo."),
    _("Solo se puede deshacer la última carga del acreedor."),
    _("Ya hay gestiones, pagos o promesas sobre esta carga; no se puede deshacer sin perderlos."),
    _("Se está cargando otro archivo de este acreedor. Espere a que termine."),
    _("Solo un supervisor, la dirección o administración decide sobre un abono."),
    _("Escriba por qué se devuelve el dinero."),
    _("Este abono todavía está por identificar."),
    _("Solo se puede deshacer el mismo día; después se corrige con un reverso."),
    _("No encontramos ese abono."),
    _("Este abono ya lo decidió {}."),
    _("Las partes deben ser mayores que cero y sumar exactamente el abono."),
    _("Esa obligación no es de este acreedor."),
    _("La obligación está en otra moneda."),
    _("El archivo Parquet está dañado o incompleto."),
    _("Faltan columnas: {}. El archivo tiene: {}. Indique en el perfil qué columna es cada una."),
    _(
        "Los valores como «{}» pueden leerse de dos maneras y nada en el archivo lo aclara. "
        "Indique el separador decimal: coma (1.234,56) o punto (1,234.56)."
    ),
    _("Las fechas como «{}» pueden ser día/mes o mes/día y nada en el archivo lo aclara. Indique el orden."),
    _("No conocemos el formato «{}». Hay: {}."),
    _("El archivo pasa de 400 MB; pídalo al banco en partes."),
    _("El formato no se puede leer como YAML."),
    _("Ya se está cargando otro archivo de pagos de {}. Espere a que termine."),
    _("Hay comillas que se abren y no se cierran a partir de esta fila."),
    _("No encontramos una fila con nombres de columnas en el archivo."),
    _("No conocemos la codificación «{}»."),
    _("{} filas de codeudores o avalistas traen una marca (disputa, fallecido…): póngala usted en su ficha."),
    _("{} obligaciones entraron sin cronograma: con su tasa, plazo y valor no se puede calcular."),
    _(
        "El archivo no menciona {} de {} obligaciones abiertas. Si es un archivo parcial, "
        "cárguelo como parcial; si de verdad salieron, acéptelo expresamente."
    ),
    _("{} obligaciones no aparecen en el archivo, pero hay filas ilegibles: no se marcó ninguna como retirada."),
    _("El libro está protegido con contraseña. Ábralo en Excel, quite la contraseña y guárdelo de nuevo."),
    _("El archivo es un ZIP y no un libro de Excel; extraiga la tabla y cárguela."),
    _("El archivo se llama Excel pero es una página web. Ábralo en Excel y guárdelo como libro .xlsx o como CSV."),
    _("No encontramos el archivo."),
    _("El archivo está vacío."),
    _("El archivo no es una tabla: parece una imagen, un programa u otro archivo binario."),
    _("El archivo es un PDF; necesitamos la tabla en Excel o CSV."),
    _("El archivo comprimido está dañado o incompleto; vuelva a generarlo."),
    _("El libro está dañado o incompleto; vuelva a generarlo."),
    _("Ya hay pagos registrados sobre esta carga; no se puede deshacer sin perderlos."),
    _("El archivo ya no está guardado; súbalo de nuevo."),
    _("Esta carga ya está en marcha o terminó."),
    _("El archivo pasa de 2 GB; divídalo o cárguelo con la orden `acuerdo import`."),
    _("El libro es demasiado grande para leerlo entero. Guarde la hoja como CSV y cárguela: el CSV no tiene límite."),
    _("No sabemos cuál hoja cargar. El libro tiene: {}. Indique una."),
    _("No pudimos leer el libro: está dañado o no es de Excel. Ábralo en Excel y guárdelo de nuevo como .xlsx."),
    _("El libro no tiene datos."),
    _("No encontramos una fila con nombres de columnas en la hoja."),
    _("El libro no tiene la hoja «{}». Tiene: {}."),
    _("Solo se guardan PDF, PNG y JPEG; convierta el documento a PDF."),
    _("Escriba qué documento es (contrato, pagaré, extracto…)."),
    _("El archivo de este documento no está en la carpeta de datos; recupérelo del respaldo."),
    _("Elija el archivo del documento; este llegó vacío."),
    _("Ese documento ya está en la obligación."),
    _("El documento pesa más de {} MB; divídalo o redúzcalo."),
    _("No encontramos una de las obligaciones."),
    _("Las obligaciones son de personas o acreedores distintos."),
    _("El archivo no se cargó: {} «{}» no es un número."),
    _("El archivo no se cargó: la {} «{}» no es una fecha."),
    _("El archivo no se cargó: no empieza con un registro 01."),
    _("El archivo no se cargó: no trae el registro 09 de cierre; está incompleto."),
    _("El archivo no se cargó: la línea tiene {} caracteres; el formato usa {}."),
    _("El archivo no se cargó: hay registros después del cierre 09."),
    _("El archivo no se cargó: el tipo de registro «{}» no existe en este formato."),
    _("El archivo no se cargó: trae un segundo registro 01."),
    _("El archivo no se cargó: el control {} dice {} registros por {} y se leyeron {} por {}."),
    _("El archivo no se cargó: un movimiento no trae fecha."),
    _("El archivo no se cargó: no es un mensaje camt.053 ni camt.054."),
    _("El archivo no se cargó: el mensaje no trae ningún extracto."),
    _("El archivo no se cargó: declara un DOCTYPE, que un extracto bancario no lleva."),
    _("El archivo no se cargó: el detalle de un movimiento no suma su valor."),
    _("El archivo no se cargó: el detalle de un movimiento está en otra moneda."),
    _("El archivo no se cargó: un movimiento no trae valor."),
    _("El archivo no se cargó: el XML está dañado en la línea {}."),
    _("El archivo no se cargó: el valor «{}» no es un número."),
    _("El archivo no se cargó: el valor «{}» no se puede registrar. {}"),
    _("El archivo no se cargó: la fecha «{}» no existe."),
    _("Al formato le faltan los campos: {}."),
    _("El formato no conoce el campo «{}»; use: {}."),
    _("El archivo no se cargó: no trae registros «{}» del formato {}."),
    _("El archivo no se cargó: la marca de moneda «{}» no está en el formato."),
    _("El archivo no se cargó: el registro de control no coincide con lo leído ({})."),
    _("El archivo no se cargó: no trae saldos (:60:) ni movimientos (:61:)."),
    _("El archivo no se cargó: hay movimientos (:61:) que no se pudieron leer."),
    _("El archivo no se cargó: el extracto no dice en qué moneda está (:60:)."),
    _("El archivo no se cargó: el extracto no se pudo leer ({})."),
    _("El archivo no se cargó: el valor {} no se puede registrar. {}"),
    _("La fila tiene más celdas que columnas la cabecera; revise separadores o comillas de más."),
    _("La fila tiene menos celdas que columnas la cabecera; puede estar cortada."),
    _("Falta este dato y es obligatorio."),
    _("«{}» no es un número."),
    _("«{}» puede leerse de dos maneras; escriba los decimales o quite el separador."),
    _("«{}» usa otro separador decimal que el resto de la columna."),
    _("«{}» viene en notación científica y perdió cifras; dé formato de número a la columna."),
    _("«{}» es demasiado grande para ser un valor."),
    _("El valor «{}» es negativo; un saldo a favor no se carga como deuda."),
    _("«{}» no existe en el calendario."),
    _("«{}» no es una fecha."),
    _("«{}» puede ser día/mes o mes/día; use el formato AAAA-MM-DD."),
    _("«{}» tiene el mes y el día en otro orden que el resto de la columna."),
    _("La fecha «{}» no es razonable."),
    _("La tasa «{}» no es razonable."),
    _("No conocemos el valor «{}» de esta columna; indíquelo en el perfil."),
    _("No conocemos la moneda «{}»; use un código ISO como COP o PEN."),
    _("«{}» viene en notación científica: Excel perdió cifras. Dé formato de texto a la columna y vuelva a exportar."),
    _("«{}» tiene más de 15 cifras y Excel las redondeó. Dé formato de texto a la columna y vuelva a exportar."),
    _("El documento «{}» no tiene la forma de su tipo."),
    _("El dígito de verificación del documento «{}» no corresponde."),
    _("No conocemos el tipo de documento «{}»."),
    _("La celda tiene una fórmula sin resultado guardado; abra y guarde el libro en Excel."),
    _("La celda muestra el error «{}»."),
    _("Hay letras que no se pueden leer; guarde el archivo en UTF-8."),
    _("El texto es más largo de lo que cabe."),
    _("La obligación «{}» aparece en varias filas que no coinciden."),
    _("La obligación «{}» pertenece a otro titular en la cartera cargada; aclárelo con el acreedor."),
    _("La obligación «{}» no está en la cartera."),
    _("El documento «{}» aparece con otro tipo de documento."),
    _("El documento «{}» aparece con nombres de personas distintas."),
    _("La obligación «{}» cambia de moneda."),
    _("La cuota «{}» de la obligación está repetida."),
    _("Las cuotas no suman el capital del crédito ({})."),
    _("La fila de codeudor o avalista no tiene una fila de titular de la misma obligación."),
    _("El saldo vencido es mayor que el saldo total ({})."),
    _("Los componentes suman más que el saldo total ({})."),
    _("El pago «{}» ya está registrado con otro valor."),
    _("La fecha de pago «{}» es posterior a hoy."),
    _("El valor del pago «{}» debe ser mayor que cero."),
    # what the ledger refuses
    _("La condonación es mayor que lo que se debe por ese concepto."),
    _("La pausa termina antes de empezar."),
    _("El valor debe ser mayor que cero."),
    _("La devolución es mayor que el saldo a favor."),
    _("Para pagar toda la deuda el {} faltan {}."),
    _("La obligación no tiene saldo que pagar."),
    _("La obligación no tiene saldo que castigar."),
    _("La referencia «{}» ya pertenece a otro movimiento."),
    _("La referencia «{}» de {} ya pertenece a otro pago."),
    _("Un pago no se puede reversar antes de la fecha en que se hizo."),
    _("El contracargo del {} es anterior al pago «{}»."),
    _("Los contracargos del pago «{}» suman más que el pago."),
    _("El pago «{}» tiene un contracargo: no se puede también reversar."),
    _("La mora se reanuda en uno de los días de la pausa."),
    _("La prórroga adelanta la cuota {} al {}; solo puede aplazarla."),
    _(
        "La deuda pasó a otra obligación el {}: lo anterior a esa fecha ya no cambia aquí. Si un pa"
        "go volvió a quien lo hizo, regístrelo como contracargo."
    ),
    _("En este crédito no se cobran gastos de cobranza ({})."),
    _("No hay una tarifa de gastos de cobranza informada y vigente el {}."),
    _("El {} la obligación no tiene atraso: no hay gastos de cobranza."),
    _("La tarifa no tiene valor para esta deuda y este atraso ({})."),
    _("Los gastos de cobranza se cobran después de {} días de atraso ({})."),
    _("Ya se cobró un gasto de cobranza este mes ({})."),
    _("El gasto de cobranza pasa de lo permitido, {} {} ({})."),
    _("Esa gestión no se realizó: no respalda un gasto de cobranza."),
    _("La gestión es posterior a la fecha del gasto."),
    _("Falta la tasa máxima certificada de {} para {}. Cárguela antes de liquidar intereses de mora."),
)


def in_reader_language(sentence: str) -> str:
    """The sentence in the language in force; as it is where that is Spanish, or where nobody wrote it in the other."""
    if not sentence or (get_language() or "es").startswith("es"):
        return sentence
    for pattern, original in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return gettext(original).format(*map(_value, found.groups()))
    return gettext(sentence)


def _value(text: str) -> str:
    """A value of the file as it is; a sentence inside, or the names of fields, in the reader's language."""
    told = in_reader_language(text)
    return told if told != text else ", ".join(gettext(part) if part else part for part in text.split(", "))


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The most exact sentence first: of two that fit, the one with more words of its own."""
    ordered = sorted(SENTENCES, key=lambda sentence: -len(sentence))
    return [
        (re.compile("(.*)".join(map(re.escape, sentence.split("{}"))), re.DOTALL), sentence) for sentence in ordered
    ]
