"""The strategy builder: see, write, check, rehearse, compare, approve, and go back."""
