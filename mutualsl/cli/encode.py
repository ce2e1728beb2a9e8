"""`mutualsl encode`: videos into the feature cache, so that asking about them is quick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mutualsl.cli.options import DEFAULT_CHECKPOINT, Checkpoint, Device, folder_to_write
from mutualsl.cli.output import progress, say
from mutualsl.errors import WeightsMissing

if TYPE_CHECKING:
    from mutualsl.features import VisualEncoder


def encode(
    videos: Annotated[list[Path], typer.Argument(help="Video files, and folders of them.")],
    checkpoint: Checkpoint = DEFAULT_CHECKPOINT,
    visual: Annotated[
        Path | None,
        typer.Option(help="Visual encoder: folder, file of weights, or i3d; else checkpoint's."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Also write the rows of each here, as <name>.npz; those of the same video and "
            "encoder stay, others are replaced.",
            callback=folder_to_write,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes; else one for each core, with cuda for each GPU."),
    ] = None,
    device: Device = "auto",
) -> int:
    """Read videos ahead of time; a run that was ended goes on where it was."""
    from mutualsl.device import choose_device
    from mutualsl.features import FeatureCache
    from mutualsl.features.fill import Job, fill, usual_workers
    from mutualsl.features.missing import MissingEncoder

    files = list(_files(videos))
    if not files:
        raise typer.BadParameter(f"no video in {', '.join(map(str, videos))}")
    if out is not None:
        _check_names(files)
    chosen = str(choose_device(device))
    encoder, place = _encoder(checkpoint, visual)
    if isinstance(encoder, MissingEncoder):
        raise WeightsMissing(encoder.why)
    cache = FeatureCache()
    job = Job(
        encoder=encoder.name,
        folder=place,
        fingerprint=encoder.fingerprint,
        device=chosen,
        cache=cache,
        out=out,
    )
    before = cache.entries()
    with progress("reading") as report:
        outcomes = fill(
            files,
            job,
            workers=min(workers or usual_workers(chosen), len(files)),
            done=lambda count: report(f"{count} of {len(files)}", count / len(files)),
        )
    for outcome in outcomes:
        if outcome.reason:
            say(outcome.reason)
    counts = Counter(outcome.kind for outcome in outcomes)
    # With --out the rows of this run are kept whatever becomes of the cache.
    dropped = _dropped(before, cache.entries(), counts["made"] if out is None else 0)
    if dropped:
        limit = cache.limit_bytes / 2**30
        say(
            f"{cache.folder} is full ({limit:.3g} GB): {dropped} of the videos in it, the least "
            "recently used, were dropped; keep the rows of each with --out"
        )
    print(
        f"{counts['made']} read, {counts['there']} were there, "
        f"{counts['damaged']} damaged and not kept, {counts['failed']} failed"
    )
    return 2 if counts["failed"] else 0


def _encoder(checkpoint: Path, visual: Path | None) -> tuple[VisualEncoder, Path]:
    """The encoder at `visual`, or else that of the checkpoint, and where its weights are.

    On the CPU: this process asks for its name alone, and its workers encode.
    """
    from mutualsl.features import encoder_at
    from mutualsl.inference import AnswerLocalizer

    if visual is not None:
        return encoder_at(visual), visual
    localizer = AnswerLocalizer.from_pretrained(checkpoint, "cpu")
    return localizer.encoder, localizer.visual_folder


def _dropped(before: set[str], after: set[str], made: int) -> int:
    """How many entries had to make room: of earlier runs, and of the `made` ones of this one."""
    return len(before - after) + max(0, made - len(after - before))


def _check_names(files: Sequence[Path]) -> None:
    """Every video needs a name of its own for its rows."""
    stems = Counter(file.stem for file in files)
    name, count = stems.most_common(1)[0]
    if count > 1:
        raise typer.BadParameter(
            f"--out: {count} of the videos are called {name}; encode them into folders apart"
        )


def _files(given: Sequence[Path]) -> Iterator[Path]:
    """The files named, and the videos in the folders named, at any depth."""
    from mutualsl.video import VIDEO_SUFFIXES

    for path in given:
        if path.is_dir():
            inside = sorted(path.rglob("*"))
            found = (each for each in inside if each.suffix.lower() in VIDEO_SUFFIXES)
            yield from (each for each in found if each.is_file() and each.name[0] != ".")
        else:
            yield path
