"""The model card of a checkpoint: what the Hub shows, and what it files the model under."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mutualsl.checkpoint import Checkpoint
from mutualsl.description import UNKNOWN_DATA
from mutualsl.places import VISUAL

if TYPE_CHECKING:
    from huggingface_hub import CardData, ModelCardData

PAPER = "https://arxiv.org/abs/2210.14823"
OTHER, RESEARCH_USE = "other", "research-use"  # licence that the Hub does not know, and its name
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
    data = _front_matter(changes)
    text = about.strip() or _about(checkpoint)
    use = _use(repo_id or PLACEHOLDER, checkpoint, _terms(data))
    return f"---\n{data.to_yaml()}\n---\n{text}\n\n{use}"


def _changed(card: str, repo_id: str | None, changes: dict[str, Any]) -> str:
    """A whole card, with other front matter, and an example that loads another repository."""
    from huggingface_hub import ModelCard

    if changes:
        found = ModelCard(card, ignore_metadata_errors=True)
        before = _terms(found.data)
        _change(found.data, changes)
        found.text = found.text.replace(before, _terms(found.data), 1)
        card = f"{str(found).rstrip()}\n"
    if repo_id is not None:
        card = LOADED.sub(lambda found: f"{found[1]}{repo_id}{found[2]}", card, count=1)
    return card


def _front_matter(changes: dict[str, Any]) -> ModelCardData:
    from huggingface_hub import ModelCardData  # takes long to import

    data = ModelCardData(
        library_name="mutualsl",
        pipeline_tag="video-text-to-text",
        license=OTHER,
        license_name=RESEARCH_USE,
        tags=["mutualsl", "visual-answer-localization", "video-moment-retrieval", "subtitles"],
    )
    _change(data, changes)
    return data


def _change(data: CardData, changes: dict[str, Any]) -> None:
    """Put in `changes`; a licence that the Hub knows has no name and no link beside it."""
    for name, value in changes.items():
        setattr(data, name, value)
    if data.get("license", OTHER) != OTHER:
        data["license_name"] = data["license_link"] = None


def _terms(data: CardData) -> str:
    """What the front matter says of the licence, as a sentence."""
    known = data.get("license", OTHER)
    name = data.get("license_name", RESEARCH_USE) if known == OTHER else known
    if name == RESEARCH_USE:
        return "The weights are for research use; the data they were trained on decides."
    return f"The licence of the weights is `{name}`."


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


def _use(repo_id: str, checkpoint: Checkpoint, terms: str) -> str:
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

{terms} The code is under the Apache License 2.0. The method: Weng and Li, [Visual Answer \
Localization with Cross-Modal Mutual Knowledge Transfer]({PAPER}), ICASSP 2023.
"""
