"""Mutations of messages: the library, planning, delivery."""
