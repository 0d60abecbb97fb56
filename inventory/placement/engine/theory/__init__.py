"""The published models that the engine is checked against. Pure, and asked by no plan.

`newsvendor` one period; `lot_sizes` known demand; `reorder` one place under random demand; `echelons` several places;
`intermittent` forecasts of one series that seldom sells. The guaranteed-service level is also a baseline policy of the
back-test. The values they are held to stand in placement.md §13 and `tests/placement/test_t*.py`.
"""
