"""Conversations for people: who wrote, what was done at once, and a reply at hand."""
