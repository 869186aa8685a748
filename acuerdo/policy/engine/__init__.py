"""The gate over a data frame: the verdict of `rules.judge` for millions of planned contacts, as Narwhals expressions.

`judge_rows(rows, permissions, pack, readings, on=date)` adds `gate_allowed` (bool) and `gate_rule` (the first rule that
denies, in the pack's order; "" when allowed) to every row; with `has_all_rules` also `gate_rules`: every rule that denies,
in the pack's order, between "|". `find_openings` answers `row_id` and `gate_next_us`: the next permitted moment, null where
no wait helps (or none before `until_us`). Tests hold both equal to `judge`, row by row. Only outbound contacts; the caller
filters the rows of one pack and one creditor's readings. Instants are integer microseconds since 1970 UTC.

`rows`, one planned contact each, any lazy frame that Narwhals knows (Polars, DuckDB):
    row_id int (unique) · debtor_id int · obligation_id int (0: all debts) · channel · purpose · recipient str
    at_us int · zone str ("" = the pack's) · zone_2 str ("" = none; else both must allow) · region str ("" = unknown)
    balance_minor, balance_due_minor, balance_stated_minor int or null · point_ownership int or null
    point_is_valid, excluded_number bool or null · visit_authorisation, unreachable_documented bool

`permissions`, the extracts of `policy.snapshot` (a hold without obligation has obligation_id 0):
    consents: debtor_id channel purpose from_us to_us          holds: debtor_id obligation_id kind channel from_us to_us
    preferences: debtor_id hours has_instrument from_us to_us  attempts: debtor_id channel at_us is_out is_two_way counts
`to_us` of what has no end is 9,000,000,000,000,000. `attempts`, none after a row's instant, may carry obligation_id, which a
cap counted per debt (US) reads; is_confirmation (it left, and counts only where a reading says so); and is_other_party: with
another person bound by the same debt, repeated under the debtor_id whom it may weigh on.
`with_excluded_numbers` makes `excluded_number` of the extracts `excluded_points` and `registries`.
"""

from acuerdo.policy.engine.excluded import with_excluded_numbers
from acuerdo.policy.engine.frame_facts import Permissions
from acuerdo.policy.engine.frame_gate import ROW_COLUMNS, judge_rows
from acuerdo.policy.engine.frame_openings import find_openings

__all__ = ["ROW_COLUMNS", "Permissions", "find_openings", "judge_rows", "with_excluded_numbers"]
