"""Changing strategies and the worklist: each action is one mutation, called by screens, API, commands and the day alike."""
