"""Every admin page of the books, by topic; imported once, when Django is ready."""

from inventory.admin import api_keys, books, catalog, lists, parties, places, rules, trail

__all__ = ["api_keys", "books", "catalog", "lists", "parties", "places", "rules", "trail"]
