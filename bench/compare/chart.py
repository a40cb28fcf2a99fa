"""Curves of what grows, as SVG without anything to draw it with: both axes are logarithmic."""

import math
import statistics

from compare.report import duration

WIDTH, HEIGHT = 560, 340
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 50
COLOURS = {1: "#b3541e", 1_000: "#1e5ab3"}


def draw(result, date, folder):
    """Draws a case whose models differ in a number. Gives the files, of which there are none for other cases."""
    kind = result.case.name.removeprefix("growth-")
    if kind == result.case.name:
        return []
    curves = {n_rows: curve(result, kind, n_rows) for n_rows, _ in result.case.calls}
    curves = {n_rows: points for n_rows, points in curves.items() if len(points) > 1}
    if not curves:
        return []
    path = folder / f"{date}-{result.case.name}.svg"
    path.write_text(svg(kind, result.case.title, curves), encoding="utf-8")
    return [path]


def curve(result, kind, n_rows):
    """Sizes, and the seconds that a row takes in calls of so many."""
    points = []
    for (engine, (rows, _)), rounds in result.seconds.items():
        size = engine.removeprefix("propenso, ").removesuffix(f" {kind}")
        # Without a limit there is no place on the axis.
        if rows == n_rows and size.isdigit():
            points.append((int(size), statistics.median(rounds) / n_rows))
    return sorted(points)


def svg(kind, title, curves):
    points = [point for curve in curves.values() for point in curve]
    across = scale([size for size, _ in points], LEFT, WIDTH - RIGHT)
    up = scale([seconds for _, seconds in points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">',
        f"<title>{title}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" fill="none" stroke="#555"/>',
        text(WIDTH / 2, HEIGHT - 10, kind, "middle"),
        text(LEFT, 18, "time of a row", "start"),
    ]
    for size in sorted({size for size, _ in points}):
        parts.append(text(across(size), HEIGHT - BOTTOM + 18, f"{size:,}", "middle"))
    for n_rows, curve in curves.items():
        colour = COLOURS.get(n_rows, "#333")
        line = " ".join(f"{across(size):.1f},{up(seconds):.1f}" for size, seconds in curve)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for size, seconds in curve:
            parts.append(f'<circle cx="{across(size):.1f}" cy="{up(seconds):.1f}" r="3" fill="{colour}"/>')
            parts.append(text(across(size), up(seconds) - 8, duration(seconds), "middle", colour))
        label = "one row a call" if n_rows == 1 else f"{n_rows:,} rows a call"
        place = 150 + 130 * list(curves).index(n_rows)
        parts.append(text(place, 18, label, "start", colour))
    return "\n".join([*parts, "</svg>", ""])


def scale(values, first, last):
    low, high = math.log(min(values)), math.log(max(values))
    span = (high - low) or 1
    return lambda value: first + (math.log(value) - low) / span * (last - first)


def text(x, y, words, anchor, colour="#333"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'
