import pytest

from planner.measure import memory


@pytest.fixture
def system(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    return tmp_path


def test_what_the_system_says_is_free(system):
    (system / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable:    4000 kB\n")
    assert memory.free_bytes() == 4000 * 1024
    assert memory.default_budget() == 2000 * 1024


def test_a_container_leaves_less(system):
    (system / "meminfo").write_text("MemAvailable: 4000 kB\n")
    (system / "memory.current").write_text("1000000\n")
    (system / "memory.max").write_text("3000000\n")
    assert memory.free_bytes() == 2_000_000
    (system / "memory.max").write_text("900000\n")
    assert memory.free_bytes() == 0
    (system / "memory.max").write_text("max\n")
    assert memory.free_bytes() == 4000 * 1024


def test_half_of_all_memory_where_the_system_names_none_free(system, monkeypatch):
    (system / "meminfo").write_text("MemTotal: 9000 kB\n")
    monkeypatch.setattr(memory.os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1000}.__getitem__, raising=False)
    assert memory.free_bytes() == 2_048_000


def test_a_cautious_guess_where_it_says_nothing(system, monkeypatch):
    monkeypatch.delattr(memory.os, "sysconf", raising=False)
    assert memory.free_bytes() == memory.UNKNOWN_BYTES
