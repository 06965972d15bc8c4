"""The exception tree. Imports nothing.

Every error carries a code and parameters, never a finished sentence: `planner.i18n.error_text` says it in Chinese or English.
"""


class PlannerError(Exception):
    """Something a person can mend. `code` names the sentence (`error.<code>` in the locale files), `params` fill it in."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code}: " + ", ".join(f"{key}={value!r}" for key, value in self.params.items())


class InputError(PlannerError, ValueError):
    """A file, a column or a value that cannot be used."""


class CrsError(InputError):
    """A coordinate reference system that is unknown, missing or of the wrong kind."""


class UnitError(InputError):
    """A unit of measure that is missing or contradicts another."""


class PackError(InputError):
    """A target pack that breaks the rules of its format."""


class LedgerError(InputError):
    """A table that cannot be read as a ledger."""


class NetworkError(PlannerError):
    """Streets from which no network can be made."""


class SitingError(PlannerError):
    """A siting problem that is badly posed. (Infeasible is a result, not an error.)"""
