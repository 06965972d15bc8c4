"""Service-coverage planner: do the facilities reach the people they are for, and what would close the gaps."""

__version__ = "0.1.0"
