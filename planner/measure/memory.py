"""How much memory there is to take, and what part of it one piece of work may have."""

from __future__ import annotations

import os
from pathlib import Path

SHARE_OF_FREE = 0.5
"""Without a budget, cost matrices may take this share of the memory that is free: the pages and other programs want some too."""

UNKNOWN_BYTES = 2_000_000_000
"""Taken for free where the system does not say."""

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


def free_bytes() -> int:
    """Memory that can be had without pushing other work out: what the system says, and no more than a container leaves."""
    return min(_system_free(), _container_free())


def default_budget() -> int:
    """The bytes that cost matrices may take where nobody states a budget."""
    return int(SHARE_OF_FREE * free_bytes())


def _system_free() -> int:
    """What the system says is available; on Windows and where it says nothing a cautious guess."""
    try:
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2  # in all, not free: half of it
    except (AttributeError, OSError, ValueError):
        return UNKNOWN_BYTES


def _container_free() -> int:
    """What a container's limit leaves; without a limit, no bound."""
    try:
        limit = (_GROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_GROUP / "memory.current").read_text(encoding="ascii").strip()
        return max(int(limit) - int(used), 0)
    except (OSError, ValueError):  # no such group, or "max": no limit
        return 1 << 62
