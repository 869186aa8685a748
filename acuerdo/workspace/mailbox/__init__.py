"""The sandbox's telephone and mailbox: every message of the demo as its receiver sees it."""
