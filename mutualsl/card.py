"""The model card of a checkpoint: what the Hub shows, and what it files the model under."""

from __future__ import annotations

import re
from typing import Any

from mutualsl.checkpoint import Checkpoint
from mutualsl.description import UNKNOWN_DATA
from mutualsl.places import VISUAL

PAPER = "https://arxiv.org/abs/2210.14823"
PLACEHOLDER = "OWNER/NAME"  # of a repository that is not known yet
LOADED = re.compile(r'(AnswerLocalizer\.from_pretrained\(")[^"]*("\))')


def model_card(
    checkpoint: Checkpoint,
    about: str = "",
    repo_id: str | None = None,
    **changes: Any,
) -> str:
    """Markdown with front matter.

    Args:
        checkpoint: the model it is about.
        about: a card's text of one's own; of one that has front matter already only `changes` and
            the example's repository are changed.
        repo_id: where it will be, for the example.
        changes: other front matter, in the names of `huggingface_hub.ModelCardData`.
    """
    if about.startswith("---\n"):
        return _changed(about, repo_id, changes)
    text = about.strip() or _about(checkpoint)
    return (
        f"---\n{_front_matter(changes)}\n---\n{text}\n\n{_use(repo_id or PLACEHOLDER, checkpoint)}"
    )


def _changed(card: str, repo_id: str | None, changes: dict[str, Any]) -> str:
    """A whole card, with other front matter, and an example that loads another repository."""
    from huggingface_hub import ModelCard

    if changes:
        found = ModelCard(card, ignore_metadata_errors=True)
        for name, value in changes.items():
            setattr(found.data, name, value)
        card = f"{str(found).rstrip()}\n"
    if repo_id is not None:
        card = LOADED.sub(lambda found: f"{found[1]}{repo_id}{found[2]}", card, count=1)
    return card


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


def _use(repo_id: str, checkpoint: Checkpoint) -> str:
    rows = "`visual/` holds the visual encoder whose rows the model reads. There are no pickles."
    if checkpoint.visual.folder != VISUAL:
        rows = (
            f"The visual encoder is `{checkpoint.visual.encoder}` with its published weights. They "
            "are not part of this repository: they are fetched on first use, or named in "
            "`MUTUALSL_I3D_WEIGHTS`."
        )
    return f"""## Use

```python
from mutualsl import AnswerLocalizer

localizer = AnswerLocalizer.from_pretrained("{repo_id}")
video = localizer.encode_video("video.mp4", "video.srt")
print(localizer.ask(video, "How do I open the jar?").span)
```

{rows}

## Licence and paper

The weights are for research use; the data they were trained on decides. The code is under the \
Apache License 2.0. The method: Weng and Li, [Visual Answer Localization with Cross-Modal Mutual \
Knowledge Transfer]({PAPER}), ICASSP 2023.
"""
