"""Data sets, by name, and the way from their files to a batch."""

from mutualsl.data import jsonl
from mutualsl.data.batch import Batch, Collator
from mutualsl.data.example import Example, VideoInput
from mutualsl.data.prepare import prepare
from mutualsl.data.tokenizer import TextTokenizer

DATASETS = {
    "jsonl": jsonl.load,
}

__all__ = ["DATASETS", "Batch", "Collator", "Example", "TextTokenizer", "VideoInput", "prepare"]
