"""Projects in memory, shared by all visitors: read once in a thread of their own, again when a file changes, warm before anyone asks.

A page never waits for files: it asks for the opening of its project and, while that is under way, says what is being done.
"""

from __future__ import annotations

import datetime as dt
import functools
import gc
import sys
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from planner.errors import PlannerError
from planner.quality import QualityReport
from planner.ui import fault_log, workspace

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.measure.coverage import Coverage
    from planner.plan.first_data import Step
    from planner.plan.unplaced import PlaceBook, Unplaced
    from planner.targets.pack import TargetPack

Value = TypeVar("Value")
KEPT_COVERAGES = 200
"""Coverages kept for each project: a slider's whole run for a few layers; the least used goes first."""
KEPT_PROJECTS = 8
"""Projects kept in memory at once; the least used is let go and read again when somebody asks for it."""
SWITCH_S = 0.0005
"""How long one thread may keep the interpreter from the others. With Python's own 5 ms the many small files of a page each wait for the
thread that reads the project, and the first map comes twice as late (measured)."""


@dataclass(slots=True)
class Opening:
    """A project that is being read, or was. `step` names the sentence of what is being done; `ready` is set when city or error is there.

    first : how far its first data have come, () where planner.toml cannot be read.
    unplaced : facilities without a position, with the book of places to find them by (book_error : why its table could not be read).
    """

    project: str
    stamp: tuple[object, ...]
    step: str = "starting"
    city: City | None = None
    report: QualityReport = field(default_factory=QualityReport)
    error: Exception | None = None
    first: tuple[Step, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    book: PlaceBook | None = None
    book_error: PlannerError | None = None
    ready: threading.Event = field(default_factory=threading.Event)
    lock: Any = field(default_factory=threading.RLock)
    kept: OrderedDict[Any, Any] = field(default_factory=OrderedDict)

    def has(self, key: object) -> bool:
        """Whether a value is kept already."""
        return key in self.kept

    def keep(self, key: object, make: Callable[[], Value]) -> Value:
        """A value made once for this project and kept while it is used; made by one thread at a time."""
        with self.lock:
            if key not in self.kept:
                self.kept[key] = make()
            self.kept.move_to_end(key)
            while len(self.kept) > KEPT_COVERAGES:
                self.kept.popitem(last=False)
            value: Value = self.kept[key]
            return value

    def read_city(self) -> City:
        """The city of an opening that is ready and has no error."""
        assert self.city is not None
        return self.city

    def packs(self) -> tuple[TargetPack, ...]:
        """The target packs that the project names, else the first bundled; none where they cannot be read (the targets page says why)."""
        from planner.targets.pack import resolve_packs

        def make() -> tuple[TargetPack, ...]:
            try:
                return resolve_packs((), Path(self.project), self.read_city().packs)
            except PlannerError:
                return ()

        return self.keep("packs", make)

    def coverage(self, layer: str, travel: str, minutes: float, by: str, group: str) -> Coverage:
        """Coverage by the one function that the command line calls too."""
        from planner.measure.coverage import coverage
        from planner.measure.small_counts import published

        city, day = self.read_city(), dt.date.today()
        return self.keep((layer, travel, minutes, by, group, day),
                         lambda: published(city, coverage(city, layer, travel, minutes=minutes, by=by, group=group, as_of=day)))


_openings: OrderedDict[str, Opening] = OrderedDict()
_guard = threading.Lock()


def opening(project: str) -> Opening:
    """The opening of a project, begun now if this is the first to ask or if a file of it has changed since."""
    stamp = _stamp(project)
    with _guard:
        known = _openings.get(project)
        if known is None or known.stamp != stamp:
            known = _openings[project] = Opening(project, stamp)
            threading.Thread(target=_open, args=(known,), name="opening", daemon=True).start()
        _openings.move_to_end(project)
        while len(_openings) > KEPT_PROJECTS:
            _openings.popitem(last=False)
        return known


def _stamp(project: str) -> tuple[object, ...]:
    """Sizes and times of planner.toml and the files it names: cheap to take at every run, different when one of them changes."""
    from planner.plan.project import CONFIG_FILE

    config = look(Path(project) / CONFIG_FILE)
    return (config, *map(look, _named_files(project, config)))


def look(path: Path) -> tuple[str, int, int]:
    """A file's path, size and time; zeros where there is none."""
    try:
        known = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), known.st_size, known.st_mtime_ns


@functools.lru_cache(maxsize=16)
def _named_files(project: str, _config: tuple[str, int, int]) -> tuple[Path, ...]:
    """The files that planner.toml names and those of kept positions, as long as it does not change; none where it cannot be read."""
    from planner.inputs.kept import POSITIONS_FILE
    from planner.plan.positions_kept import positions_file
    from planner.plan.project import read_project

    try:
        said = read_project(Path(project), report=QualityReport())
    except PlannerError:
        return ()
    specs = [*said.boundaries, *said.facilities, *said.basemap, *filter(None, (said.streets, said.population, said.places))]
    files = [spec.file.path for spec in specs]
    if said.population is not None and said.population.spread_file is not None:
        files.append(said.population.spread_file.path)
    files += [ledger.entrances.file.path for ledger in said.facilities if ledger.entrances is not None]
    files += [said.folder / POSITIONS_FILE, positions_file(said.folder)]
    packs = [said.folder / pack for pack in said.packs]
    return tuple(dict.fromkeys([*files, *packs]))


def _open(known: Opening) -> None:
    """Read the project and warm what its first page needs; whatever goes wrong is kept for the page to say."""
    try:
        known.step = "loading"
        from planner.ui import warming

        known.step = "reading"
        known.city = warming.read(known)
        known.step = "measuring"
        warming.first_view(known)
    except Exception as error:  # told on the page, by its sentence or as a fault of ours, which the log has in full
        known.error = error
        if not isinstance(error, PlannerError):
            fault_log.record(error)
    finally:
        set_aside()
        known.ready.set()
    if known.error is None:
        warming.other_views(known)
        set_aside()


def set_aside() -> None:
    """After one whole collection, let the garbage collector pass by what is in memory now.

    A city is millions of objects that stay; looking through them holds every visitor up for a second. For the same reason
    .streamlit/config.toml turns off the whole collection that Streamlit makes at the end of every run (measured on a big city: 19 samples
    of 20 while somebody waited for its reading).
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def from_the_start(_app: object) -> AsyncIterator[dict[str, Any]]:
    """The server's life: the first project is being opened from the moment it starts; temporary projects go with its end."""
    sys.setswitchinterval(SWITCH_S)
    threading.Thread(target=lambda: opening(workspace.listed(sys.argv[1:])[0]), name="warming", daemon=True).start()
    try:
        yield {}
    finally:
        workspace.clear()
