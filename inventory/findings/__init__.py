"""What is wrong and who must act by when: one row per crossing of a line, never repaired in silence.

Always true: a finding is open at most once per code and subject. Others call `services.raise_finding`,
`services.resolve` (the cause is gone), `services.close` (a person says what was done), undo a refused deed but for its
finding in `services.atomic`, and read `selectors.open_findings(scope)`; what a code means to people stands in `catalogue.py`.
"""
