"""The map of the corridor: US states and Mexican states as one small GeoJSON, from two TopoJSON files (pure)."""

from collections.abc import Iterable
from math import hypot
from typing import Any

Point = tuple[float, float]
Ring = list[Point]

# Alaska, Hawaii and the islands are outside the corridor, and would make the map small.
FAR_AWAY = {"02", "15", "60", "66", "69", "72", "78"}
# Names as INEGI writes them today, where the source is older or shorter.
NAMES = {
    "Distrito Federal": "Ciudad de México",
    "México": "Estado de México",
    "Coahuila": "Coahuila de Zaragoza",
    "Michoacán": "Michoacán de Ocampo",
    "Veracruz": "Veracruz de Ignacio de la Llave",
}
TOLERANCE = 0.02
SMALLEST = 0.02


def corridor(us_states: dict[str, Any], mexican_states: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON of the lower 48 US states and the 32 Mexican ones, each with `name` and `country` (USA or MEX)."""
    features = [
        *_features(us_states, "states", "USA"),
        *_features(mexican_states, "mex", "MEX"),
    ]
    return {"type": "FeatureCollection", "features": features}


def _features(topology: dict[str, Any], layer: str, country: str) -> Iterable[dict[str, Any]]:
    arcs = [simplified(arc) for arc in _decoded(topology)]
    for shape in topology["objects"][layer]["geometries"]:
        name = shape["properties"].get("name")
        if not name or shape["id"] in FAR_AWAY:
            continue
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        drawn = [[_ring(ring, arcs) for ring in polygon] for polygon in polygons]
        large = [polygon for polygon in drawn if _area(polygon[0]) >= SMALLEST] or [
            max(drawn, key=lambda p: _area(p[0]))
        ]
        yield {
            "type": "Feature",
            "properties": {"name": NAMES.get(name, name), "country": country},
            "geometry": {"type": "MultiPolygon", "coordinates": large},
        }


def _decoded(topology: dict[str, Any]) -> list[Ring]:
    """The arcs of a quantized TopoJSON in degrees: each point is stored as its distance from the one before."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            arc.append((round(x * sx + tx, 3), round(y * sy + ty, 3)))
        arcs.append(arc)
    return arcs


def _ring(indexes: list[int], arcs: list[Ring]) -> Ring:
    """One closed ring from the arcs it is made of; a negative index is an arc walked backwards."""
    ring: Ring = []
    for index in indexes:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring.extend(arc[1:] if ring else arc)
    return ring


def _area(ring: Ring) -> float:
    """The area of a ring in square degrees."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def simplified(arc: Ring, tolerance: float = TOLERANCE) -> Ring:
    """The arc without the points that lie nearer than `tolerance` degrees to it (Douglas and Peucker 1973).

    Both ends stay, so that neighbours still share their border. A closed arc is cut at its farthest point first.

    >>> simplified([(0, 0), (1, 0.001), (2, 0), (3, 5)])
    [(0, 0), (2, 0), (3, 5)]
    """
    if len(arc) < 3:
        return arc
    first, last = arc[0], arc[-1]
    distances = [_distance(point, first, last) for point in arc[1:-1]]
    farthest = max(range(len(distances)), key=distances.__getitem__)
    if distances[farthest] <= tolerance:
        return [first, last]
    cut = farthest + 1
    return simplified(arc[: cut + 1], tolerance)[:-1] + simplified(arc[cut:], tolerance)


def _distance(point: Point, start: Point, end: Point) -> float:
    """How far a point lies from the line through two others, or from the one they both are."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = hypot(x2 - x1, y2 - y1)
    if not length:
        return hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length
