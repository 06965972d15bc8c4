"""The pages' own style (pages.css), put over Streamlit's theme."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def sheet() -> str:
    """The style sheet as an element for the page."""
    return f"<style>{files('planner').joinpath('ui', 'pages.css').read_text(encoding='utf-8')}</style>"
