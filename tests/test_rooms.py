"""The doors between the rooms open one way (docs/adr/0001-house.md)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_doors_open_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-500:]


def test_importing_the_command_is_light() -> None:
    """`planner --help` pays for no library that it does not use."""
    heavy = ("pandas", "geopandas", "streamlit", "folium", "osmnx", "scipy", "numpy")
    code = f"import sys, planner.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
