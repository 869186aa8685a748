"""Pure rules of what was agreed: the states of a promise, its limits, how it is judged, and what it says of the person."""
