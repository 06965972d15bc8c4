"""The folders in which the planner keeps things of its own: what can be made again (cache), what cannot (data), and logs."""

from __future__ import annotations

import os
from pathlib import Path

APP = "service-coverage-planner"


def cache_folder(kind: str) -> Path:
    """Where things of a kind (`streets`, `distances`) are kept that can be made again: in PLANNER_CACHE, else the user's cache folder."""
    import platformdirs

    return Path(os.environ.get("PLANNER_CACHE") or platformdirs.user_cache_dir(APP)) / kind


def data_folder() -> Path:
    """Where this user's own things are kept that belong to no project folder: PLANNER_DATA, else the user's data folder."""
    import platformdirs

    return Path(os.environ.get("PLANNER_DATA") or platformdirs.user_data_dir(APP, appauthor=False))


def faults_file() -> Path:
    """The log of the pages' faults: in PLANNER_LOG, else in the user's log folder."""
    import platformdirs

    return Path(os.environ.get("PLANNER_LOG") or platformdirs.user_log_dir(APP, appauthor=False)) / "faults.log"
