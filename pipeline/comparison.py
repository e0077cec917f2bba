"""Shares against the published ones: what an interval allows to say, and no more.

The study of 2016 printed no interval: its own uncertainty is unknown, so a difference found here is one
from the figure as printed, not proof that the world has changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.domains import BY_KEY, Domain
from pipeline.results import Share
from pipeline.results.comparisons import ABOVE, BELOW, CANNOT_TELL, COMPATIBLE, Comparison

#: An interval wider than this many points that holds the published figure is compatible with nearly anything.
WIDEST = 10.0


def compare(shares: Sequence[Share]) -> tuple[Comparison, ...]:
    """Put each share beside the published one; labels the study did not have are left out.

    >>> [found.verdict for found in compare([Share("communication_publique", 200, 20.0, 18.9, 21.1)])]
    ['above']
    """
    known = [(share, BY_KEY[share.domain]) for share in shares if share.domain in BY_KEY]
    return tuple(
        Comparison(
            share.domain,
            domain.published_share,
            domain.published_relation,
            share.share,
            share.low,
            share.high,
            verdict(domain, share.low, share.high),
        )
        for share, domain in known
    )


def verdict(domain: Domain, low: float | None, high: float | None) -> str:
    """Say what an interval (percent) tells of the published figure; without an interval, nothing.

    "More than a quarter" is an inequality: an interval above 25 is compatible, one under it is below, one
    astride cannot tell. A figure counts as all the values that round to it.

    >>> verdict(BY_KEY["acces_numerique"], 26.0, 31.0), verdict(BY_KEY["acces_numerique"], 22.0, 28.0)
    ('compatible', 'cannot_tell')
    """
    if low is None or high is None:
        return CANNOT_TELL
    least = domain.published_share - domain.published_rounding
    most = domain.published_share + domain.published_rounding
    if domain.published_relation == "more":
        return COMPATIBLE if low > least else BELOW if high <= most else CANNOT_TELL
    if domain.published_relation == "less":
        return COMPATIBLE if high < most else ABOVE if low >= least else CANNOT_TELL
    if low > most:
        return ABOVE
    if high < least:
        return BELOW
    return COMPATIBLE if high - low <= WIDEST else CANNOT_TELL
