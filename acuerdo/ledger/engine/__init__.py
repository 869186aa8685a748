"""The ledger's figures as data frames: what a million obligations owe on a date, equal to the books row by row."""
