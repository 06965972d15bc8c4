"""A lock for two people at once: the second is told who holds it, and since when. Locks of processes that have died are taken away.

A lock tells people; that no update is lost rests on versions (planner.plan.versions), which hold even where a lock fails.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import platform
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import get_ident
from types import TracebackType
from typing import ClassVar

from planner.errors import InputError
from planner.plan.store import write_once

FILE = "lock"
ASIDE = ".lock-"
"""How stale locks are called while they are taken away."""
TRIES = 50
"""A lock that is found stale is taken away and tried anew so often, at most."""
OTHER_MACHINE_HOURS = 12
"""Of a process on another machine one cannot know whether it lives: its lock holds for so long."""
PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: person, machine, process and when that was started (its number may be used again), and since when."""

    by: str
    host: str
    pid: int
    started: str
    since: str


def person() -> str:
    """The name of whoever runs this process."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "?"


def started(pid: int) -> str:
    """When a process of this machine was started, in the system's own count; "" where that cannot be known."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def is_alive(pid: int) -> bool:
    """Whether a process of this machine is there; True where the system has no harmless way to ask."""
    if Path("/proc/self/stat").exists():
        return Path(f"/proc/{pid}").exists()
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is there, and not ours
        return True
    return True


class Lock:
    """`with Lock(folder, name):` - nobody else holds it meanwhile. wait_s : how long to wait for another holder before telling.

    The thread that holds a lock may enter it again; another thread of its process (a second person at the pages) may not. Raises
    InputError (store_locked) with name, by, host, since.
    """

    _held: ClassVar[dict[tuple[Path, int], int]] = {}
    """How often each thread has entered the locks that it holds."""

    def __init__(self, folder: Path, name: str, *, wait_s: float = 0.0) -> None:
        self.path, self.name, self.wait_s = folder / FILE, name, wait_s

    def __enter__(self) -> Lock:
        key = self.path.resolve(), get_ident()
        if key in self._held and self._mine() is not None:
            self._held[key] += 1
            return self
        until = time.monotonic() + self.wait_s
        for _ in range(TRIES):
            if write_once(self.path, json.dumps(asdict(_me())).encode()):
                self._held[key] = 1
                return self
            while (holder := self._holder()) is not None and _holds(holder):
                if time.monotonic() >= until:
                    raise InputError("store_locked", name=self.name, by=holder.by, host=holder.host, since=holder.since, pid=holder.pid)
                time.sleep(PAUSE_S)
            self._take_away(holder)
        raise InputError("store_locked", name=self.name, by="?", host="?", since="?", pid=0)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        key = self.path.resolve(), get_ident()
        self._held[key] -= 1
        if self._held[key] == 0:
            del self._held[key]
            if self._mine() is not None:
                self.path.unlink(missing_ok=True)

    def _holder(self) -> Holder | None:
        """Who holds the lock; None where nobody does, or what stands there is no lock."""
        try:
            return _parsed(self.path.read_bytes())
        except OSError:
            return None

    def _mine(self) -> Holder | None:
        """The holder, where it is this process."""
        holder, me = self._holder(), _me()
        same = holder is not None and (holder.host, holder.pid, holder.started) == (me.host, me.pid, me.started)
        return holder if same else None

    def _take_away(self, stale: Holder | None) -> None:
        """Takes a stale lock away; one that another process has made meanwhile is put back."""
        aside = self.path.with_name(f"{ASIDE}{secrets.token_hex(6)}")
        try:
            self.path.rename(aside)
            content = aside.read_bytes()
        except OSError:
            return  # somebody else was quicker
        holder = _parsed(content)
        if holder is not None and holder != stale and _holds(holder):
            write_once(self.path, content)
        aside.unlink(missing_ok=True)


def _parsed(content: bytes) -> Holder | None:
    """A holder as its lock's file has it; None where that is none."""
    try:
        return Holder(**json.loads(content))
    except (ValueError, TypeError):
        return None


def _me() -> Holder:
    """This process as a holder, from now on."""
    pid = os.getpid()
    return Holder(person(), platform.node(), pid, started(pid), dt.datetime.now().astimezone().isoformat(timespec="seconds"))


def _holds(holder: Holder) -> bool:
    """Whether a holder still holds: its process lives or, where one cannot know, has not been there for too long."""
    if holder.host != platform.node() or os.name != "posix":
        try:
            age = dt.datetime.now().astimezone() - dt.datetime.fromisoformat(holder.since)
        except (ValueError, TypeError):
            return False
        return age < dt.timedelta(hours=OTHER_MACHINE_HOURS)
    return is_alive(holder.pid) and started(holder.pid) == holder.started
