"""Providers behind `ports.MessageChannel`. To add one, replicate the nearest file and name it in config/wiring.py."""
