"""Days of the data, and when they lie too far apart."""

from __future__ import annotations

import pytest

from planner.ui.footer import days_apart


@pytest.mark.parametrize(("population", "facilities", "apart"), [
    ("2020-11-01", "2025-12-31", 1886), ("2025-12-31", "2025-12-31", 0), ("2025", "2025-12-31", 0), ("2025-02", "2025-02-28", 0),
    ("", "2025-12-31", None), ("unknown", "2025-12-31", None), ("2026-01-01", "2025-12-31", 1)])
def test_days_apart(population: str, facilities: str, apart: int | None) -> None:
    assert days_apart({"population": population, "facilities": facilities}) == apart
