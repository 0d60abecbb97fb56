"""What the law and the world say, dated: regimes, document keys and their effect, stay limits, units, offices, rates.

Always: a row is valid from `valid_from` to `valid_to` (both days included; no end means still valid), rows of one code
never overlap, rows are closed and never deleted, and a look-up with no row valid on the day of the event raises
ReferenceMissing. Nothing answers with the newest row instead.

Others may call everything in `selectors`. `services.load` (and `manage.py load_reference`) brings the tables to what
the files in `data/` say; docs/sources.md tells where each file comes from.
"""
