"""Providers of messages: how each stands, and a switch."""
