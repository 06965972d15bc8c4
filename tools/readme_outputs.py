"""Fills in what the commands of the README print: `python tools/readme_outputs.py [--check]`.

Each `<!-- output: planner ... -->` line of a README is followed by a console block made by running that very command on the demonstration
city; `| head -n N` after it is obeyed. With --check nothing is written; the exit code says whether the README is true.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARK = re.compile(r"(<!-- output: (planner [^\n]*?) -->\n)(?:\n?```console\n.*?```\n)?", re.DOTALL)
READMES = ("README.md", "README.en.md")


def printed(command: str) -> str:
    """What a command prints on stdout, with the language it would have for a new user."""
    command, _, first = command.partition(" | head -n ")
    words = [sys.executable, "-m", *shlex.split(command)]
    text = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True).stdout  # noqa: S603 - our own documents
    return "\n".join(text.splitlines()[:int(first) if first else None])


def filled(text: str) -> str:
    """A README with every marked command run anew."""
    return MARK.sub(lambda found: f"{found[1]}\n```console\n$ {found[2]}\n{printed(found[2])}\n```\n", text)


def main() -> int:
    """Writes the READMEs, or with --check tells which are out of date."""
    stale = []
    for name in READMES:
        path = ROOT / name
        old = path.read_text(encoding="utf-8")
        new = filled(old)
        if new != old:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
    sys.stdout.write(f"out of date: {', '.join(stale)}\n" if stale else "up to date\n")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
