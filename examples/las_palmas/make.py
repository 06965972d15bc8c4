"""Copies the data of the Las Palmas example beside its planner.toml: `python examples/las_palmas/make.py SOURCE [PROJECT]`.

SOURCE holds boundary.geojson, secondary_school_areas.geojson, las_palmas.osm.pbf, population_grid.csv and las_palmas_facilities.csv.
PROJECT (default: this folder) becomes a project that `planner coverage PROJECT` opens.
"""

import shutil
import sys
from pathlib import Path

FILES = {
    "boundary.geojson": "boundary.geojson",
    "secondary_school_areas.geojson": "secondary_school_areas.geojson",
    "las_palmas.osm.pbf": "las_palmas.osm.pbf",
    "population_grid.csv": "population_grid.csv",
    "las_palmas_facilities.csv": "facilities.csv",
}


def make(source: Path, project: Path) -> None:
    """Copies every file; one that is missing is named."""
    missing = [name for name in FILES if not (source / name).is_file()]
    if missing:
        sys.exit(f"{source} has no {', '.join(missing)}")
    (project / "data").mkdir(parents=True, exist_ok=True)
    for name, there in FILES.items():
        shutil.copyfile(source / name, project / "data" / there)
    here = Path(__file__).with_name("planner.toml")
    if project.resolve() != here.parent.resolve():
        shutil.copyfile(here, project / "planner.toml")
    sys.stdout.write(f"{project}\n")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    make(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).parent)
