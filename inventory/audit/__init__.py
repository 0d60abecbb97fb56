"""Who changed what, when, from where, why, before and after: kept after deletion, never edited, sealed day by day.

The field-level rows are django-auditlog's, made append-only by trigger. `AuditSeal` chains one digest per day over
them and over the postings, discharges and corrections of the books, so that a change behind the triggers' back shows.

Always true: a row of the trail cannot be updated or deleted; each append-only row is under exactly one seal; a bulk
write of an audited model leaves the trail of every row it changes; from the key of a posting or discharge one finds
the rows of the trail written with it, and so the address (`selectors.told_of`). Others call `context.because(reason)`,
`context.acting(actor)`, `context.identify(actor)`, `context.doing(key)`; `services.seal` and `services.verify`.
"""
