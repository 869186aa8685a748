"""A visit or a letter carried by hand, logged with its evidence; the gate answers first, as for every contact."""
