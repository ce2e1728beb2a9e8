"""Stand-ins for `mutualsl.features.fill.encode`, for workers to import."""

import os
import signal

from mutualsl.errors import MutualSLError
from mutualsl.features import fill


def crashing(job, video, digest):
    """A worker that dies at one video."""
    if "crash" in video.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return fill.encode(job, video, digest)


def unforeseen(job, video, digest):
    """An error that nobody has thought of."""
    if "odd" in video.name:
        raise RuntimeError("a tensor of size 3")
    return fill.encode(job, video, digest)


def too_large(job, video, digest):
    """An error that names no file."""
    raise MutualSLError("the memory of cuda:0 is too small for one clip")


def said_device(job, video, digest):
    """Nothing is encoded; the outcome says where it would have been."""
    return (job.device,)
