"""Draw the plots of the model card from its own tables: ``python -m livingstill_training.plots``.

A table is named by a comment ``<!-- table: NAME -->`` above it. Plots are SVG, written beside the
card, the same bytes from the same tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

CARD = Path(str(files("livingstill.network"))) / "weights" / "MODEL_CARD.md"

WIDTH, HEIGHT, MARGIN = 420, 300, 44
COLOURS = {
    "sky": "#2f7fd0",
    "water": "#10a0a8",
    "foliage": "#3a9a3a",
    "foliage or grass": "#9a8a10",
    "right": "#c04040",
}
"""Of lines, readable on white and on black."""

Line = Sequence[tuple[float, float]]


def table(text: str, name: str) -> list[list[str]]:
    """Return the cells of the table ``name`` of a page in Markdown, its header first.

    Raises
    ------
    ValueError
        If the page has no such table.
    """
    found = re.search(rf"<!-- table: {re.escape(name)} -->\n((?:\|.*\n)+)", text)
    if found is None:
        raise ValueError(f"the page has no table called {name}")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].split("\n")]
    return [rows[0], *rows[2:-1]]


def learning_curve(text: str) -> str:
    """Return the SVG of IoU over training steps, the rows of the card that begin with a number."""
    header, *rows = table(text, "learning curve")
    begun = [(re.match(r"[\d,]+", row[0]), row) for row in rows]
    counted = [(float(count[0].replace(",", "")), row) for count, row in begun if count]
    lines = {
        name: [(steps, float(row[header.index(name)])) for steps, row in counted]
        for name in ("sky", "water", "foliage", "foliage or grass")
    }
    last = max(steps for steps, _ in counted)
    return _svg("IoU on 96 held-out photos over training steps", lines, (0, last), (0.4, 1.0))


def calibration(text: str) -> str:
    """Return the SVG of how often what has a probability is right."""
    chance, right = table(text, "calibration")
    line = [(float(a), float(b)) for a, b in zip(chance[1:], right[1:])]
    title = "how often the likeliest class is right, over its probability"
    return _svg(title, {"right": line}, (0, 1), (0, 1), diagonal=True)


def _svg(
    title: str,
    lines: Mapping[str, Line],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    *,
    diagonal: bool = False,
) -> str:
    """Return a line plot; ``diagonal`` draws where y is x."""

    def place(x: float, y: float) -> str:
        across = (x - x_range[0]) / (x_range[1] - x_range[0])
        up = (y - y_range[0]) / (y_range[1] - y_range[0])
        return (
            f"{MARGIN + across * (WIDTH - 2 * MARGIN):.1f},"
            f"{HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN):.1f}"
        )

    def tick(x: float, y: float, shift: str, value: float) -> str:
        left, top = place(x, y).split(",")
        return f'<text x="{left}" y="{top}" {shift} fill="#888">{value:,.4g}</text>'

    def drawn(points: Line, style: str) -> str:
        joined = " ".join(place(x, y) for x, y in points)
        return f'<polyline points="{joined}" fill="none" {style}/>'

    corners = [(x_range[0], y_range[1]), (x_range[0], y_range[0]), (x_range[1], y_range[0])]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="11">',
        f'<text x="{WIDTH / 2:g}" y="18" text-anchor="middle" fill="#888">{title}</text>',
        drawn(corners, 'stroke="#888"'),
    ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = x_range[0] + share * (x_range[1] - x_range[0])
        y = y_range[0] + share * (y_range[1] - y_range[0])
        parts.append(tick(x, y_range[0], 'dy="16" text-anchor="middle"', x))
        parts.append(tick(x_range[0], y, 'dx="-5" dy="4" text-anchor="end"', y))
    if diagonal:
        parts.append(drawn([(0, 0), (1, 1)], 'stroke="#888" stroke-dasharray="4 4"'))
    for row, (name, points) in enumerate(lines.items()):
        parts.append(drawn(points, f'stroke="{COLOURS[name]}" stroke-width="2"'))
        top = MARGIN + 14 * row
        parts.append(
            f'<text x="{WIDTH - MARGIN}" y="{top}" text-anchor="end" '
            f'fill="{COLOURS[name]}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


PLOTS = {"learning_curve.svg": learning_curve, "calibration.svg": calibration}


def main() -> None:
    """Write the plots beside the model card."""
    text = CARD.read_text(encoding="utf-8")
    for name, draw in PLOTS.items():
        (CARD.parent / name).write_text(draw(text), encoding="utf-8")


if __name__ == "__main__":
    main()
