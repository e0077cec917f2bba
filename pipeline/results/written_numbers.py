"""Numbers as each language writes them."""

from __future__ import annotations


def written(value: float, lang: str, decimals: int = 1, signed: bool = False) -> str:
    """Write a number with the language's decimal mark and a true minus sign.

    >>> written(-3.25, "fr", 1, True), written(0.04, "en", 1, True), written(12345.678, "fr", 0)
    ('−3,2', '0.0', '12\u202f346')
    """
    text = f"{value:+,.{decimals}f}" if signed else f"{value:,.{decimals}f}"
    if not any(digit in "123456789" for digit in text):
        text = text.lstrip("+-")
    text = text.replace("-", "−")
    return text.replace(",", "\u202f").replace(".", ",") if lang == "fr" else text


def grouped(value: int, lang: str) -> str:
    """Write a whole number, its thousands grouped."""
    return written(float(value), lang, 0)


def p_value(p: float | None, lang: str) -> str:
    """Write a p-value as papers do.

    >>> p_value(0.0004, "fr"), p_value(0.0312, "en"), p_value(None, "fr")
    ('p < 0,001', 'p = 0.031', 'p : –')
    """
    if p is None:
        return "p : –" if lang == "fr" else "p: –"
    return f"p < {written(0.001, lang, 3)}" if p < 0.001 else f"p = {written(p, lang, 3)}"
