"""Long work: a `Job` row is the truth of it, with progress, result and retries; a lost message is harmless.

Always true: a job is claimed by one conditional UPDATE, so the same message twice runs it once; a job whose lease ran
out is taken back by the sweeper and done by another worker, and the first one can write nothing more; what a job must
do once is written in the transaction that ends it. A job may wait for parts, which are jobs too; it goes on when all have
ended. Of a kind that is alone, one job of a client is done at a time, in the order in which they were asked for.

Others ask with `services.request(...)` and `messages.start(job)`, watch with `selectors.jobs_for(scope)`, stop with
`services.cancel`, and teach the workers a new kind with `registry.register(kind, dotted_path)` (see `outcome.py`).
"""
