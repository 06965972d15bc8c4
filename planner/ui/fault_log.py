"""Faults that no page foresaw: in full in a file of the server, and on the page as a short number that leads to them.

The file turns over (three of a megabyte). It may name files and the text of an error; rows of ledgers are never written to it.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from functools import cache
from logging.handlers import RotatingFileHandler

from planner.folders import faults_file

BYTES, FILES = 1_000_000, 3
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs of a fault's number that nobody mistakes for each other on the telephone."""
_MARK = "planner_fault_number"


def record(error: BaseException) -> str:
    """Write an error down with where it came from, once; gives its number, such as `F-7K3QX`."""
    known = error.__dict__.get(_MARK)
    if known:
        return str(known)
    number = "F-" + "".join(secrets.choice(LETTERS) for _ in range(5))
    error.__dict__[_MARK] = number
    _log().error("%s", number, exc_info=(type(error), error, error.__traceback__))
    return number


@cache
def _log() -> logging.Logger:
    """The log: the file, and the server's console where no file can be written."""
    log = logging.getLogger("planner.faults")
    log.propagate = False
    handler: logging.Handler = logging.StreamHandler()
    with contextlib.suppress(OSError):
        file = faults_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(file, maxBytes=BYTES, backupCount=FILES - 1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    return log
