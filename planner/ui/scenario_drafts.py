"""Drafts that are not saved yet, kept by the server under a key of the address: a page that is loaded anew, or a link that a colleague
opens, goes on where the draft stood. Each visit then goes on with its own."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.plan.draft import Draft

MOST = 500
"""Drafts that are kept; the one that nobody has changed for longest goes. They go with the server too."""
KEY_BYTES = 9
"""Random bytes of a key: nobody guesses another's draft."""


@dataclass(frozen=True, slots=True)
class Held:
    """A draft of a project. seen : what its visit knew of saved scenarios: name -> (version, actions)."""

    project: str
    draft: Draft
    seen: Mapping[str, Any] = field(default_factory=dict)


_held: OrderedDict[str, Held] = OrderedDict()
_guard = threading.Lock()


def find(key: str, project: str) -> Held | None:
    """The draft of a key, if there is one and it is of that project."""
    with _guard:
        found = _held.get(key)
    return found if found is not None and found.project == project else None


def keep(key: str | None, held: Held) -> str:
    """Keeps a draft under a key, or under a new one; gives the key."""
    key = key or secrets.token_urlsafe(KEY_BYTES)
    with _guard:
        _held[key] = held
        _held.move_to_end(key)
        while len(_held) > MOST:
            _held.popitem(last=False)
    return key
