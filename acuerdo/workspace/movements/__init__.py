"""Movements of one obligation: all that happened to it, and what a person with the right may record, with what it changes first."""
