"""Numbers in SVG."""


def svg_number(value: float) -> str:
    """Return a coordinate with at most one decimal, after a point in every language."""
    return f"{value:.1f}".removesuffix(".0")
