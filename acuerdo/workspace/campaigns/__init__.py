"""Campaigns of messages: one thing told to everybody whom a condition names, read first by a second person."""
