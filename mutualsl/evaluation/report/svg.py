"""Plain SVG charts that a Markdown page can show: axes, lines, bands, bars.

They bring their own ground and both colour schemes, so they can be read on light and dark pages.
Lengths are user units, about a pixel each; values are in the units of the panel's ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

Point = tuple[float, float]
Tick = tuple[float, str]  # value and what stands there

# The colours of the page, so that a predictor looks the same everywhere.
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #171d2b }
.ground { fill: #ffffff }
.quiet { fill: #545e72 }
.small { font-size: 9px }
.grid { stroke: #dbe0ea }
.diagonal { stroke: #545e72; stroke-dasharray: 4 4 }
.visual { --head: #0b7285 }
.textual { --head: #a84a04 }
.answer { --head: #4f46e5 }
.fill { fill: var(--head) }
.band { fill: var(--head); opacity: 0.18 }
.dot { fill: var(--head); opacity: 0.55 }
.line { fill: none; stroke: var(--head); stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #e8ecf4 }
  .ground { fill: #151b26 }
  .quiet { fill: #a3aec2 }
  .grid { stroke: #2a3344 }
  .diagonal { stroke: #a3aec2 }
  .visual { --head: #4fd1e5 }
  .textual { --head: #f7b955 }
  .answer { --head: #a5b4fc }
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """A rectangle with its own axes; `head` (visual, textual, answer) chooses the colour."""

    left: float
    top: float
    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x(self, value: float) -> float:
        """Where a value lies from left to right."""
        low, high = self.x_range
        return self.left + self.width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """Where a value lies from top to bottom; larger ones are higher up."""
        low, high = self.y_range
        return self.top + self.height * (high - value) / (high - low)

    def axes(self, x_ticks: Sequence[Tick], y_ticks: Sequence[Tick], x_label: str) -> list[str]:
        """Grid lines and ticks, and what the x axis shows; the title says what the y axis does."""
        right, bottom = self.left + self.width, self.top + self.height
        parts = []
        for value, shown in y_ticks:
            y = self.y(value)
            parts.append(_line((self.left, y), (right, y), "grid"))
            parts.append(text(self.left - 6, y + 4, shown, "quiet", "end"))
        for value, shown in x_ticks:
            parts.append(text(self.x(value), bottom + 16, shown, "quiet", "middle"))
        middle = self.left + self.width / 2
        parts.append(text(middle, bottom + 34, x_label, "quiet", "middle"))
        return parts

    def bar(self, head: str, x_from: float, x_to: float, value: float, tip: str) -> str:
        """A bar from 0 to `value`; `tip` shows under the pointer where the SVG stands alone."""
        left, top = self.x(x_from) + 1, self.y(value)
        return (
            f'<rect class="{head} fill" x="{left:.1f}" y="{top:.1f}" '
            f'width="{self.x(x_to) - left - 1:.1f}" height="{self.y(0) - top:.1f}">'
            f"<title>{escape(tip)}</title></rect>"
        )

    def line(self, head: str, points: Iterable[Point]) -> str:
        """A line through points, dots on them."""
        placed = [(self.x(x), self.y(y)) for x, y in points]
        dots = "".join(
            f'<circle class="{head} fill" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in placed
        )
        return f'<polyline class="{head} line" points="{_joined(placed)}"/>{dots}'

    def dot(self, head: str, x: float, y: float, radius: float, tip: str) -> str:
        """A see-through dot with a tip."""
        place = f'cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{radius:.1f}"'
        return f'<circle class="{head} dot" {place}><title>{escape(tip)}</title></circle>'

    def band(self, head: str, low: Sequence[Point], high: Sequence[Point]) -> str:
        """The area between two lines."""
        around = [(self.x(x), self.y(y)) for x, y in (*low, *reversed(high))]
        return f'<polygon class="{head} band" points="{_joined(around)}"/>'

    def diagonal(self) -> str:
        """Where both axes have the same value."""
        low, high = max(self.x_range[0], self.y_range[0]), min(self.x_range[1], self.y_range[1])
        return _line((self.x(low), self.y(low)), (self.x(high), self.y(high)), "diagonal")


def document(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """A whole SVG file; `title` is what a screen reader says."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{_quoted(title)}">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        f'<rect class="ground" width="100%" height="100%" rx="8"/>\n{body}\n</svg>\n'
    )


def without_style(chart: str) -> str:
    """A chart of `document` for a page that has styles for its classes."""
    return chart.replace(f"<style>{_STYLE}</style>", "")


def text(x: float, y: float, shown: str, kind: str = "", anchor: str = "start") -> str:
    """One line of text; `anchor` is start, middle or end."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{escape(shown)}</text>'


def _line(start: Point, end: Point, kind: str) -> str:
    return (
        f'<line class="{kind}" x1="{start[0]:.1f}" y1="{start[1]:.1f}" '
        f'x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>'
    )


def _joined(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _quoted(shown: str) -> str:
    return escape(shown, {'"': "&quot;"})
