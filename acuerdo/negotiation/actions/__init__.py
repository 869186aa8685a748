"""Mutations of what was agreed: promises, plans, approvals. Each function is one, in one transaction."""
