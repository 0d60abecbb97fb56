"""The engine's files: history, network and state read into a problem, results written as CSV, JSON lines and a report.

Formats and rules on bad input: docs/placement.md. Nothing here touches a database.
"""
