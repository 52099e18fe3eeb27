"""The geometry of the pictures: pure functions from counts, rates and days to what the templates draw.

Every picture has its figures in a table and its message in words, and is told apart without colour.
"""

from rollbook.ui.charts.bars import PROGRESS_PARTS, Bar, Part, RateBar, bars, progress, rate_bars
from rollbook.ui.charts.dots import Dot, DotChart, Marker, dot_chart
from rollbook.ui.charts.lines import Line, LineChart, Point, Series, Tick, line_chart
from rollbook.ui.charts.strip import Cell, HalfDay, Run, Week, YearStrip, year_strip

__all__ = [
    "PROGRESS_PARTS",
    "Bar",
    "Cell",
    "Dot",
    "DotChart",
    "HalfDay",
    "Line",
    "LineChart",
    "Marker",
    "Part",
    "Point",
    "RateBar",
    "Run",
    "Series",
    "Tick",
    "Week",
    "YearStrip",
    "bars",
    "dot_chart",
    "line_chart",
    "progress",
    "rate_bars",
    "year_strip",
]
