"""Outside of the database: the installation's signing key."""
