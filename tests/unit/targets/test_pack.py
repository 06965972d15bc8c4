import datetime as dt
import tomllib
from fractions import Fraction

import pytest

from planner.errors import PackError
from planner.i18n import LANGUAGES, error_text
from planner.targets.pack import bundled_ids, exact, list_packs, read_pack, resolve_packs
from planner.targets.pack_rules import build_pack

PACK = """
schema = "planner.pack/1"
id = "p"
title = { zh = "包", en = "pack" }
source = { document = "plan.txt", issuer = "局", year = 2021 }
period = [2021, 2025]
[regions]
South = ["甲街道", "B"]
[[target]]
id = "a"
title = { zh = "甲", en = "a" }
clause = "1"
kind = "target"
layer = "home"
comparator = ">="
value = 80
unit = "% of streets"
deadline = 2025
binding = "expected"
baseline_id = "b"
steps = { 2023 = 60 }
check = { metric = "count", where = { beds = ">= 50" }, by = "township", scope = { class = "urban", built = "< 2021" }, rollup = "share" }
[[target]]
id = "b"
title = { zh = "乙", en = "b" }
clause = "2"
kind = "baseline"
layer = "home"
comparator = "="
value = 0.25
source = { document = "other.txt" }
deadline = 2015-10-01
conflicts_with = ["a"]
"""


def build(text):
    return build_pack(tomllib.loads(text), "p.toml")


def test_a_pack_as_it_is_written():
    pack = build(PACK)
    a, b = pack.targets
    assert (pack.id, pack.period, pack.regions, pack.source["year"]) == ("p", (2021, 2025), {"South": ("甲街道", "B")}, 2021)
    assert (a.plan, a.value, a.is_percent, a.deadline, a.document, a.steps, a.baseline_id) == (
        "p",
        80,
        True,
        2025,
        "plan.txt",
        {2023: 60},
        "b",
    )
    assert a.check.scope.class_ == ("urban",) and [condition.column for condition in a.check.scope.columns] == ["built"]
    assert (a.check.by, a.check.rollup, a.check.layers, a.check.each.value) == ("township", "share", ("home",), 1)
    assert (b.deadline, b.document, b.conflicts_with, b.check) == (dt.date(2015, 10, 1), "other.txt", ("a",), None)


def test_printed_figures_are_exact():
    assert exact(0.28) == Fraction(28, 100) and exact(80) == 80


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ('id = "a"', 'id = "a"\nbindin = "x"', "bindin", "binding"),
        ("rollup =", "rolup =", "check.rolup", "rollup"),
        ('"count", where', '"cuont", where', "check.metric", "count"),
        ('beds = ">= 50"', 'beds = ">= many"', "check.where.beds", ">= 50"),
        ('beds = ">= 50"', 'status = "opperating"', "check.where.status", "operating"),
        ('by = "township"', 'by = "street"', "check.by", "township"),
        ("value = 80", 'value = "80"', "value", "80"),
        ("value = 80", "value = 120", "value", "100"),
        ("value = 80", "value = 80\nvalue_max = 90", "value_max", "range"),
        ('comparator = ">="\nvalue = 80', "value = 80", "comparator", "comparator"),
        ('comparator = ">="', 'comparator = "range"', "value_max", "value_max"),
        ('clause = "1"', 'clause = " "', "clause", "clause"),
        ('title = { zh = "甲", en = "a" }', 'title = { zh = "甲" }', "title.en", "title"),
        ("deadline = 2025", 'deadline = "soon"', "deadline", "soon"),
        ("deadline = 2025", "deadline = 20", "deadline", "20"),
        ('binding = "expected"', 'binding = "hard"', "binding", "binding"),
        ('baseline_id = "b"', 'baseline_id = "c"', "baseline_id", "c"),
        ("steps = { 2023 = 60 }", "steps = { soon = 60 }", "steps.soon", "soon"),
        ('rollup = "share"', "each = { value = 2 }", "check.each", "share"),
        ('rollup = "share"', "thresholds = [{ rest = true, value = 2 }]", "check.thresholds", "every"),
        ('rollup = "share"', 'rollup = "every", thresholds = [{ name = "A", value = 2 }]', "check.thresholds[1].rest", "rest"),
        ("where = {", "having = {", "check.having", "count"),
        ("where = {", 'any_of = [{ layer = "x" }], all_of = [{ layer = "y" }], where = {', "check.all_of", "any_of"),
        ("where = {", 'any_of = [{ metric = "unit_value", of = "x", layer = "y" }], where = {', "check.any_of[1].layer", "metric"),
        ("where = {", "opened_in = [2025, 2021], where = {", "check.opened_in", "2025"),
        ('metric = "count", where', 'metric = "rate", per = 0, where', "check.per", "0"),
        ('by = "township"', 'by = "facility", count_in = "serves"', "check.by", "count"),
        ('by = "township", scope = { class = "urban", built = "< 2021" }', 'by = "facility", scope = { has = "x" }', "check.scope", "has"),
    ],
)
def test_a_fault_names_file_target_key_and_what_to_write(old, new, place, said):
    assert old in PACK
    with pytest.raises(PackError) as caught:
        build(PACK.replace(old, new, 1))
    for lang in LANGUAGES:
        sentence = error_text(caught.value, lang)
        assert "p.toml" in sentence and place in sentence and said in sentence and "\n" not in sentence
    assert caught.value.params["target"] == "a"


@pytest.mark.parametrize(
    ("check", "place"),
    [
        ('{ metric = "population_within", minutes = 15, metres = 500 }', "check.metres"),
        ('{ metric = "population_within", share = 1.5 }', "check.share"),
        ('{ metric = "population_within", path = "straight", minutes = 15 }', "check.path"),
        (
            '{ metric = "population_within", limits = [{ class = "urban", minutes = 1, metres = 2 }, { rest = true, metres = 3 }] }',
            "check.limits[1].minutes",
        ),
        (
            '{ metric = "population_within", limits = [{ rest = true, metres = 3 }, { class = "urban", metres = 2 }] }',
            "check.limits[1].rest",
        ),
        ('{ metric = "population_within", metres = 5, basket = ["x", "y"], weights = [1] }', "check.weights"),
        ('{ metric = "population_within", metres = 5, basket = ["x", "y"], weights = [0, 0] }', "check.weights"),
        ('{ metric = "population_within", by = "facility", metres = 5 }', "check.by"),
        ('{ metric = "load", of = "m2" }', "check.of"),
        ('{ metric = "load" }', "check.metric"),
        ('{ metric = "pace" }', "check.by"),
        ('{ metric = "separation" }', "check.from"),
        ('{ metric = "ratio", of = "beds" }', "check.in"),
        ('{ metric = "sum" }', "check.of"),
        ('{ metric = "reported", by = "township" }', "check.by"),
        ('{ by = "township" }', "check.metric"),
        ('{ metric = "count", baseline = "2020" }', "check.baseline"),
        ('{ metric = "count", of_which = { layer = "x" } }', "check.of_which.value"),
        (
            '{ metric = "count", by = "township", rollup = "every", thresholds = [{ rest = true, value = 1, value_max = 2 }] }',
            "check.thresholds.value_max",
        ),
        ('{ metric = "count", by = "township", rollup = "share", each = { comparator = "range", value = 2 } }', "check.each.value_max"),
    ],
)
def test_a_check_that_does_not_hold_together(check, place):
    text = PACK[: PACK.index("check = ")] + f"check = {check}\n" + PACK[PACK.index('[[target]]\nid = "b"') :]
    with pytest.raises(PackError) as caught:
        build(text.replace('unit = "% of streets"', 'unit = "things"'))
    assert caught.value.params["place"] == place
    assert place in error_text(caught.value, "zh")


def test_pace_needs_the_years_of_the_plan():
    text = PACK.replace("period = [2021, 2025]\n", "").replace(', rollup = "share"', "")
    text = text.replace('metric = "count", where = { beds = ">= 50" }', 'metric = "pace"')
    with pytest.raises(PackError, match="pack_period_needed"):
        build(text)


def test_an_id_stands_once():
    with pytest.raises(PackError, match="pack_id_twice"):
        build(PACK.replace('id = "b"\ntitle', 'id = "a"\ntitle'))


def test_parameters_need_a_default_of_their_kind_and_a_source():
    def with_parameters(text):
        return build(PACK + f"[target.parameters]\n{text}\n").targets[1].parameters

    assert with_parameters('share = { default = 0.8, source = "s" }')["share"].default == 0.8
    assert with_parameters('layers = { default = ["x"], source = "s" }')["layers"].default == ("x",)
    for wrong in (
        'share = { default = 80, source = "s" }',
        "share = { default = 0.8 }",
        'travel = { default = 5, source = "s" }',
        'speed = { default = 5, source = "s" }',
    ):
        with pytest.raises(PackError):
            with_parameters(wrong)


@pytest.mark.parametrize(
    ("target", "checkable"),
    [
        ('kind = "target"', "threshold_undefined"),
        ('kind = "project"', "recorded"),
        ('kind = "target"\ncomparator = ">="\nvalue = 1', "recorded"),
        ('kind = "target"\ncomparator = ">="\nvalue = 1\ncheck = { metric = "count" }', "computed"),
        ('kind = "target"\ncomparator = ">="\nvalue = 1\ncheck = { metric = "reported" }', "reported"),
        ('kind = "target"\ncheck = { metric = "count" }', "threshold_undefined"),
        ('kind = "target"\ncomparator = "<="\ncheck = { metric = "count", baseline = "2020-12-31" }', "computed"),
        (
            'kind = "target"\ncomparator = "<="\nvalue = 15\nunit = "minutes"\ncheck = { metric = "population_within", minutes = 15 }',
            "threshold_undefined",
        ),
        (
            'kind = "target"\ncomparator = "<="\nvalue = 15\nunit = "minutes"\n'
            'check = { metric = "population_within", minutes = 15, share = 0.5 }',
            "computed",
        ),
        ('kind = "baseline"\ncomparator = "="\nvalue = 1\ncheck = { metric = "count" }', "recorded"),
        ('kind = "process"\ncomparator = "="\nvalue = 1\ncheck = { metric = "count" }', "recorded"),
    ],
)
def test_what_data_can_say(target, checkable):
    top = PACK[: PACK.index("[[target]]")]
    text = top + '[[target]]\nid = "a"\ntitle = { zh = "甲", en = "a" }\nclause = "1"\nlayer = "home"\n' + target
    assert build(text).targets[0].checkable == checkable


def test_the_bundled_packs_are_sound_and_the_starter_comes_first():
    packs = list_packs()
    assert bundled_ids()[0] == "starter" and [pack.id for pack in packs] == list(bundled_ids())
    for pack in packs:
        for target in pack.targets:
            assert any("\u4e00" <= char <= "\u9fff" for char in target.title["zh"]) and target.clause and target.document
    assert all(target.certainty for target in read_pack("starter").targets)


def test_a_file_with_a_fault_names_its_line(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(PACK.replace('kind = "target"', 'kind = target"'), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_pack(file)
    assert caught.value.params["line"] == 13 and "mine.toml" in error_text(caught.value, "en")
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PackError, match="pack_encoding"):
        read_pack(file)


def test_a_pack_that_is_not_there_names_the_nearest():
    with pytest.raises(PackError) as caught:
        read_pack("startr")
    assert caught.value.params["near"] == "starter"


def test_which_packs_a_command_means(tmp_path, monkeypatch):
    project, here = tmp_path / "project", tmp_path / "here"
    project.mkdir(), here.mkdir()
    (project / "mine.toml").write_text(PACK, encoding="utf-8")
    (here / "other.toml").write_text(PACK.replace('id = "p"', 'id = "q"'), encoding="utf-8")
    monkeypatch.chdir(here)

    def ids(names, listed=()):
        return [pack.id for pack in resolve_packs(names, project, listed)]

    assert (
        ids([]) == ["starter"] and ids([], ["mine.toml"]) == ["p"] and ids(["starter", "mine.toml", "other.toml"]) == ["starter", "p", "q"]
    )
    with pytest.raises(PackError, match="pack_outside_project"):
        ids([], ["../here/other.toml"])
    with pytest.raises(PackError, match="pack_not_found"):
        ids([], ["none.toml"])
