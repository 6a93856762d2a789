"""
Charts as shapes: numbers in, coordinates of an SVG out; templates draw them, the style sheet colours them.

Drawn by the server, they need no script and no inline style, follow the colours of the page, and print. Every chart
stands beside its table, which is what a screen reader reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: A funnel's blocks and the slopes between them, in units of its view box.
_BLOCK, _SLOPE = 61.0, 39.0


@dataclass(frozen=True, slots=True)
class Shape:
    """One path: d as SVG has it, css what colours it."""

    d: str
    css: str


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    css: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing of width x height units, stretched to its frame."""

    width: float
    height: float
    shapes: Sequence[Shape] = ()
    bars: Sequence[Bar] = ()
    points: str = ""
    grid: Sequence[float] = ()


def funnel(counts: Sequence[int], *, height: float = 150) -> Plot:
    """A block for each count, the tallest the full height, with a slope down to the next."""
    top = max(counts, default=0) or 1
    levels = [height * (1 - count / top) for count in counts]
    shapes = []
    for number, level in enumerate(levels):
        left = number * (_BLOCK + _SLOPE)
        right = left + _BLOCK
        shapes.append(Shape(f"M{left:.1f},{level:.1f}H{right:.1f}V{height:g}H{left:.1f}Z", "c1"))
        if number + 1 < len(levels):
            after, end, middle = levels[number + 1], right + _SLOPE, right + _SLOPE / 2
            curve = f"C{middle:.1f},{level:.1f} {middle:.1f},{after:.1f} {end:.1f},{after:.1f}"
            shapes.append(Shape(f"M{right:.1f},{level:.1f}{curve}V{height:g}H{right:.1f}Z", "c3"))
    return Plot(max(len(counts) * (_BLOCK + _SLOPE) - _SLOPE, 1), height, shapes=shapes)


def histogram(counts: Sequence[int], *, strong: int, height: float = 160) -> Plot:
    """A bar for each count; the first few are the good ones."""
    top = max(counts, default=0) or 1
    bars = [
        Bar(
            number * 100 + 14,
            height - (tall := (height - 10) * count / top),
            72,
            tall,
            "c1" if number < strong else "c0",
        )
        for number, count in enumerate(counts)
    ]
    return Plot(max(len(counts), 1) * 100, height, bars=bars, grid=[height * part / 4 for part in range(4)])


def line(values: Sequence[float], *, width: float = 600, height: float = 140) -> Plot:
    """One line from left to right, with its zero at the bottom."""
    top = max(values, default=0) or 1
    step = width / max(len(values) - 1, 1)
    points = " ".join(
        f"{number * step:.1f},{height - (height - 10) * value / top:.1f}" for number, value in enumerate(values)
    )
    return Plot(width, height, points=points, grid=[height * part / 4 for part in range(4)])
