"""The agenda on screen: the day and the week of an agent or a team, booking beside the person, and the person's own page."""
