"""A real city from its files: Las Palmas, where the data lie beside the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from planner.measure.coverage import coverage
from planner.plan.project import read_city, read_project
from planner.quality import QualityReport

ROOT = Path(__file__).resolve().parents[2]
LAYERS = {"clinic": 86, "social_facility": 15, "cemetery": 6}


def test_las_palmas_from_files_to_coverage(las_palmas_data: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "examples/las_palmas/make.py", las_palmas_data, tmp_path], check=True, capture_output=True)
    report = QualityReport()
    city = read_city(read_project(tmp_path, report=report), report=report)
    assert report.blocking == []
    assert {slug: len(city.facilities[slug]) for slug in LAYERS} == LAYERS
    for slug in LAYERS:
        slow = coverage(city, slug, "walk_elderly", minutes=15, by="district")
        fast = coverage(city, slug, "walk", minutes=15, by="district")
        whole = coverage(city, slug, "walk", minutes=15, by="city")
        assert 0 < slow.total.people_covered < fast.total.people_covered < fast.total.straight_people_covered < fast.total.people
        assert whole.total == fast.total
        assert sum(unit.people for unit in fast.units) <= fast.total.people + 1e-6
        assert fast.total.people_unattached + fast.total.people_unreached <= fast.total.people_beyond
