"""Every admin page of the work; imported once, when Django is ready."""

from warehouse.admin import books

__all__ = ["books"]
