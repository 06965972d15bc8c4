"""Every issue that this room can write has its sentence in both languages, and its code in docs/quality.md."""

import ast
from pathlib import Path

import pytest

import planner
from planner.i18n import has

ROOT = Path(planner.__file__).parent
FILES = [*sorted((ROOT / "inputs").glob("*.py")), ROOT / "plan" / "config.py", ROOT / "plan" / "project.py"]
CODES = (Path(__file__).resolve().parents[3] / "docs" / "quality.md").read_text(encoding="utf-8")


def literals():
    """Codes and sentences that are written out in calls."""
    found = {"Issue": set(), "UnusableFileError": set(), "sentence": set(), "wrong": set()}
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
            texts = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            if name in ("Issue", "UnusableFileError", "issue", "tell") and texts and isinstance(texts[0], str):
                found["Issue"].add(texts[0])
            if name == "wrong" and len(texts) > 1 and isinstance(texts[1], str):
                found["wrong"].add(texts[1])
            found["sentence"] |= {keyword.value.value for keyword in node.keywords if keyword.arg == "sentence"
                                  and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)}
    return found


FOUND = literals()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("key", sorted(FOUND["sentence"] | FOUND["wrong"]))
def test_sentences_are_there(key, lang):
    assert has(f"issue.{key}", lang)


@pytest.mark.parametrize("code", sorted(FOUND["Issue"]))
def test_codes_are_documented(code):
    assert f"`{code}`" in CODES


def test_something_was_found():
    assert len(FOUND["Issue"]) > 30 and len(FOUND["sentence"]) > 30
