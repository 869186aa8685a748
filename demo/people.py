"""Invented people and companies of Colombia and Peru.

Nobody can be one of them: the family names are made up, identity numbers come from series that the registries have not
reached (cédula 9.9xx.xxx.xxx, DNI 999xxxxx, NIT 9999xxxxx, RUC 209999xxxxx), telephones from ranges that the numbering
plans do not assign (`kernel.phone.FICTIONAL_PREFIXES`), mail addresses from the reserved domain .example (RFC 2606).
"""

from dataclasses import dataclass
from random import Random

from acuerdo.kernel.national_id import nit_check_digit

GIVEN = (
    "Marta Luna Andrés Camila Julián Rosa Diego Paula Ernesto Lucía Óscar Adriana Tomás Elena Felipe Gloria Iván Natalia Hugo "
    "Verónica Samuel Inés Mateo Carolina Rubén Daniela Germán Patricia Simón Beatriz Álvaro Silvia Nicolás Teresa Esteban "
    "Mónica Raúl Yolanda Joaquín Amparo Cristian Lorena Emilio Pilar Gabriel Irene Leonel Sandra Víctor Noemí"
).split()
FAMILY = (
    "Riveluz Montesol Campoclaro Brisamar Peñaluz Valdeluna Aguaviva Florestal Piedralba Solarte-Río Nubelar Cieloverde "
    "Trigalba Lagunal Murocal Estelar Olmedal Ramaluz Cantolar Marbella-Sur Alboral Quebralta Senderal Luzarte Robledal "
    "Cumbralta Vallelindo Arenalba Puentenuevo Casaluz Jardinal Vientomar Sierralba Fontclara Orillal Hojalar Pradaluz "
    "Torreluna Zafirel Azucenal Mielar Colibral Guadual Tamboral Yarumal-Sol Ceibalar Molinaluz Bosqueluz Ríoclaro Vegalta"
).split()
COMPANY_WORDS = (
    "Comercial Distribuidora Taller Panadería Confecciones Ferretería Transportes Agrícola Papelería Droguería Muebles Lácteos"
).split()
PLACES = {
    "CO": (
        ("Bogotá", "Bogotá D. C."),
        ("Medellín", "Antioquia"),
        ("Cali", "Valle del Cauca"),
        ("Barranquilla", "Atlántico"),
        ("Bucaramanga", "Santander"),
        ("Pereira", "Risaralda"),
        ("Ibagué", "Tolima"),
        ("Pasto", "Nariño"),
    ),
    "PE": (("Arequipa", "Arequipa"), ("Lima", "Lima"), ("Cusco", "Cusco"), ("Juliaca", "Puno"), ("Tacna", "Tacna")),
}
TIMEZONES = {"CO": "America/Bogota", "PE": "America/Lima"}


@dataclass(frozen=True, slots=True)
class Person:
    """`behaviour` names how they pay (see `demo.behaviour`); telephones and addresses as a lender's file would hold them."""

    key: int
    is_company: bool
    country: str
    id_type: str
    id_number: str
    full_name: str
    first_name: str
    city: str
    region: str
    phones: tuple[str, ...]
    email: str
    behaviour: str


def make_person(key: int, country: str, behaviour: str, random: Random) -> Person:
    """The `key`-th invented person; equal arguments and generator state give the equal person."""
    is_company = random.random() < 0.05
    first = random.choice(GIVEN)
    family = f"{random.choice(FAMILY)} {random.choice(FAMILY)}"
    name = (
        f"{random.choice(COMPANY_WORDS)} {family.split(maxsplit=1)[0]} {'S. A. S.' if country == 'CO' else 'S. A. C.'}"
    )
    id_type, id_number = _national_id(key, country, is_company)
    city, region = random.choice(PLACES[country])
    return Person(
        key=key,
        is_company=is_company,
        country=country,
        id_type=id_type,
        id_number=id_number,
        full_name=name if is_company else f"{first} {family}",
        first_name="" if is_company else first,
        city=city,
        region=region,
        phones=_phones(key, country, random),
        email=f"cliente{key:05d}@correo.example" if random.random() < 0.86 else "",
        behaviour=behaviour,
    )


def _national_id(key: int, country: str, is_company: bool) -> tuple[str, str]:
    if country == "CO":
        if not is_company:
            return "CC", f"99{key:08d}"
        number = f"9999{key:05d}"
        return "NIT", f"{number}-{nit_check_digit(number)}"
    if not is_company:
        return "DNI", f"999{key:05d}"
    return "RUC", _ruc(f"209999{key:04d}"[:10])


def _ruc(first_ten: str) -> str:
    """Completes a RUC with its check digit (SUNAT, modulus 11)."""
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first_ten, weights, strict=True))
    return first_ten + str((11 - total % 11) % 10)


def _phones(key: int, country: str, random: Random) -> tuple[str, ...]:
    prefix = "399" if country == "CO" else "899"
    width = 7 if country == "CO" else 6
    main = f"{prefix}{key:0{width}d}"
    if random.random() < 0.12:
        return (main, f"{prefix}{key + 500_000 if country == 'PE' else key + 5_000_000:0{width}d}")
    return (main,) if random.random() < 0.97 else ()
