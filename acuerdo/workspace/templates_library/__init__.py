"""Screens of the library of templates: list, editor with live findings and preview, versions, approval."""
