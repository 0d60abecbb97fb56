"""Who changed what, when, from where, why, before and after: kept after deletion, never edited, sealed day by day.

The field-level rows are django-auditlog's, made append-only by trigger. `AuditSeal` chains one digest per day over
them and over the postings, discharges and corrections of the books, so that a change behind the triggers' back shows.

Always true: a row of the trail cannot be updated or deleted; each append-only row is under exactly one seal. Others
call `context.because(reason)`, `context.acting(actor)`, `context.identify(actor)`; `services.seal` and
`services.verify`.
"""
