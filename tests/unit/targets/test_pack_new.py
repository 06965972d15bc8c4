import datetime as dt
import tomllib

import pytest

from planner.errors import PackError
from planner.i18n import LANGUAGES, error_text
from planner.targets.evaluate import evaluate
from planner.targets.pack import bundled_ids, list_packs, read_pack
from planner.targets.pack_new import copied, rolled_forward, write_new
from planner.targets.pack_rules import build_pack

OLD = """
schema = "planner.pack/1"
id = "town-2021-2025"
title = { zh = "本市规划", en = "Town plan" }
source = { document = "plan.txt", issuer = "局", year = 2021 }
period = [2021, 2025]
[regions]
"South side" = ["甲街道"]
[[target]]
id = "town-2020-base-homes"
title = { zh = "机构（基期）", en = "Homes (baseline)" }
clause = "1"
kind = "baseline"
layer = "home"
comparator = "="
value = 3
unit = "homes"
deadline = 2020
check = { metric = "count" }
[[target]]
id = "town-2025-homes"
title = { zh = "机构", en = "Homes" }
clause = "2 (a)"
kind = "target"
layer = "home"
comparator = ">="
value = 80
unit = "% of townships"
deadline = 2025-06-30
binding = "binding"
baseline_id = "town-2020-base-homes"
conflicts_with = ["town-2035-vision"]
steps = { 2023 = 60 }
check = { metric = "count", where = { built = ">= 2021", beds = ">= 2000", opened = "< 2023-10-01" }, by = "township", rollup = "share" }
[[target]]
id = "town-2035-vision"
title = { zh = "远景", en = "Vision" }
clause = "3"
kind = "target"
layer = "home"
deadline = 2035
[[target]]
id = "town-2025-new"
title = { zh = "新建", en = "New ones" }
clause = "4"
kind = "target"
layer = "home"
comparator = "range"
value = 2
value_max = 4
unit = "homes"
check = { metric = "count", opened_in = [2022, 2025], of_which = { value = 1 } }
[[target]]
id = "circle"
title = { zh = "生活圈", en = "Circle" }
clause = "5"
kind = "target"
layer = "home"
comparator = "<="
value = 15
unit = "minutes"
source = { document = "other.txt" }
check = { metric = "population_within", travel = "walk" }
[target.parameters]
share = { default = 0.8, source = "assumed" }
group = { default = "age_60_plus", source = "assumed" }
[[target]]
id = "named"
title = { zh = "分区", en = "By unit" }
clause = "6"
kind = "target"
layer = "home"
comparator = ">="
check = { metric = "count", by = "township", rollup = "every", thresholds = [{ name = "甲街道", value = 2 }, { rest = true, value = 1 }] }
"""


@pytest.fixture
def old():
    return build_pack(tomllib.loads(OLD), "town.toml")


@pytest.fixture
def rolled(old):
    own, text = rolled_forward(old, (2026, 2030))
    return own, text, {target.id: target for target in build_pack(tomllib.loads(text), "new.toml").targets}


def test_ids_move_with_the_period(rolled):
    own, _, targets = rolled
    assert own == "town-2026-2030"
    assert list(targets) == ["town-2025-base-homes", "town-2030-homes", "town-2035-vision", "town-2030-new", "circle-2030", "named-2030"]
    homes = targets["town-2030-homes"]
    assert (homes.baseline_id, homes.conflicts_with) == ("town-2025-base-homes", ("town-2035-vision",))


def test_figures_are_blank_and_the_old_ones_stand_above(rolled):
    _, text, targets = rolled
    for target in targets.values():
        assert (target.comparator, target.value, target.value_max, dict(target.steps)) == ("", None, None, {})
        assert target.binding == "unspecified" and "待填" in target.clause and not target.has_figure
    assert "# 2021-2025: >= 80 % of townships（2 (a)，2025-06-30，binding，2023: 60）" in text
    assert "# 2021-2025: range 2-4 homes（4）" in text
    assert "# 原 / was: thresholds = [" in text and "# 原 / was: of_which = { value = 1 }" in text
    assert "# 原 / was: parameters.share = 0.8" in text


def test_deadlines_and_years_in_checks_move(rolled):
    _, text, targets = rolled
    assert [targets[name].deadline for name in ("town-2025-base-homes", "town-2030-homes", "town-2035-vision", "town-2030-new")] == [
        2025,
        2030,
        2035,
        None,
    ]
    assert targets["town-2030-homes"].check.written["where"] == {"built": ">= 2026", "beds": ">= 2000", "opened": "< 2028-10-01"}
    assert targets["town-2030-new"].check.opened_in == (2027, 2030)
    assert text.count("请核对") == 2


def test_a_circle_keeps_its_minutes_and_loses_its_share(rolled):
    circle = rolled[2]["circle-2030"]
    assert (circle.check.minutes, list(circle.parameters), circle.document) == (15, ["group"], "other.txt")


def test_regions_title_and_source_of_the_new_pack(rolled):
    own, text, _ = rolled
    pack = build_pack(tomllib.loads(text), "new.toml")
    assert (pack.id, pack.period, pack.regions) == (own, (2026, 2030), {"South side": ("甲街道",)})
    assert "待填" in pack.source["document"] and pack.source["issuer"] == "局" and "2026" in pack.title["zh"] and "2026" in pack.title["en"]


@pytest.mark.parametrize("name", bundled_ids())
def test_every_bundled_pack_rolls_forward(name):
    pack = read_pack(name)
    own, text = rolled_forward(pack, (2026, 2030))
    again = build_pack(tomllib.loads(text), own)
    assert own.endswith("-2026-2030") and len(again.targets) == len(pack.targets)
    for before, after in zip(pack.targets, again.targets, strict=True):
        assert (after.title, after.kind, after.layer, after.metric) == (before.title, before.kind, before.layer, before.metric)
        assert not after.has_figure and after.checkable in ("threshold_undefined", "recorded")
    assert not {target.id for target in again.targets if target.kind == "target"} & {t.id for p in list_packs() for t in p.targets} - {
        target.id for target in pack.targets if target.deadline == 2035
    }


def test_a_rolled_pack_is_computed_but_not_judged(draw, old):
    _, text = rolled_forward(old, (2026, 2030))
    city = draw({"home": [{"x": 500, "opened": "2027-05-01", "built": 2027, "beds": 3000}]})
    results = evaluate(city, [build_pack(tomllib.loads(text), "new.toml")], as_of=dt.date(2027, 12, 31)).targets
    assert [result.state for result in results] == ["recorded", *["threshold_undefined"] * 5]
    assert [result.value for result in results] == [1, 0.5, None, 1, 0.1, 0]
    assert all(result.shortfall is None for result in results)


def test_a_copy_keeps_everything_but_its_id(tmp_path):
    own, text = copied("starter")
    assert own == "starter-local" and text.startswith("# 起步指标包")
    write_new(text, tmp_path / "mine.toml")
    mine = read_pack(tmp_path / "mine.toml")
    assert mine.id == own and [t.id for t in mine.targets] == [t.id for t in read_pack("starter").targets]
    assert copied(str(tmp_path / "mine.toml"), "ours")[0] == "ours"


def test_nothing_is_overwritten(tmp_path):
    file = tmp_path / "mine.toml"
    write_new("x = 1\n", file)
    with pytest.raises(PackError, match="pack_exists") as caught:
        write_new("x = 2\n", file)
    assert file.read_text() == "x = 1\n" and all("mine.toml" in error_text(caught.value, lang) for lang in LANGUAGES)


@pytest.mark.parametrize("name", ["starter", "two words", "../up", "甲/乙"])
def test_an_id_that_is_taken_or_no_id(old, name):
    with pytest.raises(PackError, match="pack_new_id") as caught:
        rolled_forward(old, (2026, 2030), name)
    assert all(name in error_text(caught.value, lang) for lang in LANGUAGES)


def test_text_of_a_pack_is_written_as_data(old):
    odd = OLD.replace('document = "plan.txt"', 'document = "plan.txt", issuer = "a\\"]\\n[[target]]\\u0007"').replace(', issuer = "局"', "")
    odd = odd.replace('clause = "2 (a)"', 'clause = "2\\n[[target]]"')
    _, text = rolled_forward(build_pack(tomllib.loads(odd), "odd.toml"), (2026, 2030))
    assert len(tomllib.loads(text)["target"]) == len(old.targets)
    assert tomllib.loads(text)["source"]["issuer"] == 'a"]\n[[target]]\u0007'
