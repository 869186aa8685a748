"""Pure building blocks that every capability shares: no database, no network, no clock."""
