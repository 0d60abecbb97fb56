"""Addresses of pages by name, for links between topics: a page that is not there makes no link."""

from typing import Any

from django.urls import NoReverseMatch, reverse


def link_to(name: str, *args: Any, **query: Any) -> str:
    """The address of a page, with a query; empty when no page answers to the name."""
    try:
        address = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    pairs = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{address}?{pairs}" if pairs else address
