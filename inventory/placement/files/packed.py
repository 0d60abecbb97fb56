"""What the parts of a run are handed and hand back, as compressed arrays (npz, never pickled). Pure.

Every number comes back as it was, to the last bit.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from inventory.placement.engine.baseline import Baseline
from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.foretell import Spans
from inventory.placement.engine.model import History, LeadTime, Problem, State
from inventory.placement.engine.outlook import Asked, Outlook
from inventory.placement.engine.periods import PERIODS
from inventory.placement.engine.prepare import CLASSES
from inventory.placement.engine.share import Outlooks, Share
from inventory.placement.engine.tuning import Tuning
from inventory.placement.files import params as method
from inventory.placement.files import writing
from inventory.placement.files.events import read_events
from inventory.placement.files.network import read_network
from inventory.placement.files.state import read_overrides, read_state
from inventory.placement.files.tuning import as_json, read_tuning

Arrays = dict[str, Any]
PACKING = 1
NO_DAY = 0


def pack(arrays: Mapping[str, Any]) -> bytes:
    """Arrays by name as one npz; texts and bytes are arrays of bytes. Lightly compressed: packing must not outlast the work."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKING) as archive:
        for name, values in arrays.items():
            text = values.encode() if isinstance(values, str) else values
            array = np.frombuffer(text, dtype=np.uint8) if isinstance(text, bytes) else np.ascontiguousarray(text)
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    return packed.getvalue()


def unpack(content: bytes) -> Arrays:
    """The arrays of an npz."""
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def problem_npz(problem: Problem, tuning: Tuning, told: Mapping[str, Any]) -> bytes:
    """A problem with its tuning, and what else the run has to remember as JSON."""
    history = problem.history
    files = writing.problem_files(problem, tuning, has_history=False)
    return pack(
        {
            "skus": np.array(history.skus, dtype=np.str_), "regions": np.array(history.regions, dtype=np.str_),
            "first_week": np.array([history.first_week.toordinal()]), "demand": history.demand, "stockout": history.stockout,
            "told": json.dumps(told), **({} if history.promo is None else {"promo": history.promo}),
            **{f"file:{name}": content for name, content in files.items()},
        }
    )  # fmt: skip


def problem_of(content: bytes) -> tuple[Problem, Tuning, dict[str, Any]]:
    """The problem, its tuning, and what else was remembered."""
    found = unpack(content)
    history = History(
        tuple(found["skus"].tolist()), tuple(found["regions"].tolist()), date.fromordinal(int(found["first_week"][0])),
        found["demand"], found["stockout"], promo=found.get("promo"),
    )  # fmt: skip
    with TemporaryDirectory() as name:
        folder = Path(name)
        for key in [key for key in found if key.startswith("file:")]:
            (folder / key.removeprefix("file:")).write_bytes(found[key].tobytes())
        network = read_network(folder / writing.NETWORK)
        state, events = folder / writing.STATE, folder / writing.EVENTS
        problem = Problem(
            network, history, read_state(state, network) if state.exists() else State(date.min, is_given=False),
            method.read_params(folder / writing.NETWORK), read_events(events) if events.exists() else (),
            read_overrides(state, network) if state.exists() else {},
        )  # fmt: skip
        return problem, read_tuning(folder / writing.TUNING), json.loads(found["told"].tobytes())


def share_npz(share: Share, tuning: Tuning) -> bytes:
    """A share of a run that was tuned so."""
    asked, base = share.asked, share.asked.baseline
    told = {
        "review": share.review, "first_week": share.first_week.isoformat(), "period": share.period.name,
        "params": method.as_json(share.params), "tuning": as_json(tuning),
    }  # fmt: skip
    optional = {
        "stripped": None if base.demand is asked.demand or _same(base.demand, asked.demand) else base.demand,
        "uplift": base.uplift,
        "analog": asked.analog,
    }
    return pack(
        {
            "told": json.dumps(told), "demand": asked.demand, "season": base.season, "category": base.category,
            "whole": asked.spans.whole, "lead": asked.spans.lead, "late": asked.spans.late, "style": asked.style,
            "censored": asked.censored, "is_default_lead": asked.is_default_lead, "group": share.group,
            "site_style": share.site_style, "site_category": share.site_category, **_leads(share.supply),
            **{name: values for name, values in optional.items() if values is not None},
        }
    )  # fmt: skip


def share_of(content: bytes) -> Share:
    """The share of an npz."""
    found = unpack(content)
    told = json.loads(found["told"].tobytes())
    with TemporaryDirectory() as name:
        tuning_file, method_file = Path(name) / writing.TUNING, Path(name) / writing.NETWORK
        tuning_file.write_text(json.dumps(told["tuning"]))
        method_file.write_text(json.dumps({"params": told["params"]}))
        tuning, params = read_tuning(tuning_file), method.read_params(method_file)
    demand = found["demand"]
    stripped: Any = found.get("stripped", demand)
    baseline = Baseline(stripped, found["season"], found["category"], found.get("uplift"))
    asked = Asked(
        baseline, demand, Spans(found["whole"], found["lead"], found["late"]), found["style"], found.get("analog"),
        found["censored"], found["is_default_lead"],
    )  # fmt: skip
    styles = tuple(tuning.of(number).style for number in range(len(CLASSES)))
    return Share(
        asked, found["group"], _lead_times(found), found["site_style"], found["site_category"], styles, tuning.dc_laws,
        tuning.site_laws, params, told["review"], date.fromisoformat(told["first_week"]),
        PERIODS[told["period"]],
    )  # fmt: skip


def outlooks_npz(outlooks: Outlooks) -> bytes:
    """What a part found."""
    return pack(
        {
            f"{kind}:{name}": values
            for kind, outlook in (("pairs", outlooks.pairs), ("sites", outlooks.sites))
            for name, values in _outlook_arrays(outlook).items()
        }
    )


def outlooks_of(content: bytes) -> Outlooks:
    """What a part found, of an npz."""
    found = unpack(content)
    pairs, sites = (
        _outlook(
            {name.removeprefix(f"{kind}:"): values for name, values in found.items() if name.startswith(f"{kind}:")}
        )
        for kind in ("pairs", "sites")
    )
    return Outlooks(pairs, sites)


def _outlook_arrays(outlook: Outlook) -> Arrays:
    days = [day.toordinal() if day else NO_DAY for day in outlook.outlier_week]
    plain = ("protection", "lead_weeks", "weekly", "weeks", "nonzero", "censored")
    return {
        **{field.name: getattr(outlook.spread, field.name) for field in fields(Spread)},
        **{f"of:{name}": getattr(outlook, name) for name in plain},
        "confidence": np.array(outlook.confidence, dtype=np.str_),
        "flags": np.array([";".join(flags) for flags in outlook.flags], dtype=np.str_),
        "outlier_week": np.array(days, dtype=np.int64),
    }


def _outlook(found: Arrays) -> Outlook:
    known = {text: tuple(text.split(";")) if text else () for text in np.unique(found["flags"]).tolist()}
    return Outlook(
        spread=Spread(**{field.name: found[field.name] for field in fields(Spread)}),
        confidence=tuple(found["confidence"].tolist()),
        flags=tuple(known[text] for text in found["flags"].tolist()),
        outlier_week=tuple(date.fromordinal(day) if day else None for day in found["outlier_week"].tolist()),
        **{name.removeprefix("of:"): values for name, values in found.items() if name.startswith("of:")},
    )


def _leads(leads: Sequence[LeadTime]) -> Arrays:
    return {
        "supply_size": np.array([len(lead.weeks) for lead in leads], dtype=np.int64),
        "supply_weeks": np.array([week for lead in leads for week in lead.weeks], dtype=np.int64),
        "supply_probs": np.array([prob for lead in leads for prob in lead.probs], dtype=np.float64),
        "supply_is_default": np.array([lead.is_default for lead in leads], dtype=np.bool_),
    }


def _lead_times(found: Arrays) -> tuple[LeadTime, ...]:
    weeks, probs = found["supply_weeks"].tolist(), found["supply_probs"].tolist()
    leads, begin = [], 0
    for size, is_default in zip(found["supply_size"].tolist(), found["supply_is_default"].tolist(), strict=True):
        end = begin + size
        leads.append(LeadTime(tuple(weeks[begin:end]), tuple(probs[begin:end]), is_default))
        begin = end
    return tuple(leads)


def _same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))
