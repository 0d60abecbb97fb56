"""Who: the operator company, clients and their authorisations, brokers, carriers, users and API keys.

Always true: every row a client may see hangs on one `Client`; who may see which is a `ClientScope`, and
nothing that lists client rows works without one. Others call `access.access_of`, `services` and `scope`.
"""
