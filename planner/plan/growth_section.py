"""`[growth]` of planner.toml: people of later years, ages with survival and migration, planned housing."""

from __future__ import annotations

from collections.abc import Mapping

from planner.inputs.specs import HOUSING, CandidateSpec, FileRef, GrowthSpec
from planner.plan.config import Config, Table, join
from planner.plan.sections import layer_crs

_HOUSING_KEYS = ("path", "source", "columns", "crs", "sheet", "people_per_household")


def growth(config: Config) -> GrowthSpec | None:
    """[growth], [growth.ages] and [growth.housing]; None where the project has none of them, or nothing in them can be used."""
    if "growth" not in config.tree:
        return None
    table = config.table(config.tree, "growth")
    config.unknown(table, ("path", "source", "columns", "ages", "housing"), "growth")
    file, columns = _file(config, table, "growth") if "path" in table or "source" in table else (None, {})
    ages, ages_columns = None, dict[str, str]()
    if "ages" in table:
        inner = config.table(table, "ages", "growth")
        config.unknown(inner, ("path", "source", "columns"), "growth.ages")
        ages, ages_columns = _file(config, inner, "growth.ages")
    housing, per_household = _housing(config, table) if "housing" in table else (None, None)
    if file is None and ages is None and housing is None:
        if not {"path", "source", "ages", "housing"} & set(table):
            config.wrong("growth.path", "config_required")
        return None
    return GrowthSpec(file, columns, ages, ages_columns, housing, per_household)


def ledgers_of(spec: GrowthSpec | None) -> tuple[CandidateSpec, ...]:
    """Planned housing as a ledger of places: none or one."""
    return () if spec is None or spec.housing is None else (spec.housing,)


def _file(config: Config, table: Table, prefix: str) -> tuple[FileRef | None, dict[str, str]]:
    """A file and its columns."""
    file, columns = config.file(table, prefix), config.columns(table, prefix, required=False)
    return (None, {}) if columns is None else (file, columns)


def _housing(config: Config, table: Table) -> tuple[CandidateSpec | None, float | None]:
    """[growth.housing], and the people that a household has."""
    inner = config.table(table, "housing", "growth")
    config.unknown(inner, _HOUSING_KEYS, HOUSING)
    file, columns = _file(config, inner, HOUSING)
    crs, sheet = layer_crs(config, inner, HOUSING), config.words(inner, "sheet", HOUSING)
    given: Mapping[str, object] = inner
    per_household = config.number(inner, "people_per_household", HOUSING, positive=True) if "people_per_household" in given else None
    if file is None:
        return None, per_household
    if columns and not {"households", "people"} & set(columns):
        config.wrong(join(HOUSING, "columns"), "config_housing_columns")
        return None, per_household
    return CandidateSpec(HOUSING, file, columns, crs or "auto", sheet), per_household
