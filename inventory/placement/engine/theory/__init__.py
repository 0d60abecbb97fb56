"""The published models that the engine is checked against. Pure, and asked by no plan.

`newsvendor` one period; `lot_sizes` known demand; `reorder` one place under random demand; `echelons` several places;
`intermittent` forecasts of one series that seldom sells. The guaranteed-service level is also a baseline policy of the
back-test. `tests/placement/test_textbook.py` and `test_theory_*.py` hold them to the published values (placement.md §13).
"""
