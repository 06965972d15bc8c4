"""`planner distances`: network distances between two sets of points (contract, section 2.1)."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from planner.cli.common import command_options, note, write
from planner.i18n import t
from planner.units import DEFAULT_MAX_SNAP_M, MODES

if TYPE_CHECKING:
    from planner.measure.costs import CostMatrix
    from planner.network.graph import Attachment

NAMED = 20
"""So many points out of reach are named; all are counted."""


def _metres(context: click.Context, option: click.Parameter, value: float) -> float:
    """A finite number of 0 or more, else wrong usage."""
    if not (math.isfinite(value) and value >= 0):
        raise click.BadParameter(f"{value} is not a finite number of 0 or more")
    return value


@click.command("distances", help="Network metres between the points of two files. 两组点之间的路网距离。")
@click.option("--streets", "streets_path", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help=".osm.pbf .osm .graphml, or a line layer .gpkg .geojson .shp .parquet / 路网文件")
@click.option("--from", "from_path", type=click.Path(path_type=Path), required=True, metavar="A",
              help="CSV with id and lon,lat or x,y, or a point layer with id / 起点")
@click.option("--to", "to_path", type=click.Path(path_type=Path), required=True, metavar="B", help="the same for destinations / 终点")
@click.option("--limit-m", type=float, required=True, callback=_metres,
              help="greatest distance, legs included, inclusive / 距离上限（米，含）")
@click.option("--max-snap-m", type=float, default=DEFAULT_MAX_SNAP_M, show_default=True, callback=_metres,
              help="greatest straight distance from a point to its street / 点到道路的最大直线距离（米）")
@click.option("--nearest", "count", type=click.IntRange(min=1), metavar="K", help="only the K nearest of each start / 只取最近的 K 个")
@click.option("--crs", metavar="EPSG:n", help="plane system in metres; chosen from the extent if absent / 以米为单位的投影坐标系")
@click.option("--mode", type=click.Choice(MODES), default="walk", show_default=True, help="mode of travel / 出行模式")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="write here instead of stdout / 输出文件")
@command_options
def command(streets_path: Path, from_path: Path, to_path: Path, limit_m: float, max_snap_m: float, count: int | None, crs: str | None,
            mode: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Reads streets and points, works the distances out and writes them."""
    from planner.cli.points import in_plane, read_points
    from planner.measure.costs import cost_matrix
    from planner.network.plane import metric_crs
    from planner.network.snap import attach
    from planner.network.streets import Streets, suggest_crs
    from planner.quality import QualityReport

    given = metric_crs(crs) if crs is not None else None
    paths = (from_path, to_path)
    sides = [read_points(path, given) for path in paths]
    plane = given or suggest_crs(streets_path, str(streets_path))
    report = QualityReport()
    network = Streets(streets_path, str(streets_path), plane, report=report).network(mode)
    places = [in_plane(side, plane, str(path)) for side, path in zip(sides, paths, strict=True)]
    ends = [attach(network, x, y, max_snap_m=max_snap_m) for x, y in places]
    matrix = cost_matrix(network, *ends, limit_m=limit_m)
    if given is None:
        note(t("distances.crs_chosen", lang, crs=plane), quiet)
    for side, path in zip(sides, paths, strict=True):
        if side.encoding:
            note(t("distances.encoding_guessed", lang, file=path, encoding=side.encoding), quiet)
    for issue in report.issues:
        note(t("distances.street_issue", lang, file=issue.file, row=issue.row or "-", done=issue.done(lang)), quiet)
    for side, end, path in zip(sides, ends, paths, strict=True):
        _tell_unattached(side.ids, end, path, max_snap_m, lang)
    write(_table(matrix, sides[0].ids, sides[1].ids, count), out)


def _tell_unattached(ids: Sequence[str], end: Attachment, path: Path, max_snap_m: float, lang: str) -> None:
    """Points that no street is near enough to: counted and named on stderr, also under --quiet, since they are missing from the result."""
    away = np.flatnonzero(~end.attached)
    if len(away):
        names = ", ".join(" ".join(ids[k].split()) for k in away[:NAMED]) + (", ..." if len(away) > NAMED else "")
        click.echo(t("distances.unattached", lang, file=path, count=len(away), limit=f"{max_snap_m:g}", ids=names), err=True)


def _table(matrix: CostMatrix, from_ids: Sequence[str], to_ids: Sequence[str], count: int | None) -> str:
    """The rows as CSV by from_id as text, then distance, then to_id; distances to the micrometre."""
    by_text = np.argsort(np.array(to_ids, dtype=object), kind="stable")
    rank = np.empty(len(to_ids), dtype=np.int64)
    rank[by_text] = np.arange(len(to_ids))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["from_id", "to_id", "distance_m"])
    for i in sorted(range(len(from_ids)), key=from_ids.__getitem__):
        column, metres = matrix.row(i)
        order = np.lexsort((rank[column], metres))[:count]
        writer.writerows([from_ids[i], to_ids[j], f"{d:.6f}"] for j, d in zip(column[order].tolist(), metres[order].tolist(), strict=True))
    return stream.getvalue()
