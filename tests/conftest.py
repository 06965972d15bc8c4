"""What all tests share: a cache folder of their own, and the rule for tools that a machine may lack."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

REQUIRE_ALL = os.environ.get("PLANNER_REQUIRE_ALL") == "1"
ROOT = Path(__file__).resolve().parent.parent
REAL = ROOT.parent / "shared" / "real"
"""Real data beside the checkout, for those who have them; never part of the repository."""


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests neither read nor fill the user's cache, and speak the default language."""
    kept = {name: os.environ.get(name) for name in ("PLANNER_CACHE", "PLANNER_DATA", "PLANNER_LANG")}
    os.environ["PLANNER_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["PLANNER_DATA"] = str(tmp_path_factory.mktemp("data"))
    os.environ.pop("PLANNER_LANG", None)
    yield
    for name, value in kept.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session", autouse=True)
def _nobody_waits_for_compiling() -> Iterator[None]:
    """Commands that run within the tests' process do not say that they compile: which of them would is a matter of order and caches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planner.cli.common.before_compiling", lambda tell: None)
        yield


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a system Chromium. Without one the test is skipped - or fails, where PLANNER_REQUIRE_ALL=1 says that all must run."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium fonts-noto-cjk)"
        pytest.fail(reason) if REQUIRE_ALL else pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def las_palmas_data() -> Path:
    """The folder of the real Las Palmas files; skipped where they are not beside the checkout."""
    folder = REAL / "las_palmas"
    if not folder.is_dir():
        pytest.skip("the real Las Palmas files are not beside this checkout")
    return folder
