"""The guide of a call: one card to read before it, the steps with what must be said, answers to objections; and its editor."""
