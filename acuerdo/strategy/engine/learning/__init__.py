"""What the installation learns from its own history: the worth of other choices, and chances that models estimate."""
