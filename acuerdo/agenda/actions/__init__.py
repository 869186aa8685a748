"""Changes of the agenda; each is one mutation in one transaction."""
