"""Pure rules of the agenda: the states of an appointment, its invitation (RFC 5545), and the hours that agents work."""
