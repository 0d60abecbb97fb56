"""What is wrong and who must act by when: one row per crossing of a line, never repaired in silence.

Always true: a finding is open at most once per code and subject. Others call `services.raise_finding`, `services.resolve`.
"""
