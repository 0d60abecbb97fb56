"""A small fixed problem and what the engine makes of it, as committed files in `golden/`.

`python -m tests.placement.golden_files` runs the command on the inputs and writes the expected files anew; look at the
difference before it is committed. `--inputs` draws the inputs anew as well.
"""

import csv
import json
import math
import os
import random
import sys
from datetime import date, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
HISTORY, NETWORK, STATE, EVENTS = (
    FOLDER / name for name in ("history.csv", "network.json", "state.json", "events.csv")
)
EXPECTED = ("out.csv", "weeks.csv", "leads.csv", "tuning.json")
AS_OF, WEEKS = date(2026, 3, 2), 110


def run(folder):
    """Run the command on the fixed inputs; the files that it writes stand in `folder` under the names of EXPECTED."""
    from django.core.management import call_command

    report = folder / "report.json"
    call_command(
        "recommend_placement", jobs=1, history=HISTORY, network=NETWORK, state=STATE, events=EVENTS, out=folder / "out.csv",
        forecast_out=folder / "weeks.csv", horizon=4, lead_out=folder / "leads.csv", leads=(3, 12), report=report,
    )  # fmt: skip
    tuning = json.loads(report.read_text())["tuning"]
    (folder / "tuning.json").write_text(json.dumps(_rounded(tuning), indent=1, sort_keys=True) + "\n")
    report.unlink()


def _rounded(value):
    """Numbers with six digits."""
    if isinstance(value, dict):
        return {name: _rounded(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_rounded(entry) for entry in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _inputs():
    """Items of every class in three markets, with censored, promoted and unknown weeks, lots, packs, trucks and two sites."""
    chance = random.Random(20)
    rates = {"A": (40, 25, 12), "B": (9, 4, 2), "C": (0.4, 0.2, 0.1), "D": (120, 60, 30), "E": (3, 3, 1), "NEW": ()}
    rows = []
    for sku, means in rates.items():
        for region, mean in zip(("R-1", "R-2", "R-3"), means, strict=False):
            for week in range(WEEKS):
                day = AS_OF - timedelta(weeks=WEEKS - week)
                rate = mean * (1 + 0.3 * math.sin(2 * math.pi * week / 52) if sku == "D" else 1)
                promoted = sku == "A" and week % 13 == 5
                out = sku == "B" and week in (70, 71)
                units = sum(chance.random() < rate / 200 for _n in range(200)) * (2 if promoted else 1)
                units = chance.choice((5, 20)) * units if sku == "E" and chance.random() < 0.4 else units
                rows.append([sku, region, day, "" if sku == "D" and week == 80 else units, int(out), int(promoted)])
    with HISTORY.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [["sku", "location", "date", "quantity", "stockout", "promo"], *rows]
        )
    lanes = [
        {"from": "SUP", "to": "MX-1", "lead_time_weeks": {"values": [3, 4, 6], "probs": [0.5, 0.3, 0.2]}, "cost_per_m3": 60},
        {"from": "SUP", "to": "MX-2", "lead_time_weeks": {"mean": 4, "sd": 1.2}, "cost_per_m3": 55},
        {"from": "MX-1", "to": "DC-1", "crossing": "LAREDO", "lead_time_weeks": {"values": [1, 2], "probs": [0.85, 0.15]},
         "truck_m3": 12, "truck_cost": 420},
        {"from": "MX-1", "to": "DC-2", "lead_time_weeks": {"values": [2, 3], "probs": [0.8, 0.2]}, "cost_per_m3": 40},
        {"from": "MX-2", "to": "DC-2", "lead_time_weeks": {"samples": [1, 1, 2]}, "cost_per_m3": 35},
        *({"from": dc, "to": region} for dc, region in (("DC-1", "R-1"), ("DC-1", "R-2"), ("DC-2", "R-3"))),
    ]  # fmt: skip
    nodes = [
        {"id": "SUP", "type": "supplier"},
        {"id": "MX-1", "type": "bonded", "permanence_months": 18, "storage_usd_per_m3_week": 1.4},
        {"id": "MX-2", "type": "bonded", "storage_usd_per_m3_week": 1.7},
        {"id": "DC-1", "type": "dc", "storage_usd_per_m3_week": 3},
        {"id": "DC-2", "type": "dc", "storage_usd_per_m3_week": 3.5},
        *({"id": f"R-{n}", "type": "region"} for n in (1, 2, 3)),
    ]  # fmt: skip
    skus = [
        {"id": "A", "unit_value": 12.5, "duty_rate": 0.25, "volume_m3": 0.04, "stockout_cost": 4.4, "pack_size": 6, "moq": 60,
         "category": "x"},
        {"id": "B", "unit_value": 80, "volume_m3": 0.2, "category": "x", "min_fill": 0.97},
        {"id": "C", "unit_value": 300, "duty_rate": 0.1, "volume_m3": 0.5, "category": "y"},
        {"id": "D", "unit_value": 3, "volume_m3": 0.01, "pack_size": 12, "category": "z"},
        {"id": "E", "unit_value": 20, "duty_rate": 0.25, "volume_m3": 0.03, "category": "y"},
        {"id": "NEW", "unit_value": 15, "volume_m3": 0.02, "launch_weekly": 12, "category": "x"},
    ]  # fmt: skip
    network = {"schema": "placement-network/1", "currency": "USD", "nodes": nodes, "lanes": lanes, "skus": skus}
    NETWORK.write_text(json.dumps(network, indent=1) + "\n")
    bond = {"A": 200, "B": 25, "C": 3, "D": 900, "E": 150, "NEW": 40}
    on_hand = [{"sku": sku, "node": "MX-1", "quantity": units} for sku, units in bond.items()]
    on_hand[0]["lots"] = [
        {"lot": "L1", "quantity": 50, "limit_date": "2026-03-23"}, {"lot": "L2", "quantity": 20, "limit_date": "2026-02-01"},
    ]  # fmt: skip
    on_hand += [{"sku": sku, "node": "DC-1", "quantity": units} for sku, units in (("A", 60), ("D", 100), ("E", 4))]
    state = {
        "as_of": AS_OF.isoformat(), "on_hand": on_hand,
        "in_transit": [{"sku": "D", "to": "DC-2", "quantity": 24}, {"sku": "A", "to": "MX-1", "quantity": 120}],
        "backorders": [{"sku": "B", "node": "DC-1", "quantity": 2}],
    }  # fmt: skip
    STATE.write_text(json.dumps(state, indent=1) + "\n")
    EVENTS.write_text("kind,sku|category|lane|crossing,location,from,to,value\npromo,A,,2026-03-09,2026-03-15,1.8\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    if "--inputs" in sys.argv:
        _inputs()
    run(FOLDER)
