"""A portfolio made inside the server, for measuring: any number of obligations in seconds, the same for the same seed.

Four obligations for every three people or so; 24 monthly instalments each; three in ten past due; people reachable and
consenting in the proportions of a retail lender; contacts of the last month; some promises and holds. Fictional throughout.
"""

from datetime import date, datetime

from django.db import connection

# hash → 0 … n−1, the same on every machine
_DRAW = "(('x' || substr(md5({key} || ':{seed}'), 1, 8))::bit(32)::bigint % {n})"

STATEMENTS = (
    """INSERT INTO portfolio_creditor (name, legal_name, tax_id, country, currency, timezone, phone, email, website, address,
       ways_to_pay)
       SELECT 'Banco de Medida ' || n, 'Banco de Medida ' || n || ' S. A.', '', CASE WHEN n = 3 THEN 'PE' ELSE 'CO' END,
              CASE WHEN n = 3 THEN 'PEN' ELSE 'COP' END, CASE WHEN n = 3 THEN 'America/Lima' ELSE 'America/Bogota' END, '', '', '',
              '', '[]'
         FROM generate_series(1, 3) n""",
    """INSERT INTO base_user (username, password, full_name, email, role, sees_all_creditors, is_active, language)
       SELECT 'gestor-medida-' || n, '!', 'Gestor ' || n, '', 'agent', TRUE, TRUE, 'es' FROM generate_series(1, {agents}) n""",
    """INSERT INTO portfolio_debtor (kind, id_country, id_type, id_number, full_name, search_name, preferred_name, form_of_address,
       language,
                                     timezone, city, region, extra, created_at, updated_at)
       SELECT CASE WHEN {kind} < 5 THEN 'company' ELSE 'person' END, 'CO', 'CC', (900000000000 + n)::text, 'Persona Medida ' || n,
              'PERSONA MEDIDA ' || n, '', 'usted', 'es', CASE WHEN n % 10 = 0 THEN 'America/Lima' ELSE 'America/Bogota' END,
              'Bogotá', '', '{{}}',
              '{now}', '{now}' FROM generate_series(1, {people}) n""",
    """INSERT INTO portfolio_contactpoint (debtor_id, kind, value, label, phone_type, source, is_valid, invalid_reason, ownership,
       last_result,
                                           created_at, updated_at)
       SELECT d.id, 'email', 'persona' || d.id || '@correo.invalid', '', '', 'medida', TRUE, '', 80, '', '{now}'::timestamptz,
       '{now}'::timestamptz
         FROM portfolio_debtor d WHERE {reach} < 70
       UNION ALL
       SELECT d.id, 'phone', '+57350' || lpad(d.id::text, 9, '0'), '', 'mobile', 'medida', TRUE, '', 80, '', '{now}'::timestamptz,
       '{now}'::timestamptz
         FROM portfolio_debtor d WHERE {reach} >= 10""",
    """INSERT INTO policy_consent (debtor_id, channel, purpose, granted_at, source, proof, recorded_by)
       SELECT d.id, c.channel, 'collection', '{now}'::timestamptz - interval '400 days', 'medida', '', 'medida'
         FROM portfolio_debtor d CROSS JOIN (VALUES ('email', 75), ('sms', 70), ('whatsapp', 40), ('call', 65)) c (channel, share)
        WHERE (('x' || substr(md5(d.id || c.channel || ':{seed}'), 1, 8))::bit(32)::bigint % 100) < c.share""",
    """CREATE TEMPORARY TABLE medida AS
       SELECT n + {first} AS id, {past} AS past, {days} AS days, {size} AS size, 1 + {owner} AS owner, 1 + {bank} AS bank
         FROM generate_series(1, {obligations}) n""",
    """INSERT INTO ledger_account (id, currency, balance_source, status, principal_minor, disbursed_on, terms, core_as_of,
       core_due_since, state_as_of,
              principal_balance_minor, contract_interest_minor, late_interest_minor, insurance_minor, collection_fee_minor,
              balance_minor,
              balance_due_minor, unallocated_minor, paid_minor, due_since, days_past_due, next_due_on, next_due_minor, last_payment_on,
              last_payment_minor, bucket, stage, updated_at)
       SELECT m.id, c.currency, 'core', 'active', m.size * 24, '{on}'::date - 400, '{{}}', '{on}',
       CASE WHEN m.days > 0 THEN '{on}'::date - m.days END,
              '{on}', m.size * 12, 0, 0, 0, 0, m.size * 12, CASE WHEN m.days > 0 THEN m.size * (1 + m.days / 30) ELSE 0 END, 0,
              m.size * 12,
              CASE WHEN m.days > 0 THEN '{on}'::date - m.days END, m.days, '{on}'::date + (m.past % 30)::int, m.size,
              '{on}'::date - 20, m.size,
              'current', 'none', '{now}' FROM medida m JOIN portfolio_creditor c ON c.id = m.bank + {bank_base}""",
    """INSERT INTO portfolio_obligation (id, creditor_id, debtor_id, number, kind, product, branch, rate_text, consequences, extra,
       first_seen_on,
              last_seen_on, created_at, updated_at)
       SELECT m.id, m.bank + {bank_base}, m.owner + {debtor_base}, 'M-' || m.id,
       CASE WHEN m.past % 10 < 2 THEN 'card' ELSE 'loan' END, 'Libre inversión',
              'Centro', '', '', '{{}}', '{on}'::date - 400, '{on}', '{now}', '{now}' FROM medida m""",
    """INSERT INTO ledger_instalment (account_id, number, due_on, principal_minor, contract_interest_minor, insurance_minor,
       fees_minor, total_minor,
              cum_due_minor)
       SELECT m.id, n, '{on}'::date - 365 + 30 * n, m.size - m.size / 5, m.size / 5, 0, 0, m.size, m.size * n
         FROM medida m CROSS JOIN generate_series(1, {instalments}) n""",
    """INSERT INTO policy_attempt (debtor_id, creditor_id, at, direction, channel, purpose, recipient, status, right_party,
       is_two_way, disposition, note,
              actor)
       SELECT d.id, {bank_base} + 1, '{now}'::timestamptz - make_interval(days => (1 + {ago})::int), 'out',
              (ARRAY['email', 'sms', 'call', 'whatsapp'])[1 + {how}], 'collection', 'debtor', 'sent', {ago} % 5 = 0, {ago} % 5 = 0,
              '', '', 'medida'
         FROM portfolio_debtor d CROSS JOIN generate_series(1, 3) k WHERE {tried} < 40""",
    """INSERT INTO negotiation_promise (debtor_id, obligation_id, amount_minor, currency, made_on, due_on, ends_on, kept_from_minor,
       way_to_pay, state,
              paid_minor, times_rescheduled, actor, created_at, updated_at, cancel_reason)
       SELECT m.owner + {debtor_base}, m.id, m.size, c.currency, '{on}'::date - 4, '{on}'::date + (m.past % 12)::int - 1,
       '{on}'::date + 14, m.size, '',
              'open', 0, 0, 'medida', '{now}', '{now}', '' FROM medida m JOIN portfolio_creditor c ON c.id = m.bank + {bank_base}
        WHERE m.days > 0 AND m.past % 20 = 0""",
    """INSERT INTO policy_hold (debtor_id, kind, channel, starts_at, reason, placed_by, lifted_by, lift_reason)
       SELECT d.id, 'dispute', '', '{now}'::timestamptz - interval '3 days', 'medida', 'medida', '',
       '' FROM portfolio_debtor d WHERE {held} = 0""",
    "DROP TABLE medida",
    "ANALYZE",
)


def fill(*, obligations: int, on: date, now: datetime, instalments: int = 24, agents: int = 40, seed: int = 7) -> None:
    """Fill an empty database with a portfolio as of `on`."""
    people = max(obligations * 3 // 4, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM portfolio_creditor")
        bank_base = cursor.fetchone()[0]
        cursor.execute("SELECT COALESCE(max(id), 0) FROM portfolio_debtor")
        debtor_base = cursor.fetchone()[0]
        cursor.execute("SELECT COALESCE(max(id), 0) FROM ledger_account")
        first = cursor.fetchone()[0]

        def draw(key: str, n: int) -> str:
            return _DRAW.format(key=key, n=n, seed=seed)

        late = f"CASE WHEN {draw("n || 'late'", 10)} < 3 THEN 1 + {draw("n || 'days'", 120)} ELSE 0 END"
        values = {
            "obligations": obligations, "people": people, "instalments": instalments, "agents": agents, "seed": seed,
            "on": on.isoformat(),            "now": now.isoformat(), "first": first, "bank_base": bank_base, "debtor_base": debtor_base,
            "kind": draw("n || 'kind'", 100), "reach": draw("d.id || 'reach'", 100), "past": draw("n || 'past'", 1000),
            "days": f"({late})::int",
            "size": f"(5000000 + {draw("n || 'size'", 100)} * 700000)", "owner": f"(n * 3 / 4) % {people}", "bank": draw("n || 'bank'", 3),
            "ago": draw("d.id || '-' || k || 'ago'", 30), "how": draw("d.id || '-' || k || 'how'", 4),
            "tried": draw("d.id || '-' || k || 'tried'", 100),
            "held": draw("d.id || 'held'", 80),
        }  # fmt: skip
        for statement in STATEMENTS:
            cursor.execute(statement.format(**values))
