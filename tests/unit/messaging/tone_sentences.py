"""Our own labelled sentences: what each rule must find, and near misses that it must let pass."""

# (rule, sentence): the rule must be among the findings.
TO_FIND = """
threat|Lo vamos a reportar a las centrales de riesgo si no paga hoy.
threat|Si no cancela antes del viernes será reportado en Datacrédito.
threat|Le vamos a embargar el salario.
threat|Te vamos a embargar la casa.
threat|Sabemos dónde vive.
threat|Aténgase a las consecuencias.
threat|Vamos a ir a su trabajo a cobrarle.
threat|Va a perder su casa por no pagar.
threat|Evite el embargo de sus bienes.
threat|No va a conseguir otro crédito en ningún banco.
threat|Nos veremos obligados a demandarlo.
threat|De no pagar, procederemos a reportarlo.
threat|Lo vamos a reportar.
threat|Le vamos a embargar.
false_legal|Su proceso fue remitido al juzgado tercero civil.
false_legal|Notificación judicial sobre su obligación.
false_legal|Iniciaremos acciones legales en su contra.
false_legal|Tiene una demanda en su contra.
false_legal|Le escribe el departamento jurídico.
false_legal|Su caso ya pasa a los abogados.
false_legal|Esto es un delito y puede ir a la cárcel.
false_legal|Su obligación entra en etapa prejurídica.
false_legal|Cobro coactivo en curso.
shame|Usted es un moroso.
shame|Lo llamo del área de morosos.
shame|Qué vergüenza con lo que debe.
shame|No sea irresponsable y pague.
shame|Usted es mala paga.
shame|Pague, sinvergüenza.
shame|Su cuenta está en mora grave.
third_party|Vamos a llamar a su jefe para contarle.
third_party|Su familia se va a enterar de su deuda.
third_party|Dígale a don Carlos que tiene una deuda con nosotros.
third_party|Contactaremos a sus referencias.
third_party|Le avisaremos a su empleador.
third_party|Su hijo debe responder por la deuda.
third_party|Publicaremos su nombre en redes sociales.
third_party|Necesito urgente a don Carlos, es por una deuda.
pressure|ÚLTIMO AVISO
pressure|Pague ya.
pressure|Tiene que pagar hoy.
pressure|Es urgente que se comunique.
pressure|Pago inmediato o no respondemos.
pressure|Evítese problemas.
pressure|Consiga prestado y pague.
pressure|Tiene 24 horas para pagar.
pressure|No hay más plazo.
pressure|Le doy hasta mañana.
pressure|Es todo o nada.
pressure|Usted verá cómo hace.
pressure|No se le olvide pagar o le cobramos mora.
pressure|Acuérdese, o lo volvemos a llamar.
pressure|Diga que acepta y listo.
blame|Usted no cumplió su palabra.
blame|Debería haber pagado el mes pasado.
blame|Usted siempre sale con lo mismo.
blame|Usted está atrasado otra vez.
blame|Por su culpa el crédito está así.
blame|Usted nunca paga.
blame|Eso le pasa por no leer el contrato.
blame|Imposible que no se haya enterado.
blame|Si ya pagó, demuéstrelo.
blame|Todos tenemos problemas.
asks_reason|¿Por qué no ha pagado?
asks_reason|¿Cuál es el motivo del no pago?
asks_reason|¿Qué pasó con su cuota de este mes?
asks_reason|Cuéntenos por qué se atrasó.
asks_reason|¿A qué se debe el atraso?
asks_reason|Indíquenos la razón por la que dejó de pagar.
asks_reason|¿Cuál fue el inconveniente?
asks_reason|xq no ha cancelado?
asks_reason|¿Se quedó sin trabajo?
asks_reason|Díganos qué le impide pagar.
shouting|PAGUE SU CUOTA HOY
shouting|Su cuota venció!!!
secrets|Envíenos su clave y el número de su tarjeta.
secrets|Consigne a mi cuenta personal.
secrets|Deme la cédula completa para ver qué debe.
cold|Espere en línea.
cold|Bueno, llame después.
cold|Sí, sí, pero lo que importa es que pague.
cold|Entiendo perfectamente cómo se siente.
register|Paga tu cuota hoy, 15 de mayo, en Banco Andino.
register|Vos podés pagar tu cuota el 15 de mayo.
mixed_register|Usted puede pagar tu cuota el 15 de mayo.
amount_without_date|Le escribe Banco Andino. Debe $ 180.000.
missing_creditor|Su cuota de $ 180.000 vence el 15 de mayo.
"""

# Each passes without any finding.
TO_PASS = """
Le explicamos por qué cambió el valor de su cuota.
¿Por qué medio prefiere recibir la información?
¿Por qué canal prefiere que le escribamos?
No le preguntaremos el motivo de su atraso.
No será reportado mientras revisamos su caso.
Este mensaje no es una notificación judicial.
Antes de un reporte negativo usted recibe un aviso y un plazo de veinte días.
¿Qué valor podría pagar y en qué fecha?
¿Cuál alternativa se ajusta mejor a su situación?
Si ya pagó, no tiene que hacer nada más.
Le respondemos en 24 horas.
Detenemos de inmediato los recordatorios mientras lo verificamos.
Puede pagar hoy o elegir otra fecha.
Su hija puede acompañarle a la oficina si lo desea.
Nunca le pediremos su clave ni el número de su tarjeta.
Puede autorizar a su esposa para recibir la información.
La promesa incumplida puede reprogramarse.
Recuerde que la oficina atiende de lunes a viernes.
Nos alegra que se comunique con nosotros.
Si su familia necesita un acuerdo distinto, cuéntenos qué cuota podría sostener.
Le escribimos para contarle las novedades de la app.
Estamos para ayudarle. Con gusto, Laura Gómez.
Si sospecha una estafa, llame a nuestra línea.
El interés de mora se causa desde el día 16.
¿Qué día y a qué hora le queda bien que le llame?
Gracias por su pago. Su paz y salvo está listo.
Quizá el aviso no le llegó; ya corregimos su correo.
Le mostramos el detalle de su crédito y las opciones.
Usted tiene derecho a presentar un reclamo; le decimos cómo.
Podemos dividir el valor en tres cuotas iguales.
¿Cuál es el valor que prefiere pagar?
¿Cuál es la mejor hora para llamarle?
Cuéntenos qué fecha le conviene.
El comprobante ayuda, pero no es obligatorio.
Puede hablar con su abogado antes de aceptar.
Esta alternativa está disponible hasta el viernes 18 de julio.
No es urgente: puede responder cuando pueda.
Le habla Laura Gómez, de Banco Andino. Quisiera revisar con usted cómo va su crédito y qué opciones tiene.
¿Me comunica, por favor, con don Carlos Ruiz? Si no está, con gusto llamo en otro momento.
Para cuidar sus datos, ¿me confirma los últimos cuatro dígitos de su documento antes de continuar?
La cuota de marzo, por $ 185.000, sigue pendiente; hoy podemos dejarla organizada.
El pago que acordamos para el 12 no aparece registrado. Revisemos qué fecha y qué valor le quedan bien ahora.
¿Cuál de estas alternativas se acomoda mejor a lo que puede pagar este mes?
Su crédito tiene 47 días de atraso. Le explico qué significa y cómo ponerlo al día.
Quiero contarle cómo funciona el reporte a las centrales de riesgo, qué aviso recibe antes y cómo evitarlo.
Hoy estamos en una etapa de acuerdo directo; esa es la conversación que me gustaría tener con usted.
Si su crédito cambia de etapa, se lo avisaremos por escrito y con tiempo. Hoy todavía podemos resolverlo aquí.
Su cuota sigue pendiente. Estas son sus opciones y así puede hablar con nosotros.
Prefiero que acordemos un valor que salga de sus ingresos, sin que tenga que endeudarse más.
Lo que me cuenta es importante. Voy a pasar su caso a una persona que puede ofrecerle una pausa.
Hola, Luna. Crédito Ceibaluz le recuerda: su cuota por $ 143.400 vence el 6 de marzo de 2026.
Gracias por avisar. Retiro este número y no le llamarán más por este tema.
"""


def to_find() -> list[tuple[str, str]]:
    pairs = (line.split("|", maxsplit=1) for line in TO_FIND.strip().splitlines())
    return [(rule, sentence) for rule, sentence in pairs]


def to_pass() -> list[str]:
    return TO_PASS.strip().splitlines()
