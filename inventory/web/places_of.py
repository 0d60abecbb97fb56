"""Whose place is it: rows and choices narrowed to the sites a person works at."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import Model, Q
from django.http import Http404

from inventory.models import Location, Site
from inventory.web.access import WebAccess

Rows = TypeVar("Rows", bound=Any)
Thing = TypeVar("Thing", bound=Model)


def at_sites(access: WebAccess, rows: Rows, *paths: str) -> Rows:
    """The rows of which one of `paths` leads to a site this person works at; all of them for those bound to none."""
    if access.site_ids is None:
        return rows
    return rows.filter(reduce(or_, (Q(**{f"{path}__in": access.site_ids}) for path in paths)))


def found(access: WebAccess, thing: Thing | None, *site_ids: int | None) -> Thing:
    """The thing, if there is one and one of its sites is this person's. Raises Http404."""
    if thing is None or (site_ids and not any(access.allows_site(site_id) for site_id in site_ids)):
        raise Http404
    return thing


def sites_of(access: WebAccess, *kinds: str) -> Any:
    """The active sites of these kinds (any kind when none is named) where this person works."""
    rows = Site.objects.filter(is_active=True, **({"kind__in": kinds} if kinds else {}))
    return at_sites(access, rows, "pk").order_by("name")


def site_codes(access: WebAccess) -> Iterable[str] | None:
    """The codes of this person's sites; None when bound to none."""
    if access.site_ids is None:
        return None
    return Site.objects.filter(pk__in=access.site_ids).values_list("code", flat=True)


def shelves(site_id: int, regime: str = "", *kinds: str) -> Any:
    """The physical locations in use at a site, kept for a regime and of some kinds where told."""
    rows = Location.objects.filter(site=site_id, is_virtual=False, is_active=True)
    rows = rows.filter(regime=regime) if regime else rows
    return (rows.filter(kind__in=kinds) if kinds else rows).order_by("code")
