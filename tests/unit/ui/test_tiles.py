"""Tianditu under the map: with the user's own key only, and never in an exported file."""

import pytest

from planner.ui import tiles


def test_nothing_is_offered_without_a_key(monkeypatch):
    monkeypatch.delenv(tiles.KEY, raising=False)
    assert tiles.offered("zh") is None


@pytest.mark.parametrize("key", ["", "short", "a key with spaces", "0123456789abcdef&x=1", "x" * 65])
def test_what_is_no_key_is_not_sent(monkeypatch, key):
    monkeypatch.setenv(tiles.KEY, key)
    assert tiles.offered("en") is None


def test_a_key_stands_in_the_addresses_of_map_and_names(monkeypatch):
    monkeypatch.setenv(tiles.KEY, "0123456789abcdef")
    found = tiles.offered("en")
    assert [address.split("/")[3] for address in found["urls"]] == ["vec_w", "cva_w"]
    assert all(address.startswith("https://t{s}.tianditu.gov.cn/") for address in found["urls"])
    assert all(address.endswith("&tk=0123456789abcdef") for address in found["urls"])
    assert "Tianditu" in found["attribution"]
