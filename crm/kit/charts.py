"""Charts in the colours of the house, the same on the page and on paper: a picture at a data: address."""

import base64
from collections.abc import Mapping, Sequence

import pygal
from pygal.style import Style

FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#4c5a5f",
    foreground_strong="#1d2a2f",
    foreground_subtle="#cdc9be",
    colors=("#3f8886", "#b4531a", "#8fc0b8", "#0a3b3f"),
    font_family=FONT,
    label_font_size=12,
    major_label_font_size=12,
    legend_font_size=12,
    value_font_size=11,
    no_data_font_size=13,
    guide_stroke_dasharray="1,0",
    major_guide_stroke_dasharray="1,0",
    guide_stroke_color="#e4e1d9",
    major_guide_stroke_color="#e4e1d9",
)


def bars(
    labels: Sequence[object], series: Mapping[str, Sequence[float | None]], empty: str, *, wide: bool = False
) -> str:
    """Return a bar chart as a data: address; a value not known (None) is left out, never drawn as 0."""
    chart = pygal.Bar(
        style=STYLE,
        js=(),
        width=980 if wide else 420,
        height=260 if wide else 200,
        show_legend=len(series) > 1,
        legend_at_bottom=True,
        legend_box_size=12,
        y_labels_major_count=4,
        show_minor_y_labels=wide,
        value_formatter=lambda value: f"{value:,.0f}",
        margin=8,
        show_y_guides=True,
        no_data_text=empty,
        print_values=False,
        rounded_bars=2,
    )
    chart.x_labels = [str(label) for label in labels]
    for name, values in series.items():
        chart.add(name, list(values))
    whole = [value for values in series.values() for value in values if isinstance(value, int)]
    if wide and whole:  # counts: no line of the scale stands at half a firm
        step = max(1, -(-max(whole) // 4))
        chart.y_labels = range(0, max(whole) + step, step)
    svg = chart.render(is_unicode=True, disable_xml_declaration=True)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
