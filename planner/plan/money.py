"""Money as tables write it: in yuan or 万元, as the header says, and whether its magnitude can be."""

from __future__ import annotations

import re

WAN = 10_000.0
PLAUSIBLE_CNY = {"bed": (1e3, 3e6), "m2": (10.0, 1e5), "site": (1e3, 5e9)}
"""Yuan between which the cost of a bed, a square metre and a whole facility lie with room to spare on both sides (an order of magnitude and
more from what such works cost): a figure outside was most likely written in 万元 under a header of yuan, or the other way round."""
_HEADS = re.compile(r"^(?:cost|cny)$|^(?:est_)?(?:cost|price|amount|cny)_(?:cny|yuan|wan|wan_cny)$|造价|投资|费用|单价|金额|资金|估算",
                    re.IGNORECASE)
_RUNNING = re.compile(r"^running(?:_(?:cny|yuan|wan|wan_cny))?$|运营|补贴|运维", re.IGNORECASE)
_WAN = re.compile(r"万|wan", re.IGNORECASE)
_OTHER = re.compile(r"亿|美元|usd|eur|年份|来源|year|source", re.IGNORECASE)


def yuan_factor(header: str) -> float | None:
    """What a column's figures are multiplied by to be yuan (10,000 where its header says 万元); None for a header that is no money."""
    return _factor(header, _HEADS) if running_factor(header) is None else None


def running_factor(header: str) -> float | None:
    """The same for a column of running subsidy a year."""
    return _factor(header, _RUNNING)


def _factor(header: str, heads: re.Pattern[str]) -> float | None:
    """Yuan for each unit of a column, None where its header is none of `heads`."""
    name = header.strip()
    if not heads.search(name) or _OTHER.search(name):
        return None
    return WAN if _WAN.search(name) else 1.0


def implausible(cny: float, unit: str) -> bool:
    """Whether a cost for each `unit` (bed, m2, site) is outside what it can be; 0 is not: it may be free."""
    low, high = PLAUSIBLE_CNY[unit]
    return cny != 0 and not low <= cny <= high
