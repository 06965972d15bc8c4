import pytest

from planner.errors import InputError
from planner.inputs.where import parse_where, select

COLUMNS = {"类型": ["养老院", "医院", "", "养老院"], "beds": ["50", "约60", "", "x"], "my col": ["a", "b", "c", "d"],
           "id": ["01", "1", "2", "3"]}


def chosen(where):
    return select(parse_where(where), COLUMNS, 4)


@pytest.mark.parametrize(("where", "rows"), [
    ("类型 == '养老院'", [0, 3]), ('类型=="养老院"', [0, 3]), ("类型 != '养老院'", [1, 2]), ("beds >= 50", [0, 1]), ("beds > 50", [1]),
    ("beds < 60", [0]), ("beds == 50", [0]), ("类型 == '养老院' and beds <= 50", [0]), ("'my col' in ['a', 'c']", [0, 2]),
    ("`my col` in ('b')", [1]), ("id == '1'", [1]), ("id == 1", [0, 1]), ("类型 == ''", [2]), ("类型 in []", [])])
def test_rows(where, rows):
    assert [k for k, keep in enumerate(chosen(where)) if keep] == rows


@pytest.mark.parametrize("where", ["", "类型", "类型 ==", "== 'x'", "类型 == 'x' or beds > 1", "beds > 1 and", "类型 ~ 'x'", "类型 in 'x'",
                                   "类型 in ['x'", "__import__('os').system('true')", "beds > 1 beds < 2", "类型 == 'open"])
def test_what_cannot_be_read_is_named(where):
    with pytest.raises(InputError) as caught:
        parse_where(where)
    assert caught.value.code == "where_invalid"
