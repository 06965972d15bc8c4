import csv

import pytest
from click.testing import CliRunner

from planner.cli import main


def run(tmp_path, text, *options):
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["convert", *options, str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv")])


def out(tmp_path):
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_good_rows_are_written_and_bad_ones_named(tmp_path):
    done = run(tmp_path, "id,lon,lat\n=1+1,104.0657,30.6574\nb,abc,30\nc,126.978,37.5665\n", "--from", "wgs84", "--to", "gcj02", "--lang",
               "en")
    assert done.exit_code == 0 and [row["id"] for row in out(tmp_path)] == ["=1+1", "c"]
    assert float(out(tmp_path)[0]["lon"]) == pytest.approx(104.068207304, abs=1e-9)
    assert "Row 3" in done.stderr and "rows 4" in done.stderr


def test_quiet_still_names_bad_rows(tmp_path):
    done = run(tmp_path, "id,lon,lat\na,104,30\nb,,\n", "--from", "wgs84", "--to", "cgcs2000", "--quiet")
    assert done.exit_code == 0 and len(done.stderr.strip().splitlines()) == 1 and "3" in done.stderr


@pytest.mark.parametrize(("text", "systems", "said"), [
    ("id,a,b\n1,2,3\n", ("wgs84", "gcj02"), "lon"), ("id,lon,lat\n1,2,3\n", ("EPSG:4610", "wgs84"), "4610"), ("id,lon,lat\n1,2,3\n",
                                                                                                              ("wgs84", "mars"), "mars"),
    ("id,lon,lat\n1,x,3\n", ("wgs84", "gcj02"), "in.csv")])
def test_refusals_end_with_1_and_say_what(tmp_path, text, systems, said):
    done = run(tmp_path, text, "--from", systems[0], "--to", systems[1])
    assert done.exit_code == 1 and said in done.stderr and "Traceback" not in done.output
