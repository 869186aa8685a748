"""Our own sentences as people answer, each with the intent that must lead. KNOWN were in view while the rules were written;
FRESH were written before the rules were first run on them and no rule was changed for one of them afterwards."""

KNOWN = """
stop | BAJA
stop | salir
stop | Salir por favor
stop | STOP
stop | Cancelar
stop | No más mensajes
stop | NO ENVIAR MÁS
stop | Quiero darme de baja
stop | por favor no me escriban más
stop | No me vuelvan a llamar
stop | dejen de molestar
stop | No quiero recibir mensajes de ustedes
stop | Borren mi número de su base de datos
stop | no autorizo que me contacten
stop | Ya no me manden más correos
stop | Revoco mi autorización
stop | no me sigan llamando tan temprano
stop | Parar
other | Baja la cuota por favor
wants_to_pay | Quiero cancelar la deuda
already_paid | Ya cancelé ayer
other | No me llegó el extracto de este mes
other | No me han llegado las facturas al correo
wrong_person | No soy yo
wrong_person | Número equivocado
wrong_person | equivocado
wrong_person | Se equivocaron de persona, yo no soy ese señor
wrong_person | Este número ya no es de Carlos
wrong_person | No conozco a esa persona
wrong_person | Aquí no vive nadie con ese nombre
dispute | El valor está equivocado
dispute | Se equivocaron en el saldo, revisen
dispute | No reconozco esa deuda
dispute | Yo no debo nada
dispute | Me están cobrando de más
dispute | Esa deuda no es mía
dispute | Quiero poner un reclamo
dispute | Esa obligación ya prescribió
fraud | A mí me suplantaron
fraud | Yo nunca saqué ese crédito
fraud | Alguien usó mi cédula para eso
already_paid | Ya pagué
already_paid | ya pague eso el lunes
already_paid | Pagué ayer por PSE
already_paid | Buenos días, ya hice la transferencia
already_paid | Adjunto el comprobante
already_paid | Hola, pagué esta mañana en Efecty
already_paid | Mi esposa ya pagó
already_paid | Ya está pago
already_paid | Ya quedé al día
already_paid | Pago realizado
already_paid | Esa cuota ya la pagué la semana pasada
already_paid | ya les consigné los 180 mil
other | Cuando ya pague les aviso
cannot_pay | Todavía no he pagado porque no tengo plata
other | Ya casi pago, espérenme
cannot_pay | No puedo
cannot_pay | No puedo pagar este mes
cannot_pay | No tengo con qué
cannot_pay | Estoy sin trabajo desde marzo
cannot_pay | No me alcanza para esa cuota
cannot_pay | Perdí el empleo
cannot_pay | La situación está muy difícil
cannot_pay | Me queda imposible pagar eso ahora
cannot_pay | Estoy hospitalizada
cannot_pay | No voy a poder pagar el viernes
other | No puedo abrir el enlace
other | No puedo entrar a la página
other | no puedo hablar ahora
other | No tengo el número de cuenta
wants_to_pay | Quiero pagar
wants_to_pay | ¿Cómo hago para pagar?
wants_to_pay | Envíeme el link de pago
wants_to_pay | ¿Dónde puedo pagar?
wants_to_pay | me gustaría ponerme al día
wants_to_pay | ¿A qué cuenta consigno?
wants_to_pay | El viernes pago
wants_to_pay | Mañana les consigno
wants_to_pay | Quisiera hacer un acuerdo de pago
wants_to_pay | Necesito pagar en cuotas
wants_to_pay | páseme los datos de la cuenta por favor
other | No quiero pagar eso
other | ¿Cómo quieren que pague?
call_me | Llámeme a las 5
call_me | Me pueden llamar mañana a las 9
call_me | por favor llámenme en la tarde
call_me | Mejor hablamos por teléfono
call_me | márqueme después de las 6
call_me | Necesito que me llamen
stop | No me llamen más
other | Me llamaron ayer y no contesté
human | Quiero hablar con un asesor
human | ¿Es un robot?
human | asesor
human | Necesito comunicarme con alguien
insult | Hijueputas ladrones
insult | Son unas ratas
insult | Váyanse al carajo
insult | malparidos
insult | Ladrones
insult | qué imbéciles son
self_harm | Me quiero matar
self_harm | Ya no quiero vivir
self_harm | He pensado en suicidarme
self_harm | Prefiero morirme
self_harm | Voy a quitarme la vida por esta deuda
self_harm | Mejor estaría muerta
self_harm | no encuentro sentido a mi vida
other | Me muero de la pena con ustedes
wants_to_pay | Quiero matar esa deuda, ¿dónde pago?
other | Casi me muero de la risa
death | Mi papá falleció en enero
death | El titular murió
death | Ella es difunta, no molesten
other | Se me murió el celular, por eso no respondí
thanks | Gracias
thanks | ok
thanks | Listo, muchas gracias
thanks | Recibido
thanks | Muchas gracias por avisar
automatic | Estaré fuera de la oficina hasta el lunes
automatic | Respuesta automática: gracias por su mensaje
other | ¿De qué crédito me hablan?
other | ¿Cuánto debo en total?
other | ¿Hasta cuándo tengo plazo?
other | Hola
other | Buenas tardes
other | Mándenme el extracto completo
other | ¿Quién es usted?
"""

FRESH = """
stop | quiero darme de baja de esta lista
stop | Dejen de llamarme
stop | basta ya
stop | no me manden mas sms
stop | Deme de baja
stop | ya no me contacten nunca
stop | Por favor quiten mi numero de la lista
stop | Stop por favor
stop | No deseo recibir más correos
stop | no vuelvan a escribirme
wrong_person | Yo no soy la persona que buscan
wrong_person | está equivocado de número señor
wrong_person | Este celular es nuevo, no soy esa persona
wrong_person | no lo conozco
wrong_person | Esa persona ya no vive acá
already_paid | Buenas tardes, yo ya consigné
already_paid | Aboné 200 mil el viernes
already_paid | ya está cancelado eso
already_paid | Les envío el soporte del pago
already_paid | Eso lo pagué hace una semana
already_paid | ya transferí desde nequi
already_paid | Hice el pago esta mañana en el corresponsal
already_paid | Mi hijo ya consignó ayer
other | apenas ya pague les mando el recibo
cannot_pay | En este momento no tengo dinero
cannot_pay | no he podido pagar, estoy desempleado
cannot_pay | Me despidieron del trabajo
cannot_pay | la verdad no me da el sueldo
cannot_pay | No podré cancelar esa cuota
cannot_pay | estoy muy corto de plata este mes
cannot_pay | ando sin empleo y con tres hijos
cannot_pay | no hay plata
other | no puedo ver el mensaje completo
other | No puedo contestar el teléfono en el trabajo
wants_to_pay | ¿por dónde puedo pagar?
wants_to_pay | regáleme el link
wants_to_pay | voy a pagar hoy en la tarde
wants_to_pay | Quiero ponerme al día
wants_to_pay | ¿puedo abonar la mitad?
wants_to_pay | cómo consigno
wants_to_pay | el próximo lunes cancelo
wants_to_pay | Mándeme el enlace para hacer el pago
wants_to_pay | me interesa pagar con descuento
call_me | Llámame mañana a las 10 am
call_me | me puede llamar después de las 3?
call_me | prefiero que me llamen
call_me | por favor una llamada a las 4 pm
call_me | Márquenme al fijo
other | ya me llamó una señorita
dispute | ese cobro es injusto, yo no debo eso
dispute | El monto no es ese, revisen bien
dispute | no acepto ese valor
dispute | están cobrando doble
fraud | Me robaron los documentos y sacaron ese crédito
insult | gonorreas
insult | Ustedes son unos sinvergüenzas
insult | vayan a comer mierda
insult | par de rateros
self_harm | me dan ganas de matarme
self_harm | ya no quiero seguir viviendo
self_harm | me voy a suicidar si me siguen cobrando
self_harm | quiero morir
self_harm | estoy tan mal que pienso en quitarme la vida
other | me van a matar de un susto
human | necesito hablar con una persona
human | pásenme un asesor por favor
death | mi mamá murió hace dos meses
thanks | vale gracias
thanks | Enterado
thanks | ok muy amable
other | buenos días, quién escribe?
other | qué día vence
other | me pueden dar más plazo
other | cuál es el saldo
other | no entiendo el mensaje
"""


def labelled(text: str) -> list[tuple[str, str]]:
    rows = [line.split(" | ", 1) for line in text.strip().splitlines()]
    return [(label.strip(), sentence) for label, sentence in rows]
