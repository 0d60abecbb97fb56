"""A back-test as a row, with figures that are easily told apart, without playing one."""

from datetime import timedelta
from decimal import Decimal

from inventory.placement.engine.compare import DONE, ENGINE, FORWARD, NORMAL, SUPPLY, UNTUNED
from inventory.placement.models import BacktestInput, BacktestResult

SETTINGS = {SUPPLY: [3, 2], UNTUNED: [4, 4], NORMAL: [1.5, 2], FORWARD: [6]}


def figures_of(sku, *, engine=3.5, done=True, saved=0.112):
    """Figures with the engine at `engine` % and the rules at 4 % and dearer."""
    policies = [ENGINE, UNTUNED, SUPPLY, NORMAL, FORWARD, *([DONE] if done else [])]
    lines = [
        {
            "policy": policy, "settings": SETTINGS.get(policy, []), "holding_bond": 1, "holding_dc": 0.5 + n, "short": 0.5,
            "expired": 0.25, "trucks": 0.75, "freight": 1.5, "on_road": 0.5, "fill": 0.98 - n / 100, "bonded": 0.4, "cut": 0,
            "holding": 1.5 + n, "controllable": 3 + n if n else engine, "total": 5 + n, "over_clairvoyant": 0.51 + n,
        }
        for n, policy in enumerate(policies)
    ]  # fmt: skip
    return {
        "weeks": 12, "lines": lines, "best_rule": SUPPLY, "clairvoyant": 3.66, "oracle": 2.17, "regret_ratio": 0.8,
        "nervousness": 0.025, "holding_saved_at_equal_fill": {SUPPLY: saved, NORMAL: -0.05, FORWARD: None}, "tuning": {},
        "frontiers": {
            policy: [
                {"settings": SETTINGS[policy], "fill": 0.95, "holding": 2.0},
                {"settings": SETTINGS[policy], "fill": 0.97, "holding": 3.0},
            ]
            for policy in (SUPPLY, NORMAL, FORWARD)
        },
        "worst": [{"sku": sku, "cost": 1234.5, "fill": 0.91}, {"sku": "GONE", "cost": 99, "fill": 1}],
        "classes": [
            {
                "name": name, "policy": policy, "items": 3, "asked": 0.5, "holding": 2, "short": 1, "expired": 0, "fill": 0.97,
                "bonded": 0.3, "cost": 3,
            }
            for policy in (ENGINE, SUPPLY) for name in ("smooth", "lumpy")
        ],
    }  # fmt: skip


def make_backtest(client, mark, today, at, *, weeks=12, figures=None, rule_cost="0.04", fill="0.98", **parameters):
    """A back-test of the weeks before a day, made by a person who bears the mark, with one file."""
    found = figures or figures_of(f"{mark}-SKU")
    counted_from = today - timedelta(weeks=weeks)
    result = BacktestResult.objects.create(
        client=client, as_of=today, created_at=at, actor_label=f"{mark} person", inputs_hash="d" * 64, code_version="1",
        first_review=counted_from - timedelta(weeks=11), counted_from=counted_from, weeks=weeks, seed=3,
        engine_cost=Decimal(str(found["lines"][0]["controllable"])) / 100, rule_cost=Decimal(rule_cost), fill=Decimal(fill),
        parameters={
            "weeks": weeks, "history_weeks": 104, "settling_weeks": 11, "items": 4, "items_known": 4, "seed": 3,
            "done": {"movements": 5, "weeks_shipped": 4, "first_week": counted_from.isoformat()}, "note": mark, **parameters,
        },
        figures=found,
    )  # fmt: skip
    BacktestInput.of(result, "network.json", f'{{"note": "{mark}"}}'.encode()).save()
    return result
