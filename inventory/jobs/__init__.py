"""Long work: a `Job` row is the truth of it, with progress, result and retries; a lost message is harmless.

Always true: a job is claimed by one conditional UPDATE, so the same message twice runs it once; a job whose lease ran out is
claimed again by whoever sweeps. Others call `services.request`, `claim`, `progress`, `finish`, `fail`, `cancel`, `lost`.
"""
