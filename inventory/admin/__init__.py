"""Administrators' pages: the Django admin for master data, users, rules and the audit trail. It never edits the books."""
