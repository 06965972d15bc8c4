import pytest

from planner.targets.catalogue import KINDS, known_layers, layer_info
from planner.targets.pack import list_packs

LEVELS = {"city", "district", "township", "community"}


def test_every_entry_is_whole():
    for slug in known_layers():
        info = layer_info(slug)
        assert info.known and info.check.kind in KINDS and info.certainty in ("verified", "secondary", "assumed")
        assert info.level in LEVELS and len(info.icon) == 1
        for words in (info.name, info.group_name, info.department, info.source):
            assert words["zh"].strip() and words["en"].strip()
        if info.check.by_distance:
            assert info.check.travel in ("walk", "walk_elderly", "drive") and (info.check.minutes is None) != (info.check.metres is None)
        if info.check.kind == "count_per_unit":
            assert info.check.level in LEVELS and info.check.at_least


@pytest.mark.parametrize(
    "slug", ["public-cemetery", "commercial-cemetery", "cemetery", "grave_yard", "grave-yard", "funeral-home", "columbarium"]
)
def test_nobody_walks_to_a_cemetery(slug):
    assert not layer_info(slug).check.travel.startswith("walk")


def test_older_people_walk_at_their_own_pace():
    info = layer_info("community-elderly-station")
    assert (info.people, info.check.travel, info.check.minutes) == ("age_60_plus", "walk_elderly", 15)


def test_an_unknown_layer_is_called_by_itself_and_judged_by_nothing():
    info = layer_info("moon-base")
    assert not info.known and info.name == {"zh": "moon-base", "en": "moon-base"} and info.check.kind == "none"


def test_every_layer_of_the_bundled_packs_is_known():
    wanted = {
        slug for pack in list_packs() for target in pack.targets for slug in (target.layer, *(target.check.layers if target.check else ()))
    }
    assert wanted <= set(known_layers())
