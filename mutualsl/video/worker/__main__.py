"""Run one job and say how it went: started by `mutualsl.video.process` with open descriptors.

python -m mutualsl.video.worker CONNECTION [RING]
"""

import resource
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection

import av

from mutualsl.atomic import DISK_FULL
from mutualsl.errors import SubtitleError, VideoError
from mutualsl.video.worker.channel import Channel
from mutualsl.video.worker.frames import read_frames
from mutualsl.video.worker.probing import probe
from mutualsl.video.worker.remuxing import remux
from mutualsl.video.worker.text_tracks import read_text_track
from mutualsl.video.worker.transcoding import transcode

JOBS: dict[str, Callable[..., object]] = {
    "probe": probe,
    "read_frames": read_frames,
    "read_text_track": read_text_track,
    "remux": remux,
    "transcode": transcode,
}

MEMORY_BYTE = 4 << 30
"""Far above what any sane video needs; a file that wants more fails alone."""


def main(descriptor: str, *ring: str) -> None:
    """Take a job from the connection, run it, and send its result or what went wrong."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, MEMORY_BYTE)
    channel = Channel(Connection(int(descriptor)), *map(int, ring))
    try:
        request = channel.receive()
        job = JOBS[request.pop("job")]
        channel.send("result", value=job(channel, **request))
    except VideoError as error:
        channel.send("error", text=str(error))
    except SubtitleError as error:
        channel.send("subtitle error", text=str(error))
    except (av.error.FFmpegError, MemoryError) as error:
        text = f"{request['path']}: cannot be read any further ({error}); is the file damaged?"
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            text = f"{request['path']}: no room for what is made of it ({error}); free some space"
        channel.send("error", text=text)
    except (EOFError, ConnectionError):
        return  # nobody listens any more
    except Exception as error:
        text = f"{request['path']}: reading failed ({type(error).__name__}: {error})"
        channel.send("error", text=text, traceback=traceback.format_exc())


def _limit(kind: int, most: int) -> None:
    """Allow this process no more; a lower limit stays, and what cannot be set is left as it is."""
    most = min([most, *(n for n in resource.getrlimit(kind) if n != resource.RLIM_INFINITY)])
    with suppress(OSError, ValueError):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
