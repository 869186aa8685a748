"""What is owed, as pure arithmetic: terms, schedules, late interest, allocation, replay and statements.

Everything here takes values and returns values; money is integers of minor units, rates are decimal fractions, dates are
given. Others may import these modules directly (they are the public, documented core of `acuerdo ledger`).
"""
