"""Tables for people: bonded balances, deadlines, the discharge trail, stock, kardex, reconciliation, exposure, accuracy.

A `Report` (shapes.py) has columns, says what it asks, and answers with rows one at a time. `asking.read` turns texts into a
question, `selectors.preview` shows the first rows on a page, `services.request_export` has a worker write all of them as
CSV, XLSX or PDF. Every file prints the operator company and its RFC, what was asked, when, and the fingerprint of its content.

Always true: a report reads no row outside the scope it is asked with; the same books give the same rows in the same order.
"""
