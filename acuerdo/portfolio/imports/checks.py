# ruff: noqa: S608 - the texts put together here are our own column names; every value is a parameter
"""What can only be seen across rows, or against what is already loaded: rejected by set, never row by row.

Each check writes to `imp_reject` and takes the rows out of staging.
"""

from typing import Any

# Columns that two rows of one obligation must agree on.
AGREEING = (
    "id_type", "id_number", "search_name", "kind", "product", "branch", "currency", "status", "principal_minor", "instalment_minor",
    "last_payment_minor", "last_payment_on", "rate", "late_rate", "term", "disbursed_on", "first_due_on", "due_on", "settled_on",
    "days_past_due", "balance_minor", "due_minor", "principal_balance_minor", "contract_interest_minor", "late_interest_minor",
    "insurance_minor", "collection_fee_minor", "fees_minor", "stops",
)  # fmt: skip

_MOVE_PARTIES = """
INSERT INTO imp_party (row, number, relation, id_type, id_number, is_company, full_name, search_name)
SELECT row, number, role, id_type, id_number, is_company, full_name, search_name FROM imp_obligation WHERE role <> 'debtor';
DELETE FROM imp_obligation WHERE role <> 'debtor';
"""

_DUPLICATES = f"""
CREATE TEMP TABLE imp_twin ON COMMIT DROP AS
SELECT number, min(row) AS first_row, count(DISTINCT ROW({", ".join(AGREEING)})) = 1 AS agree
FROM imp_obligation GROUP BY number HAVING count(*) > 1;
INSERT INTO imp_reject SELECT o.row, '', 'obligation-rows-disagree', o.number
FROM imp_obligation o JOIN imp_twin t USING (number) WHERE NOT t.agree;
"""
_DROP_TWINS = """
DELETE FROM imp_obligation o USING imp_twin t WHERE o.number = t.number AND t.agree AND o.row > t.first_row
"""

# The names of one document must share a word: "PEREZ JUAN" and "Juan Pérez Ruiz" do, two strangers do not.
_NAMES = """
CREATE TEMP TABLE imp_name ON COMMIT DROP AS
SELECT id_type, id_number, search_name, min(row) AS row FROM imp_obligation GROUP BY 1, 2, 3;
CREATE TEMP TABLE imp_stranger ON COMMIT DROP AS
SELECT DISTINCT a.id_type, a.id_number FROM imp_name a JOIN imp_name b USING (id_type, id_number)
WHERE a.search_name < b.search_name AND NOT string_to_array(a.search_name, ' ') && string_to_array(b.search_name, ' ');
INSERT INTO imp_stranger
SELECT DISTINCT a.id_type, a.id_number FROM imp_name a
JOIN portfolio_debtor d ON d.id_country = %(country)s AND d.id_type = a.id_type AND d.id_number = a.id_number
WHERE NOT string_to_array(a.search_name, ' ') && string_to_array(d.search_name, ' ');
INSERT INTO imp_reject SELECT o.row, %(name_column)s, 'debtor-names-disagree', o.id_number
FROM imp_obligation o JOIN imp_stranger USING (id_type, id_number);
"""

# Equality joins on the number, so that each is one hash join; a name in common tells a changed type from another person.
_TYPES = """
CREATE TEMP TABLE imp_retyped ON COMMIT DROP AS
SELECT DISTINCT a.id_type, a.id_number FROM imp_name a JOIN imp_name b ON b.id_number = a.id_number
WHERE a.id_type <> b.id_type AND string_to_array(a.search_name, ' ') && string_to_array(b.search_name, ' ');
INSERT INTO imp_retyped
SELECT DISTINCT a.id_type, a.id_number FROM imp_name a JOIN portfolio_debtor d ON d.id_number = a.id_number AND d.id_country = %(country)s
WHERE a.id_type <> d.id_type AND string_to_array(a.search_name, ' ') && string_to_array(d.search_name, ' ');
INSERT INTO imp_reject SELECT o.row, %(id_type_column)s, 'debtor-id-type-changes', o.id_number
FROM imp_obligation o JOIN imp_retyped USING (id_type, id_number);
"""

_EXISTING = """
INSERT INTO imp_reject SELECT i.row, %(id_column)s, 'obligation-other-debtor', i.number
FROM imp_obligation i JOIN portfolio_obligation o ON o.creditor_id = %(creditor)s AND o.number = i.number
JOIN portfolio_debtor d ON d.id = o.debtor_id
WHERE (d.id_country, d.id_type, d.id_number) <> (%(country)s, i.id_type, i.id_number);
INSERT INTO imp_reject SELECT i.row, %(currency_column)s, 'currency-changes', i.number
FROM imp_obligation i JOIN portfolio_obligation o ON o.creditor_id = %(creditor)s AND o.number = i.number
JOIN ledger_account a ON a.id = o.id WHERE a.currency <> i.currency;
"""

_ORPHANS = """
INSERT INTO imp_reject SELECT p.row, '', 'participant-without-obligation', p.number FROM imp_party p
WHERE NOT EXISTS (SELECT FROM imp_obligation o WHERE o.number = p.number)
AND NOT EXISTS (SELECT FROM imp_reject r WHERE r.row = p.row);
DELETE FROM imp_party p WHERE NOT EXISTS (SELECT FROM imp_obligation o WHERE o.number = p.number);
"""

_OUT = """
DELETE FROM imp_obligation o USING imp_reject r WHERE o.row = r.row;
"""

_INSTALMENTS = """
INSERT INTO imp_reject_instalment SELECT i.row, '', 'obligation-unknown', i.number FROM imp_instalment i
WHERE NOT EXISTS (SELECT FROM imp_obligation o WHERE o.number = i.number)
AND NOT EXISTS (SELECT FROM portfolio_obligation o WHERE o.creditor_id = %(creditor)s AND o.number = i.number)
AND NOT EXISTS (SELECT FROM imp_seen s WHERE s.number = i.number);
INSERT INTO imp_reject_instalment SELECT i.row, '', 'instalment-number-repeated', i.instalment::text FROM imp_instalment i
JOIN (SELECT number, instalment FROM imp_instalment WHERE instalment IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1) twice
USING (number, instalment);
DELETE FROM imp_instalment i USING imp_reject_instalment r WHERE i.row = r.row;
"""


def find_twins(cursor: Any) -> None:
    """Moves co-debtors' own rows aside, then finds obligations with several rows and rejects those that disagree."""
    _run(cursor, _MOVE_PARTIES, {})
    _run(cursor, _DUPLICATES, {})


def check_across_rows(cursor: Any, *, creditor_id: int, country: str, columns: dict[str, str]) -> int:
    """The other checks, after `find_twins`; `columns` names the file's columns for messages. Returns identical rows passed over."""
    told = {"creditor": creditor_id, "country": country, **columns}
    cursor.execute(_DROP_TWINS)
    repeated = int(cursor.rowcount)
    cursor.execute("ANALYZE imp_obligation, imp_party, imp_contact, imp_seen")
    for statements in (_NAMES, _TYPES, _EXISTING, _OUT, _ORPHANS):
        _run(cursor, statements, told)
    return repeated


def check_instalments(cursor: Any, *, creditor_id: int) -> None:
    """Instalments of obligations that nobody knows, and numbers given twice."""
    cursor.execute("ANALYZE imp_instalment, imp_seen, imp_obligation")
    _run(cursor, _INSTALMENTS, {"creditor": creditor_id})


def disagreeing_columns(cursor: Any) -> dict[int, list[str]]:
    """For each row of an obligation whose rows disagree, our names of the columns that do."""
    counts = ", ".join(f"count(DISTINCT {name}) + (count({name}) < count(*))::int > 1" for name in AGREEING)
    cursor.execute(
        f"SELECT number, array_agg(row), {counts} FROM imp_obligation JOIN imp_twin t USING (number) WHERE NOT t.agree GROUP BY 1"
    )
    return {
        row: [name for name, differs in zip(AGREEING, record[2:], strict=True) if differs]
        for record in cursor.fetchall()
        for row in record[1]
    }


def _run(cursor: Any, statements: str, told: dict[str, Any]) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            cursor.execute(statement, told or None)
