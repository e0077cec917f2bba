"""The difference between two shares, with an interval of its own."""

from __future__ import annotations

import math

from pipeline.results import Difference, Differences, Share, Shares


def difference_of_shares(here: Shares, there: Shares, here_name: str, there_name: str) -> Differences:
    """Give, for each domain of both, its share here minus there in points, with an interval from theirs.

    The two are taken as independent: rows of two files, or of two groups of one. Bounds are those of MOVER (Zou
    & Donner 2008; Newcombe's method 10): the distances of each share to its own bounds are squared and added, which
    keeps what is lopsided in them and stays within −100 and 100. Subtracting two intervals end from end, as
    people do, would be too wide by half.

    >>> one = Shares(100, 0, 50, "ppi++", 0.95, (Share("a", 50, 50.0, 46.0, 54.0),))
    >>> two = Shares(100, 0, 50, "ppi++", 0.95, (Share("a", 40, 40.0, 37.0, 43.0),))
    >>> difference_of_shares(one, two, "2025", "2024").differences
    (Difference(domain='a', difference=10.0, low=5.0, high=15.0),)
    """
    others = {share.domain: share for share in there.shares}
    pairs = [(share, others[share.domain]) for share in here.shares if share.domain in others]
    found = tuple(_difference(one, other) for one, other in pairs if one.share is not None and other.share is not None)
    return Differences(here_name, there_name, here.level if here.level == there.level else None, found)


def _difference(one: Share, other: Share) -> Difference:
    assert one.share is not None
    assert other.share is not None
    difference = one.share - other.share
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Difference(one.domain, difference, None, None)
    below = math.hypot(one.share - one.low, other.high - other.share)
    above = math.hypot(one.high - one.share, other.share - other.low)
    return Difference(one.domain, difference, max(difference - below, -100.0), min(difference + above, 100.0))
