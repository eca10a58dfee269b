# SPDX-License-Identifier: Apache-2.0
"""Draws lines over two logarithmic axes as SVG, legible on light and on dark ground."""
import math
import pathlib
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 84, 150, 44, 58
INK, GRID = "#7f7f7f", "#7f7f7f40"
COLOURS = ("#2f81c7", "#d9822b", "#3a9d5d", "#b65fbf", "#c94f4f", "#8a8a2a")


def label(value):
    """10000 as 10k: what an axis has room for."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


def decades(values):
    """The powers of ten around the values."""
    low = math.floor(math.log10(min(values)) + 1e-9)
    high = math.ceil(math.log10(max(values)) - 1e-9)
    return low, max(high, low + 1)


class Axis:
    def __init__(self, values, start, end):
        self.low, self.high = decades(values)
        self.start, self.end = start, end

    def at(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self):
        return [10.0 ** power for power in range(self.low, self.high + 1)]


def text(x, y, words, anchor="middle", size=13, colour=INK, more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
            f'fill="{colour}"{more}>{escape(words)}</text>')


def line(x1, y1, x2, y2, colour):
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}"/>'


def draw_frame(x_axis, y_axis, title, x_title, y_title):
    parts = [text(LEFT, 24, title, "start", 15)]
    for value in x_axis.ticks():
        x = x_axis.at(value)
        parts += [line(x, TOP, x, HEIGHT - BOTTOM, GRID),
                  text(x, HEIGHT - BOTTOM + 20, label(value))]
    for value in y_axis.ticks():
        y = y_axis.at(value)
        parts += [line(LEFT, y, WIDTH - RIGHT, y, GRID),
                  text(LEFT - 8, y + 4, label(value), "end")]
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts += [text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, x_title),
              text(22, middle, y_title, more=f' transform="rotate(-90 22 {middle:.1f})"')]
    return parts


def spread(places, gap=16):
    """The heights of the names, apart enough to be read, in the order of the lines."""
    heights = {}
    last = -math.inf
    for index, y in sorted(enumerate(places), key=lambda item: item[1]):
        last = heights[index] = max(y, last + gap)
    return [heights[index] for index in range(len(places))]


def draw_line(points, x_axis, y_axis, colour):
    places = [(x_axis.at(x), y_axis.at(y)) for x, y in points]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
            for x, y in places]
    return [f'<path d="M{path}" stroke="{colour}" stroke-width="2.2" fill="none"/>', *dots]


def draw(path, title, x_title, y_title, lines):
    """Writes a plot of `lines`, {name: [(x, y), ...]}, all greater than zero."""
    lines = {name: sorted(points) for name, points in lines.items() if points}
    x_axis = Axis([x for points in lines.values() for x, _ in points], LEFT, WIDTH - RIGHT)
    y_axis = Axis([y for points in lines.values() for _, y in points], HEIGHT - BOTTOM, TOP)
    parts = draw_frame(x_axis, y_axis, title, x_title, y_title)
    heights = spread([y_axis.at(points[-1][1]) for points in lines.values()])
    for index, (name, points) in enumerate(lines.items()):
        colour = COLOURS[index % len(COLOURS)]
        parts += draw_line(points, x_axis, y_axis, colour)
        parts.append(text(x_axis.at(points[-1][0]) + 9, heights[index] + 4, name, "start",
                          13, colour))
    body = "\n".join(parts)
    pathlib.Path(path).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">\n{body}\n</svg>\n')
