from planner.plan.columns_kept import remember_columns, remembered_columns


def entry(shape, **columns):
    return {"shape": shape, "columns": [{"key": key, "header": header} for key, header in columns.items()]}


def test_mappings_are_kept_by_shape_and_add_up(tmp_path):
    assert remembered_columns(tmp_path) == {}
    assert remember_columns(tmp_path, [entry("f-1", name="名称"), entry("f-1", beds='床"位'), entry("f-2")]) == 1
    assert remembered_columns(tmp_path) == {"f-1": {"name": "名称", "beds": '床"位'}}
    remember_columns(tmp_path, [entry("f-1", beds="核定床位"), entry("p-1", total="常住人口")])
    assert remembered_columns(tmp_path) == {"f-1": {"name": "名称", "beds": "核定床位"}, "p-1": {"total": "常住人口"}}
    assert [path.name for path in (tmp_path / ".planner" / "columns").iterdir()] == ["columns.toml"]


def test_a_damaged_file_remembers_nothing(tmp_path):
    folder = tmp_path / ".planner" / "columns"
    folder.mkdir(parents=True)
    for text in ("[shapes", "shapes = 3\n", "[shapes]\na = 3\nb = { c = 4, d = 'e' }\n"):
        (folder / "columns.toml").write_text(text)
        assert remembered_columns(tmp_path) in ({}, {"b": {"d": "e"}})
