"""What one visitor's session remembers, and how it stands in the address.

The address carries the view (docs/ui.md): opening it shows that view, moving a control rewrites it. A control's value lives in Streamlit's
session state under the control's key while it is drawn; the memory keeps it while it is not, and across languages.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st

from planner.i18n import DEFAULT_LANGUAGE, LANGUAGES

ADDRESS = ("page", "lang", "project", "layer", "travel", "minutes", "by", "group", "target", "unit", "pack", "scenario", "draft", "plain",
           "view", "panel", "place", "model", "p")
"""The settings an address carries, in its order; each with the value the command line takes."""
CONTROLS = ("pages", "panel_view", "unit_table")
"""Controls whose key is not the name of their setting."""


def memory() -> dict[str, Any]:
    """The session's own values by key, apart from any widget."""
    found: dict[str, Any] = st.session_state.setdefault("memory", {})
    return found


def adopt_address() -> None:
    """Take the address's values where they are not the ones this session wrote: a new visit, an edited address, a step back."""
    asked = {key: value for key, value in st.query_params.to_dict().items() if key in ADDRESS and value}
    if asked == st.session_state.get("written"):
        return
    kept = memory()
    for key in (*ADDRESS, *CONTROLS):
        kept.pop(key, None)
        st.session_state.pop(key, None)
    kept.update(asked)
    kept["refused"] = []
    st.session_state["written"] = asked


def write_address() -> None:
    """Make the address say what is shown."""
    kept = memory()
    shown = {key: str(kept[key]) for key in ADDRESS if kept.get(key) not in (None, "")}
    if shown != st.session_state.get("written"):
        st.session_state["written"] = shown
        st.query_params.from_dict(shown)


def language() -> str:
    """The language of the page, known before its control is drawn."""
    wanted = st.session_state.get("lang") or memory().get("lang")
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


def settle(key: str, options: Sequence[Any], fallback: Any, *, mark: object = None, name: str = "") -> Any:
    """Give a control that is about to be drawn its value: the session's, if it is one of the options, else the fallback.

    `name` is the setting's name in memory and address, where it is not the control's key. `mark` is whatever else the control's identity
    hangs on (language, limits): when it changes, Streamlit would forget the value. An address that asks for something that is not
    among the options is not obeyed in silence: see `refusals`.
    """
    kept, name = memory(), name or key
    value = st.session_state.get(key)
    if value is None:
        value = kept.get(name, fallback)
        if value not in options and name in kept:
            kept.setdefault("refused", []).append((name, str(value)))
    if value not in options:
        value = fallback
    marks = kept.setdefault("marks", {})
    if st.session_state.get(key) != value or marks.get(key) != (mark, len(options)):
        st.session_state[key] = value
    marks[key] = (mark, len(options))
    kept[name] = value
    return value


def settle_number(key: str, least: int, most: int, fallback: int, *, mark: object = None) -> int:
    """`settle` for a whole number between two limits; an address's text is read as a number."""
    kept = memory()
    if isinstance(kept.get(key), str):
        with contextlib.suppress(ValueError, OverflowError):
            kept[key] = round(float(kept[key]))
    return int(settle(key, range(least, most + 1), min(max(fallback, least), most), mark=(mark, least, most)))


def other_project(name: str) -> None:
    """Show another project: settings that belong to the former one's data fall back to its defaults; page and language stay."""
    stay = ("page", "pages", "lang")
    forget(*(key for key in (*ADDRESS, *CONTROLS) if key not in stay))
    memory().pop("by_layer", None)
    memory()["project"] = name


def drop_unless(key: str, options: Collection[Any]) -> None:
    """Lets a control whose options have changed fall back to its default where its value is not among them any more."""
    if key in st.session_state and st.session_state[key] not in options:
        del st.session_state[key]


def forget(*keys: str) -> None:
    """Let controls fall back to their defaults when they are drawn next."""
    for key in keys:
        memory().pop(key, None)
        st.session_state.pop(key, None)


def refusals() -> list[tuple[str, str]]:
    """What the address asked for and this project does not have: (key, value) pairs."""
    found: list[tuple[str, str]] = memory().get("refused", [])
    return found
