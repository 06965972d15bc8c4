"""The pages' own style (pages.css), put over Streamlit's theme."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def sheet() -> str:
    """The style sheet as an element for the page."""
    return f"<style>{files('planner').joinpath('ui', 'pages.css').read_text(encoding='utf-8')}</style>"


def in_words(element: str, *, button: str, limit: str) -> str:
    """A style that says a file uploader's own English words in the page's language. element : its CSS selector."""
    zone = f"{element} [data-testid=stFileUploaderDropzone"
    said = {f"{zone}] button p": button, f"{zone}Instructions] span": limit}
    rules = [f"{part} {{ font-size: 0; }} {part}::after {{ content: {json.dumps(words, ensure_ascii=False)}; font-size: 13px; }}"
             for part, words in said.items()]
    return f"<style>{' '.join(rules)}</style>"
