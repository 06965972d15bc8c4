"""The colours and weights of drawn maps beside those of the classes (planner.export.palette)."""

from __future__ import annotations

from planner.export.drawn_shapes import colour

LAND, GREEN, WATER = colour("#f6f5f2"), colour("#dfe8d6"), colour("#a9c6d3")
WATER_OVER, GREEN_EDGE = colour("#86b1c9", 0.95), colour("#346e3a", 0.6)
ASIDE = colour("#eceae6")
"""Units that the map is not about."""
ASIDE_NAME = colour("#767b82")
STREETS = {"street_minor": (14.0, "#3c424a", 0.25, 0.3), "street_major": (60.0, "#3c424a", 0.34, 0.45),
           "street_main": (float("inf"), "#3c424a", 0.4, 0.7)}
"""Kind of street -> coarsest scale (metres a point) at which it is drawn, its colour, how dense, and how wide."""
RAIL = colour("#3c424a", 0.7)
ON_DARK, ON_LIGHT = colour("#ffffff", 0.55), colour("#541e1e", 0.55)
BORDERS = ((colour("#2d313a", 0.8), 0.7), (colour("#23262e", 0.9), 1.2))
"""The borders of the level above the units shown, and of the one above that."""
SPOT = colour("#7a1f5c")
FOCUS = colour("#0b3d91")
INVENTED = colour("#8a1c1c")
