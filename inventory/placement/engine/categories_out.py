"""What items take over from others of their category, for the totals of a run. Pure.

Source: placement.md §4.1 and §9 (docs/placement.md): what a result shares with other items is reported.
"""

from typing import Any

from inventory.placement.engine.explain import number
from inventory.placement.engine.prepare import Prepared


def totals(prepared: Prepared) -> dict[str, Any]:
    """`categories` of the run's totals: those with a season, its least and greatest factor, or with an uplift by promotions."""
    season = prepared.baseline.season
    found = [
        {
            "category": name, "has_season": has_season, "season_least": number(season[n].min()),
            "season_most": number(season[n].max()), "promotion_uplift": number(prepared.uplifts[n]),
        }
        for n, (name, has_season) in enumerate(zip(prepared.categories, prepared.seasonal, strict=True))
        if has_season or prepared.uplifts[n] != 1
    ]  # fmt: skip
    return {"categories": found} if found else {}
