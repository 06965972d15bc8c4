"""What changes when sources are added or taken away: only the nodes concerned are searched, and the old state comes back as it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.network import fronts, kernel, places
from planner.network.csr import Floats, Graph, Ints
from planner.network.places import Seeds


@dataclass(frozen=True, slots=True)
class Change:
    """Nodes whose nearest source is another or at another cost: node (C,) the caller's numbers, and what holds for them now and held
    before.

    Where no source is within the limit, cost is inf and owner -1.
    """

    node: Ints
    cost: Floats
    owner: Ints
    cost_before: Floats
    owner_before: Ints


class WhatIf:
    """The nearest source of each node, kept up to date while sources come and go.

    Sources keep their numbers: those of the start 0..S-1, those added S, S + 1, ..., or what `numbers` calls them, each number used once.
    The labels are always what `kernel.nearest` gives for the sources that are there, in the order of their numbers. `undo` goes back to
    the last `keep`, or to the start.
    """

    def __init__(self, graph: Graph, entry: Seeds, *, limit: float = np.inf, reverse: bool = False, numbers: Ints | None = None) -> None:
        self._graph, self._limit, self._reverse = graph, limit, reverse
        self._work, self._log = kernel.Fronts(graph), kernel.Log(graph.nodes)
        self._spent, self._owner = np.full(graph.nodes, np.inf), np.full(graph.nodes, -1, dtype=np.int32)
        self._gone = np.zeros(0, dtype=np.uint8)
        self._node, self._cost, self._source = places.inside_nodes(graph, entry), entry.cost, self._numbered(entry, numbers)
        self._rate = places.bucket_rate(graph, entry, kernel.WIDE)
        self._settle(self._node, self._cost, self._source, None)
        self.keep()

    @property
    def sources(self) -> int:
        """The number of sources that have been there, those taken away counted: the next one's number unless it is given one."""
        return len(self._gone)

    def labels(self) -> tuple[Floats, Ints]:
        """Cost (N,) and owner (N,) by the caller's nodes, as they are now."""
        rank = self._graph.rank
        return self._spent[rank], self._owner[rank]

    def inside(self) -> tuple[Floats, Ints]:
        """The labels by the graph's own nodes: cost (N,) and owner (N,), which the next change changes."""
        return self._spent, self._owner

    def add(self, entry: Seeds, numbers: Ints | None = None) -> Change:
        """Adds sources; returns what is different from the last `keep`."""
        node, source = places.inside_nodes(self._graph, entry), self._numbered(entry, numbers)
        self._rate = min(self._rate, places.bucket_rate(self._graph, entry, kernel.WIDE))
        self._node, self._cost = np.concatenate([self._node, node]), np.concatenate([self._cost, entry.cost])
        self._source = np.concatenate([self._source, source])
        self._settle(node, entry.cost, source, self._log)
        return self._change()

    def remove(self, sources: Ints) -> Change:
        """Takes sources away by their numbers; returns what is different from the last `keep`."""
        gone = self._gone.copy()
        gone[sources] = 1
        self._gone = gone
        behind, log, nodes = self._graph.arcs(not self._reverse), self._log, self._graph.nodes
        tally = np.array([log.count, 0], dtype=np.int64)
        lost, best, heir = np.empty(nodes, dtype=np.int32), np.empty(nodes), np.empty(nodes, dtype=np.int32)
        fronts.withdraw(behind.start, behind.head, behind.cost, gone, self._limit, self._spent, self._owner, log.kept, log.node, log.spent,
                        log.owner,
                        tally, lost, best, heir)
        log.count = int(tally[0])
        some = np.flatnonzero(heir[:tally[1]] >= 0)
        stay = np.flatnonzero(gone[self._source] == 0)
        self._settle(np.concatenate([lost[some], self._node[stay]]), np.concatenate([best[some], self._cost[stay]]),
                     np.concatenate([heir[some], self._source[stay]]), log)
        return self._change()

    def keep(self) -> None:
        """Makes the present state the one that `undo` goes back to."""
        self._forget()
        self._before = self._node, self._cost, self._source, self._gone

    def undo(self) -> None:
        """Goes back to the state of the last `keep`."""
        changed = self._log.node[:self._log.count]
        self._spent[changed] = self._log.spent[:self._log.count]
        self._owner[changed] = self._log.owner[:self._log.count]
        self._node, self._cost, self._source, self._gone = self._before
        self._forget()

    def _numbered(self, entry: Seeds, numbers: Ints | None) -> Ints:
        """(R,) the number of the source of each seed; room is made for the numbers."""
        mine = np.arange(self.sources, self.sources + len(entry), dtype=np.int32) if numbers is None else numbers
        room = int(mine.max(initial=-1)) + 1 - self.sources
        self._gone = np.concatenate([self._gone, np.zeros(max(room, 0), dtype=np.uint8)])
        return mine[places.owners(entry)]

    def _settle(self, node: Ints, cost: Floats, source: Ints, log: kernel.Log | None) -> None:
        """Improves the labels by seeds."""
        self._work.settle(self._graph.arcs(self._reverse), node, cost, source, self._limit, self._rate, self._spent, self._owner, log)

    def _forget(self) -> None:
        """Empties the log."""
        self._log.kept[self._log.node[:self._log.count]] = 0
        self._log.count = 0

    def _change(self) -> Change:
        """What is in the log and differs from what holds now."""
        log = self._log
        node, spent, owner = log.node[:log.count], log.spent[:log.count], log.owner[:log.count]
        new_spent, new_owner = self._spent[node], self._owner[node]
        other = (new_spent != spent) | (new_owner != owner)
        return Change(self._graph.order[node[other]], new_spent[other], new_owner[other], spent[other], owner[other])
