"""What the documents say is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from planner.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.en.md")


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of one language in a document."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_in_the_readme(name: str) -> None:
    table = set(re.findall(r"^\| `planner (\w+)", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert table == set(COMMANDS)


def test_readme_commands_print_what_the_readme_shows() -> None:
    command = [sys.executable, "tools/readme_outputs.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr[-800:]


@pytest.mark.parametrize("name", READMES)
def test_python_of_the_readme_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks(name, "python")
    code = code.replace('"data"', repr(str(ROOT / "data")))
    monkeypatch.chdir(tmp_path)
    exec(compile(code, name, "exec"), {})
    assert (tmp_path / "gaps.xlsx").stat().st_size > 5000
    assert "gaps;" in capsys.readouterr().out


@pytest.mark.parametrize("name", READMES)
def test_the_two_commands_are_the_same_in_both_languages(name: str) -> None:
    commands = [block.strip() for block in blocks(name, "sh")]
    assert commands == [block.strip() for block in blocks("README.md", "sh")]
    assert len(commands) == 2
    assert "pytest" in commands[1]


def test_links_of_the_documents_lead_somewhere() -> None:
    documents = [*READMES, *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md"))]
    dead = []
    for name in documents:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", (ROOT / name).read_text(encoding="utf-8")):
            if not target.startswith(("http:", "https:", "mailto:")) and not (ROOT / name).parent.joinpath(target).exists():
                dead.append(f"{name}: {target}")
    assert dead == []
