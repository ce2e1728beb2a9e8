"""The model card of a checkpoint: what the Hub shows, and what it files the model under."""

from __future__ import annotations

from typing import Any

from mutualsl.checkpoint import Checkpoint
from mutualsl.description import UNKNOWN_DATA

PAPER = "https://arxiv.org/abs/2210.14823"
PLACEHOLDER = "OWNER/NAME"  # of a repository that is not known yet


def model_card(
    checkpoint: Checkpoint,
    about: str = "",
    repo_id: str | None = None,
    **changes: Any,
) -> str:
    """Markdown with front matter.

    Args:
        checkpoint: the model it is about.
        about: a card's text of one's own; one that has front matter already stays as it is.
        repo_id: where it will be, for the example.
        changes: other front matter, in the names of `huggingface_hub.ModelCardData`.
    """
    if about.startswith("---\n"):
        return about
    text = about.strip() or _about(checkpoint)
    return f"---\n{_front_matter(changes)}\n---\n{text}\n\n{_use(repo_id or PLACEHOLDER)}"


def _front_matter(changes: dict[str, Any]) -> str:
    from huggingface_hub import ModelCardData  # takes long to import

    known: dict[str, Any] = {
        "library_name": "mutualsl",
        "pipeline_tag": "video-text-to-text",
        "license": "other",
        "license_name": "research-use",
        "tags": ["mutualsl", "visual-answer-localization", "video-moment-retrieval", "subtitles"],
    }
    return str(ModelCardData(**{**known, **changes}).to_yaml())


def _about(checkpoint: Checkpoint) -> str:
    about = checkpoint.about
    name = about.get("name", checkpoint.name)
    facts = (
        ("Architecture", f"`{checkpoint.name}`"),
        ("Parameters", f"{checkpoint.parameter_count:,}"),
        ("Visual encoder", f"`{checkpoint.visual.fingerprint}`"),
        ("Trained on", about.get("trained_on", UNKNOWN_DATA)),
        ("Recipe", about.get("recipe", "unknown")),
        ("Commit", about.get("commit", "unknown")),
    )
    rows = "\n".join(f"| {fact} | {value} |" for fact, value in facts)
    return (
        f"# {name}\n\nGiven a video, its subtitles and a question, the span of the video that "
        f"answers it.\n\n| | |\n| --- | --- |\n{rows}"
    )


def _use(repo_id: str) -> str:
    return f"""## Use

```python
from mutualsl import AnswerLocalizer

localizer = AnswerLocalizer.from_pretrained("{repo_id}")
video = localizer.encode_video("video.mp4", "video.srt")
print(localizer.ask(video, "How do I open the jar?").span)
```

`visual/` holds the visual encoder whose rows the model reads. There are no pickles.

## Licence and paper

The weights are for research use; the data they were trained on decides. The code is under the \
Apache License 2.0. The method: Weng and Li, [Visual Answer Localization with Cross-Modal Mutual \
Knowledge Transfer]({PAPER}), ICASSP 2023.
"""
