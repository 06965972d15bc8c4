"""Floor area counted once a site where a target sums it over several layers: a complex states its building under every sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from planner.inputs.layers import FloatArray
from planner.inputs.sites import Site, sites
from planner.targets.selection import Pool


def areas_once(pool: Pool, values: FloatArray) -> tuple[FloatArray, int]:
    """(J,) the floor areas of a pool of which any sum counts each site once, and at how many sites that takes something away.

    values : (J,) the stated areas, 0 where blank. In a site the layer that states most among those that count for certain keeps its figures
    (of equals the first), the others have 0; facilities that count perhaps have what their layer states beyond it. So sums over the
    certain and over all are the largest that one layer states of each. Rows of one layer are not linked.
    """
    once = values.copy()
    if len(set(pool.slugs.tolist())) < 2:
        return once, 0
    place = {(str(slug), int(row)): k for k, (slug, row) in enumerate(zip(pool.slugs, pool.rows, strict=True))}
    changed = 0
    for site, rows in _sites(pool):
        spots = [place[member.layer, rows[member.layer][member.place]] for member in site.members]
        layers = [member.layer for member in site.members]
        sure = _sums(layers, spots, values, [bool(pool.sure[k]) for k in spots])
        rest = _sums(layers, spots, values, [not pool.sure[k] for k in spots])
        keeps = max(sure, key=lambda slug: sure[slug], default="")
        most = sure.get(keeps, 0.0)
        joins = max(rest, key=lambda slug: rest[slug], default="")
        more = max(rest.get(joins, 0.0) - most, 0.0)
        for slug, k in zip(layers, spots, strict=True):
            if pool.sure[k]:
                once[k] = values[k] if slug == keeps else 0.0
            else:
                once[k] = values[k] * more / rest[joins] if slug == joins and rest[joins] else 0.0
        changed += bool((once[spots] != values[spots]).any())
    return once, changed


def _sites(pool: Pool) -> Sequence[tuple[Site, dict[str, list[int]]]]:
    """The sites among the facilities of a pool, with the rows of each layer's frame that `place` of a member counts."""
    rows = {slug: pool.rows[pool.slugs == slug].tolist() for slug in pool.layers}
    parts = {slug: replace(layer, frame=layer.frame.iloc[rows[slug]], extents=None) for slug, layer in pool.layers.items() if rows[slug]}
    return [(site, rows) for site in sites(parts)]


def _sums(layers: Sequence[str], spots: Sequence[int], values: FloatArray, chosen: Sequence[bool]) -> dict[str, float]:
    """Layer -> the sum over the chosen members of a site, in the order of their first rows."""
    found: dict[str, float] = {}
    for slug, k, taken in zip(layers, spots, chosen, strict=True):
        if taken:
            found[slug] = found.get(slug, 0.0) + float(values[k])
    return found
