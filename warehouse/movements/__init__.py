"""Orders to move stock: bin to bin, or site to site, by hand or from an accepted recommendation.

Always true: a recommendation becomes at most one order; a site-to-site order is carried out by one shipment.
"""
