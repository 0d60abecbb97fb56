"""What leaves bond now: what gains, what must, what comes before a duty rises, by rooms, open lanes and whole trucks. Pure.

Source: placement.md §7.1, §7.3, §8 and §18 (docs/placement.md).
"""

from dataclasses import dataclass

from inventory.placement.engine import room
from inventory.placement.engine.blocked import take_blocked
from inventory.placement.engine.deploy import Deployment, Work, deploy
from inventory.placement.engine.disruptions import Disruptions, usual_levels
from inventory.placement.engine.economics import Prices
from inventory.placement.engine.exact import Solved, improve
from inventory.placement.engine.groundwork import Groundwork
from inventory.placement.engine.levels import Levels
from inventory.placement.engine.model import Floats
from inventory.placement.engine.outlook import Outlook
from inventory.placement.engine.preposition import Brought, bring_forward, foresee
from inventory.placement.engine.room import Room
from inventory.placement.engine.trucks import TruckLoad, round_trucks


@dataclass(frozen=True)
class Shipped:
    """Shipments and positions, the trucks of each lane, the rooms of DCs with a capacity, and what known events did.

    `aimed` are the levels up to which was shipped, lower than those of the run where a room, a closed lane or a fall of duty holds.
    """

    deployment: Deployment
    loads: tuple[TruckLoad, ...]
    rooms: tuple[Room, ...]
    disruptions: Disruptions | None
    aimed: Floats
    solved: Solved | None = None


def ship(ground: Groundwork, outlook: Outlook, prices: Prices, levels: Levels) -> Shipped:
    """Ship up to the levels: first for need and limits, then what fits, then ahead of a rise of duty, at last in whole trucks."""
    problem, grid, bridges = ground.prepared.problem, ground.prepared.grid, ground.bridges
    foreseen = foresee(problem, grid, outlook, prices, levels.level)
    closed = bridges.now if bridges else frozenset()
    level = foreseen.until if foreseen else levels.level
    deployment = deploy(problem, grid, outlook, prices, level, closed=closed)
    stocks, wait = deployment.stocks, foreseen.wait if foreseen else None
    work = Work(problem, grid, outlook, prices, level.copy(), deployment.after, wait)
    blocked = take_blocked(work, stocks, closed) if closed else ()
    free = room.rooms(problem, grid)
    rooms = room.fit(work, stocks, free) if free else ()
    brought: tuple[Brought, ...] = ()
    if foreseen:
        brought = bring_forward(work, stocks, foreseen, room=room.left_after(free, work, stocks), closed=closed)
    loads: list[TruckLoad] = []
    if not problem.params.are_trucks_shared:
        loads = round_trucks(work, stocks, room.left_after(free, work, stocks))
    solved = None
    if problem.params.is_exact:
        loads, solved = improve(work, stocks, loads, free=free, closed=closed)
    seen = None
    if foreseen or bridges:
        usual = usual_levels(grid, bridges, outlook.spread, prices)
        seen = Disruptions(bridges, usual, blocked, foreseen, {entry.pair: entry for entry in brought})
    return Shipped(deployment, tuple(loads), rooms, seen, work.level, solved)
