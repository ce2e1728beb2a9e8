"""Rendered how-to videos: a small world whose steps are seen, told, or both, with exact answers."""

from mutualsl.data.synthetic.assets import make_assets
from mutualsl.data.synthetic.dataset import write_dataset
from mutualsl.data.synthetic.questions import questions_of
from mutualsl.data.synthetic.render import render_frames, subtitles_of
from mutualsl.data.synthetic.script import Script
from mutualsl.data.synthetic.staging import make_script

__all__ = [
    "Script",
    "make_assets",
    "make_script",
    "questions_of",
    "render_frames",
    "subtitles_of",
    "write_dataset",
]
