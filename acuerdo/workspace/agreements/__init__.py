"""Screens of the agreement: what the person can pay, what may be offered, the plan in writing, and who approves it."""
