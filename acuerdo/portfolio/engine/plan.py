"""How one particular file will be read: its columns mapped, its styles proved. Made once, used for every batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.portfolio.engine import evidence
from acuerdo.portfolio.engine.spool import Spool, cell_column
from acuerdo.portfolio.rules.dates import ColumnOrder, DateOrder, decide_orders
from acuerdo.portfolio.rules.fields import BALANCE_COMPONENTS, FIELDS, kinds
from acuerdo.portfolio.rules.headers import ColumnMap, Dictionary, map_columns
from acuerdo.portfolio.rules.numbers import ColumnStyle, NumberStyle, decide_styles
from acuerdo.portfolio.rules.profile import Profile

# A portfolio needs to say who, which debt, and how much by at least one of these.
_AMOUNTS = ("balance_total", "balance_due", "instalment_amount", "principal", *BALANCE_COMPONENTS)


@dataclass(frozen=True, slots=True)
class Plan:
    """`cells`: field → its cell columns in the spool; `styles`, `orders`, `percent` by cell column."""

    profile: Profile
    as_of: date
    columns: ColumnMap
    headers: Mapping[str, str]
    cells: Mapping[str, tuple[str, ...]]
    extra: Mapping[str, str]
    styles: Mapping[str, ColumnStyle]
    orders: Mapping[str, ColumnOrder]
    percent: Mapping[str, bool]

    def header_of(self, field: str) -> str:
        """The file's name of the first column of a field, for messages; the field's label when it is not in the file."""
        cells = self.cells.get(field)
        return self.headers[cells[0]] if cells else FIELDS[field].label


def plan_portfolio(spool: Spool, profile: Profile, dictionary: Dictionary, as_of: date) -> Plan:
    """The plan of a portfolio file. Refuses `columns-missing`, `number-style-ambiguous`, `date-order-ambiguous`."""
    columns = map_columns(spool.headers, dictionary, profile.columns, profile.ignore)
    _require(spool, _portfolio_gaps(profile, columns))
    return _plan(spool, profile, columns, as_of)


def plan_table(spool: Spool, profile: Profile, dictionary: Dictionary, as_of: date, needed: tuple[str, ...]) -> Plan:
    """The plan of an instalments or payments file, which needs the fields `needed`. Refuses as `plan_portfolio`."""
    columns = _renamed(map_columns(spool.headers, dictionary, profile.columns, profile.ignore))
    gaps = [FIELDS[name].label for name in needed if name not in columns.fields]
    _require(spool, gaps)
    return _plan(spool, profile, columns, as_of)


# In a file of instalments "capital" is the instalment's, not the balance; in a file of payments "valor" is what was paid.
_SAID_SHORTER = {
    "instalment_due_on": ("due_on", "first_due_on"),
    "instalment_principal": ("balance_principal",),
    "instalment_contract_interest": ("balance_contract_interest",),
    "instalment_insurance": ("balance_insurance",),
    "instalment_other_fees": ("balance_other_fees",),
    "instalment_total": ("instalment_amount", "balance_total"),
    "payment_amount": ("last_payment_amount", "balance_total"),
    "paid_on": ("last_payment_on",),
}


def _renamed(columns: ColumnMap) -> ColumnMap:
    """The map with shorter names taken for what they mean in this kind of file."""
    fields = dict(columns.fields)
    for field, shorter in _SAID_SHORTER.items():
        found = next((name for name in shorter if name in fields), None)
        if field not in fields and found:
            fields[field] = fields.pop(found)
    return ColumnMap(fields, columns.extra, columns.dropped)


def _portfolio_gaps(profile: Profile, columns: ColumnMap) -> list[str]:
    known = {*columns.fields, *profile.constants, *profile.derived}
    gaps = [FIELDS[name].label for name in ("obligation_number", "id_number") if name not in known]
    if not known & {"name", "company_name", "given_names", "family_names"}:
        gaps.append(FIELDS["name"].label)
    if not known & set(_AMOUNTS):
        gaps.append("un saldo o un valor")
    return gaps


def _require(spool: Spool, gaps: list[str]) -> None:
    if not gaps:
        return
    seen = ", ".join(f"«{name}»" for name in spool.headers[:30])
    message = (
        f"Faltan columnas: {', '.join(gaps)}. El archivo tiene: {seen}. Indique en el perfil qué columna es cada una."
    )
    raise Refusal("columns-missing", message, Place(row=spool.header_row))


def _plan(spool: Spool, profile: Profile, columns: ColumnMap, as_of: date) -> Plan:
    position = {name: cell_column(index) for index, name in enumerate(spool.headers)}
    cells = {field: tuple(position[name] for name in names) for field, names in columns.fields.items()}
    found = evidence.gather(
        spool,
        number_columns=_of_kind(cells, "money"),
        date_columns=_of_kind(cells, "date"),
        rate_columns=_of_kind(cells, "rate"),
    )
    headers = {cell: name for name, cell in position.items()}
    styles = decide_styles(dict(found.numbers), given=profile.numbers)
    orders = decide_orders(dict(found.dates), given=profile.dates)
    _ask_about_numbers(styles, headers)
    _ask_about_dates(orders, headers)
    extra = (
        {position[name]: name for name in columns.extra}
        if profile.others == "keep"
        else _named_extra(profile, position)
    )
    percent = {
        cell: largest > 1 if profile.rate_unit is None else profile.rate_unit == "percent"
        for cell, largest in found.rate_max.items()
    }
    return Plan(profile, as_of, columns, headers, cells, extra, styles, orders, percent)


def _named_extra(profile: Profile, position: Mapping[str, str]) -> dict[str, str]:
    return {position[name]: name for name, field in profile.columns.items() if field == "extra" and name in position}


def _of_kind(cells: Mapping[str, tuple[str, ...]], kind: str) -> list[str]:
    names = kinds(kind)  # type: ignore[arg-type]  # the caller's literals
    return [cell for field, columns in cells.items() if field in names for cell in columns]


def _ask_about_numbers(styles: Mapping[str, ColumnStyle], headers: Mapping[str, str]) -> None:
    for cell, style in styles.items():
        if style.unknown:
            message = (
                f"Los valores como «{style.example}» pueden leerse de dos maneras y nada en el archivo lo aclara. "
                "Indique el separador decimal: coma (1.234,56) o punto (1,234.56)."
            )
            raise Refusal("number-style-ambiguous", message, Place(column=headers[cell]))


def _ask_about_dates(orders: Mapping[str, ColumnOrder], headers: Mapping[str, str]) -> None:
    for cell, order in orders.items():
        if order.unknown:
            message = f"Las fechas como «{order.example}» pueden ser día/mes o mes/día y nada en el archivo lo aclara. Indique el orden."
            raise Refusal("date-order-ambiguous", message, Place(column=headers[cell]))


def style_names(styles: Mapping[str, ColumnStyle]) -> set[NumberStyle]:
    """The styles in use, for the report."""
    return {style.style for style in styles.values() if style.style}


def order_names(orders: Mapping[str, ColumnOrder]) -> set[DateOrder]:
    """The date orders in use, for the report."""
    return {order.order for order in orders.values() if order.order}
