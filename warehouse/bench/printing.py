"""The tables that `manage.py bench` prints. Pure."""

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any


def report(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines of one engine: the machine, each way, each goal."""
    size = result["size"]
    legs = size["skus"] * size["legs_per_sku"] + size["short_history"] + size["long_history"]
    yield f"── {result['engine']} ── {size['rounds']} rounds over {legs:,} legs; medians over rounds, times in ms"
    flushes, loops = (sorted(one[name] for one in result["probes"]) for name in ("fdatasync_ms", "cpu_ms"))
    yield f"machine: fdatasync {flushes[0]:.2f} to {flushes[-1]:.2f} ms, loop {loops[0]:.0f} to {loops[-1]:.0f} ms"
    if flushes[-1] > 1:
        yield "the disk was throttled in at least one round: compare ratios only"
    yield ""
    yield f"{'way':<34}{'p50':>9}{'p95':>9}{'per s':>9}{'calls':>8}{'failed':>8}"
    yield from _ways(result["rounds"])
    yield ""
    yield f"{'':<5}{'goal':<54}{'ratio':>8}{'range':>15}  {'must':<8}{'stretch':<8}"
    yield from _goals(result["goals"])
    yield f"accounts whose shelf is not what they owe customs after all that: {result['books']}"


def missed(result: Mapping[str, Any]) -> int:
    """How many of the limits that must hold did not, and accounts that differ."""
    return sum(not goal["passed"] for goal in result["goals"]) + int(result["books"])


def _ways(rounds: list[Mapping[str, Any]]) -> Iterator[str]:
    """One line for each way, the floors first."""
    for name in sorted(rounds[0], key=lambda way: not way.startswith("floor")):
        p50, p95, rate = (median(found[name][figure] for found in rounds) for figure in ("p50", "p95", "rate"))
        called, failed = (sum(found[name][figure] for found in rounds) for figure in ("calls", "failures"))
        yield f"{name:<34}{p50:>9.2f}{p95:>9.2f}{rate:>9.0f}{called:>8}{failed:>8}"
        problem = next((found[name]["problem"] for found in rounds if found[name]["problem"]), "")
        if problem:
            yield f"    {problem}"


def _goals(goals: list[Mapping[str, Any]]) -> Iterator[str]:
    """One line for each goal."""
    for goal in goals:
        word = "pass" if goal["passed"] else "MISS"
        if not goal["must"]:
            word = ""
        reach = "" if not goal["stretch"] else ("reached" if goal["stretched"] else "not yet")
        span = f"{goal['lowest']:.2f} – {goal['highest']:.2f}"
        limits = f"{goal['must']:<8}{word:<6}{goal['stretch']:<8}{reach}"
        yield f"{goal['id']:<5}{goal['what']:<54}{goal['value']:>8.2f}{span:>15}  {limits}".rstrip()
