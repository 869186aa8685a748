"""Payments on screen: files from the bank, and the credits that wait for a person."""
