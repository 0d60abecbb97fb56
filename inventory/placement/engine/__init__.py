"""The placement engine: pure functions over arrays. No ORM, no clock, no global state; same input, same result.

`recommend(problem)` is the one entrance; `problem` is a `model.Problem`, made of files by `placement.files` or of the books by
`placement.books`. Method, sources and what later steps add: docs/placement.md.
"""

from inventory.placement.engine.model import Problem, Result
from inventory.placement.engine.recommend import recommend

__all__ = ["Problem", "Result", "recommend"]
