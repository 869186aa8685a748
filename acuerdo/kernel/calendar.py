"""Public holidays as dated rules, business days, and months that end where they must.

A country's holidays are rules (a fixed day, a day moved by law, an offset from Easter, a weekday of a month, a decreed
date), each with the years it is in force, so a past date is judged by the law of its year. Extra days that a government
decrees late come in as `extra` dates, which callers keep as data.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from acuerdo.kernel.errors import Refusal

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
FIRST_YEAR, LAST_YEAR = 2012, 2099

# How a law moves a holiday: days to add for each weekday, Monday first.
type Move = tuple[int, int, int, int, int, int, int]
STAYS: Move = (0, 0, 0, 0, 0, 0, 0)
NEXT_MONDAY: Move = (0, 6, 5, 4, 3, 2, 1)  # Colombia, Ley 51 de 1983
CHILE_MONDAY: Move = (0, -1, -2, -3, 3, 0, 0)  # Chile, Ley 19.668
CHILE_REFORMATION: Move = (0, -4, 2, 0, 0, 0, 0)  # Chile, Ley 20.299
ARGENTINA_MONDAY: Move = (0, -1, -2, 4, 3, 0, 0)  # Argentina, Ley 27.399 art. 6
ECUADOR_BRIDGE: Move = (0, -1, 2, 1, 0, -1, 1)  # Ecuador, Ley Orgánica Reformatoria of 20-Dec-2016
ECUADOR_WEEKEND: Move = (0, 0, 0, 0, 0, -1, 1)
ECUADOR_SOULS: Move = (0, -1, 2, 0, 0, -1, 2)  # 2 November: the 3rd is a holiday too, so it never lands there
ECUADOR_CUENCA: Move = (0, 0, 0, 0, 0, 0, 1)  # 3 November: the bridge comes from the 2nd


@dataclass(frozen=True, slots=True)
class Holiday:
    """One rule. `on` is (month, day), or a number of days from Easter Sunday."""

    on: tuple[int, int] | int
    name: str
    move: Move = STAYS
    keeps_original: bool = False
    only_weekday: int | None = None
    from_year: int = FIRST_YEAR
    to_year: int = LAST_YEAR
    every_years: int = 1

    def dates(self, year: int) -> list[date]:
        if not self.from_year <= year <= self.to_year or (year - self.from_year) % self.every_years:
            return []
        base = easter(year) + timedelta(days=self.on) if isinstance(self.on, int) else date(year, *self.on)
        if self.only_weekday is not None and base.weekday() != self.only_weekday:
            return []
        moved = base + timedelta(days=self.move[base.weekday()])
        return [base, moved] if self.keeps_original and moved != base else [moved]


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The n-th such weekday of a month, as Mexico's Ley Federal del Trabajo art. 74 fixes."""

    month: int
    weekday: int
    nth: int
    name: str

    def dates(self, year: int) -> list[date]:
        first = date(year, self.month, 1)
        return [first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1))]


@dataclass(frozen=True, slots=True)
class Decreed:
    """Dates that an act set one by one."""

    on: tuple[date, ...]
    name: str

    def dates(self, year: int) -> list[date]:
        return [day for day in self.on if day.year == year]


@dataclass(frozen=True, slots=True)
class JuneSolstice:
    """Chile's Día Nacional de los Pueblos Indígenas (Ley 21.357): the solstice, on the 20th or 21st of June."""

    name: str

    def dates(self, year: int) -> list[date]:
        if year < 2021:
            return []
        is_21st = year == 2021 or (year % 4 >= 2 and year <= 2046) or (year % 4 == 3 and year <= 2075)
        return [date(year, 6, 21 if is_21st else 20)]


type Rule = Holiday | NthWeekday | Decreed | JuneSolstice


def _fixed(*days: tuple[int, int, str]) -> list[Rule]:
    return [Holiday((month, day), name) for month, day, name in days]


def _ecuador(month: int, day: int, name: str, move: Move) -> Holiday:
    return Holiday((month, day), name, move, keeps_original=True)


def _decreed(name: str, *days: str) -> Decreed:
    return Decreed(tuple(date.fromisoformat(day) for day in days), name)


# Sources: CO Ley 51/1983 and Ley 2578/2026 art. 6; PE D.Leg. 713 with Leyes 31381, 31530, 31788, 31822; MX LFT art. 74;
# CL Leyes 2.977, 19.668, 19.973, 20.299, 20.983, 21.357; EC Ley of 20-Dec-2016; AR Ley 27.399 and yearly decrees;
# BR Leis 662/1949, 6.802/1980, 14.759/2023. Tests hold CO and PE to the `holidays` package day by day.
RULES: dict[str, list[Rule]] = {
    "CO": [
        *_fixed((1, 1, "Año Nuevo"), (5, 1, "Día del Trabajo"), (7, 20, "Independencia"), (8, 7, "Batalla de Boyacá")),
        *_fixed((12, 8, "Inmaculada Concepción"), (12, 25, "Navidad")),
        Holiday((1, 6), "Reyes Magos", NEXT_MONDAY),
        Holiday((3, 19), "San José", NEXT_MONDAY),
        Holiday((6, 29), "San Pedro y San Pablo", NEXT_MONDAY),
        Holiday((7, 9), "Nuestra Señora del Rosario de Chiquinquirá", NEXT_MONDAY, from_year=2026),
        Holiday((8, 15), "Asunción de la Virgen", NEXT_MONDAY),
        Holiday((10, 12), "Día de la Diversidad", NEXT_MONDAY),
        Holiday((11, 1), "Todos los Santos", NEXT_MONDAY),
        Holiday((11, 11), "Independencia de Cartagena", NEXT_MONDAY),
        Holiday(-3, "Jueves Santo"),
        Holiday(-2, "Viernes Santo"),
        Holiday(43, "Ascensión del Señor"),
        Holiday(64, "Corpus Christi"),
        Holiday(71, "Sagrado Corazón"),
    ],
    "PE": [
        *_fixed(
            (1, 1, "Año Nuevo"), (5, 1, "Día del Trabajo"), (6, 29, "San Pedro y San Pablo"), (7, 28, "Fiestas Patrias")
        ),
        *_fixed((7, 29, "Fiestas Patrias"), (8, 30, "Santa Rosa de Lima"), (10, 8, "Combate de Angamos")),
        *_fixed((11, 1, "Todos los Santos"), (12, 8, "Inmaculada Concepción"), (12, 25, "Navidad")),
        Holiday((6, 7), "Batalla de Arica y Día de la Bandera", from_year=2024),
        Holiday((7, 23), "Día de la Fuerza Aérea", from_year=2023),
        Holiday((8, 6), "Batalla de Junín", from_year=2022),
        Holiday((12, 9), "Batalla de Ayacucho", from_year=2022),
        Holiday(-3, "Jueves Santo"),
        Holiday(-2, "Viernes Santo"),
        Holiday(0, "Domingo de Resurrección"),
    ],
    "MX": [
        *_fixed((1, 1, "Año Nuevo"), (5, 1, "Día del Trabajo"), (9, 16, "Independencia"), (12, 25, "Navidad")),
        NthWeekday(2, MONDAY, 1, "Día de la Constitución"),
        NthWeekday(3, MONDAY, 3, "Natalicio de Benito Juárez"),
        NthWeekday(11, MONDAY, 3, "Día de la Revolución"),
        Holiday((12, 1), "Transmisión del Poder Ejecutivo", from_year=2012, to_year=2018, every_years=6),
        Holiday((10, 1), "Transmisión del Poder Ejecutivo", from_year=2024, every_years=6),
    ],
    "CL": [
        *_fixed(
            (1, 1, "Año Nuevo"), (5, 1, "Día del Trabajo"), (5, 21, "Glorias Navales"), (7, 16, "Virgen del Carmen")
        ),
        *_fixed((8, 15, "Asunción de la Virgen"), (9, 18, "Independencia"), (9, 19, "Glorias del Ejército")),
        *_fixed((11, 1, "Todos los Santos"), (12, 8, "Inmaculada Concepción"), (12, 25, "Navidad")),
        Holiday((1, 2), "Feriado nacional", only_weekday=MONDAY, from_year=2017),
        Holiday((6, 29), "San Pedro y San Pablo", CHILE_MONDAY),
        Holiday((10, 12), "Encuentro de Dos Mundos", CHILE_MONDAY),
        Holiday((10, 31), "Iglesias Evangélicas y Protestantes", CHILE_REFORMATION),
        Holiday((9, 17), "Fiestas Patrias", only_weekday=MONDAY),
        Holiday((9, 17), "Fiestas Patrias", only_weekday=FRIDAY, from_year=2017),
        Holiday((9, 20), "Fiestas Patrias", only_weekday=FRIDAY),
        Holiday(-2, "Viernes Santo"),
        Holiday(-1, "Sábado Santo"),
        JuneSolstice("Pueblos Indígenas"),
    ],
    "EC": [
        _ecuador(1, 1, "Año Nuevo", ECUADOR_WEEKEND),
        _ecuador(5, 1, "Día del Trabajo", ECUADOR_BRIDGE),
        _ecuador(5, 24, "Batalla de Pichincha", ECUADOR_BRIDGE),
        _ecuador(8, 10, "Primer Grito de Independencia", ECUADOR_BRIDGE),
        _ecuador(10, 9, "Independencia de Guayaquil", ECUADOR_BRIDGE),
        _ecuador(11, 2, "Día de los Difuntos", ECUADOR_SOULS),
        _ecuador(11, 3, "Independencia de Cuenca", ECUADOR_CUENCA),
        _ecuador(12, 25, "Navidad", ECUADOR_WEEKEND),
        Holiday(-48, "Carnaval"),
        Holiday(-47, "Carnaval"),
        Holiday(-2, "Viernes Santo"),
    ],
    "AR": [
        *_fixed((1, 1, "Año Nuevo"), (3, 24, "Día de la Memoria"), (4, 2, "Malvinas"), (5, 1, "Día del Trabajo")),
        *_fixed((5, 25, "Revolución de Mayo"), (6, 20, "Belgrano"), (7, 9, "Independencia")),
        *_fixed((12, 8, "Inmaculada Concepción"), (12, 25, "Navidad")),
        Holiday((6, 17), "Güemes", ARGENTINA_MONDAY, from_year=2016),
        Holiday((8, 17), "San Martín", ARGENTINA_MONDAY),
        Holiday((10, 12), "Diversidad Cultural", ARGENTINA_MONDAY),
        Holiday((11, 20), "Soberanía Nacional", ARGENTINA_MONDAY),
        Holiday(-48, "Carnaval"),
        Holiday(-47, "Carnaval"),
        Holiday(-3, "Jueves Santo"),
        Holiday(-2, "Viernes Santo"),
        _decreed(
            "Feriado con fines turísticos",
            "2023-05-26",
            "2023-06-19",
            "2023-10-13",
            "2024-04-01",
            "2024-06-21",
            "2024-10-11",
        ),
        _decreed(
            "Feriado con fines turísticos",
            "2025-05-02",
            "2025-08-15",
            "2025-11-21",
            "2026-03-23",
            "2026-07-10",
            "2026-12-07",
        ),
        _decreed("Visita del Papa León XIV", "2026-11-09"),
    ],
    "BR": [
        *_fixed((1, 1, "Confraternização Universal"), (4, 21, "Tiradentes"), (5, 1, "Dia do Trabalhador")),
        *_fixed((9, 7, "Independência"), (10, 12, "Nossa Senhora Aparecida"), (11, 2, "Finados")),
        *_fixed((11, 15, "Proclamação da República"), (12, 25, "Natal")),
        Holiday((11, 20), "Consciência Negra", from_year=2024),
        Holiday(-2, "Sexta-feira Santa"),
    ],
}


@lru_cache(maxsize=256)
def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, century, of_century = year % 19, year // 100, year % 100
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leap_years, year_rest = divmod(of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=512)
def holidays(country: str, year: int) -> dict[date, str]:
    """Holidays of one year with their Spanish names, in order; refuses `holiday-calendar-missing`."""
    if country not in RULES or not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refusal("holiday-calendar-missing", f"No tenemos el calendario de festivos de «{country}» para {year}.")
    found: dict[date, list[str]] = {}
    for day, name in sorted(
        (day, rule.name) for rule in RULES[country] for near in (year - 1, year, year + 1) for day in rule.dates(near)
    ):
        if day.year == year and name not in found.setdefault(day, []):
            found[day].append(name)
    return {day: "; ".join(names) for day, names in found.items()}


def holiday_name(day: date, country: str) -> str | None:
    """The holiday's name, or None on any other day."""
    return holidays(country, day.year).get(day)


def is_business_day(day: date, country: str, *, has_saturdays: bool = False, extra: Iterable[date] = ()) -> bool:
    """Monday to Friday (and Saturday where a rule counts it), no holiday. `extra` are further closed days."""
    last = SATURDAY if has_saturdays else FRIDAY
    return day.weekday() <= last and day not in holidays(country, day.year) and day not in set(extra)


def next_business_day(day: date, country: str) -> date:
    """The day itself if it is a business day, else the first one after it."""
    while not is_business_day(day, country):
        day += timedelta(days=1)
    return day


def add_business_days(day: date, count: int, country: str) -> date:
    """The `count`-th business day after (or, negative, before) `day`; the day itself never counts."""
    step = timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_business_day(day, country)
    return day


def business_days_between(start: date, end: date, country: str) -> int:
    """Business days in (start, end]: those that passed since `start`. Zero when `end` is not after `start`."""
    return sum(is_business_day(start + timedelta(days=index), country) for index in range(1, (end - start).days + 1))


def add_months(day: date, months: int, *, anchor_day: int | None = None) -> date:
    """The same day of month `months` later, or the month's last day. `anchor_day` keeps the 31st through a short month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(anchor_day or day.day, last))


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_spans(start: date, end: date) -> list[tuple[date, date]]:
    """Splits [start, end] (both included) where months end."""
    spans = []
    while start <= end:
        last = min(month_end(start), end)
        spans.append((start, last))
        start = last + timedelta(days=1)
    return spans
