"""The reliability diagram of a model card, as SVG: what probabilities said against what was right.

The audit report draws its own, of audited rows, inside its page; a card is Markdown, which shows pictures beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

SIDE = 300
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def reliability_diagram(points: Sequence[tuple[float, float, int]]) -> str:
    """Draw (stated probability, share of right ones, texts) in a unit square whose diagonal is where both are equal.

    Source: DeGroot and Fienberg, The Comparison and Evaluation of Forecasters, The Statistician 32 (1983).

    >>> "<circle cx=\\"150.0\\" cy=\\"75.0\\"" in reliability_diagram([(0.5, 0.75, 12)])
    True
    """
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-62 -12 382 358" width="382" height="358" '
        'font-family="sans-serif" role="img" aria-label="Fiabilité : probabilité annoncée et part de justes">',
        '<rect x="-62" y="-12" width="382" height="358" fill="#fff"/>',
        f'<rect width="{SIDE}" height="{SIDE}" fill="none" stroke="#d9d9d9"/>',
        f'<line x1="0" y1="{SIDE}" x2="{SIDE}" y2="0" stroke="#767676" stroke-dasharray="4 4"/>',
        *map(_tick, _TICKS),
        *(_point(*point) for point in points),
        f'<text x="{SIDE / 2:.0f}" y="338" font-size="13" text-anchor="middle">probabilité annoncée</text>',
        '<text x="-48" y="150" font-size="13" text-anchor="middle" transform="rotate(-90 -48 150)">'
        "part de justes</text>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _tick(value: float) -> str:
    written, style = _decimal(value), 'font-size="12" fill="#5a5a5a"'
    return (
        f'<text x="{SIDE * value:.0f}" y="316" {style} text-anchor="middle">{written}</text>'
        f'<text x="-6" y="{SIDE * (1 - value) + 4:.0f}" {style} text-anchor="end">{written}</text>'
    )


def _point(stated: float, right: float, texts: int) -> str:
    return (
        f'<circle cx="{SIDE * stated:.1f}" cy="{SIDE * (1 - right):.1f}" r="5" fill="#0072B2">'
        f"<title>{_decimal(round(stated, 3))} → {_decimal(round(right, 3))} ({texts})</title></circle>"
    )


def _decimal(value: float) -> str:
    return f"{value:g}".replace(".", ",")
