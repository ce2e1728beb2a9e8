"""The look: Gradio's base theme with system fonts; everything of ours is in style.css."""

from __future__ import annotations

import gradio as gr

_SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
_QUIET, _QUIET_DARK = "#545e72", "#a3aec2"  # --quiet of style.css
_MONO = ("ui-monospace", "SF Mono", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """A calm theme that needs no font from the network."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.indigo,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_lg,
        font=_SANS,
        font_mono=_MONO,
    ).set(
        body_background_fill="#f6f7fb",
        body_background_fill_dark="#0d1119",
        block_border_width="1px",
        block_background_fill="#ffffff",
        block_background_fill_dark="#151b26",
        body_text_color_subdued=_QUIET,
        body_text_color_subdued_dark=_QUIET_DARK,
        input_placeholder_color=_QUIET,
        input_placeholder_color_dark=_QUIET_DARK,
        button_primary_background_fill="#4f46e5",
        button_primary_background_fill_dark="#4f46e5",
        button_primary_background_fill_hover="#4338ca",
        button_primary_background_fill_hover_dark="#4338ca",
        button_primary_text_color="#ffffff",
    )
