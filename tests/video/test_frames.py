import gc
import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mutualsl.errors import VideoError
from mutualsl.video import FrameRequest, probe, read_frames
from mutualsl.video.write import write_video
from tests.video.conftest import gray, make_odd, number_of, read_all, tone


@pytest.mark.parametrize("rate_hz", [5.0, 8.0, 12.5, 30.0])
def test_frame_t_is_what_is_shown_at_t_over_rate(plain, rate_hz):
    frames, reader = read_all(plain, rate_hz=rate_hz)
    assert len(frames) == int(4 * rate_hz)
    shown = [int(t / rate_hz * 12.5 + 1e-6) for t in range(len(frames))]
    assert [number_of(frame) for frame in frames] == shown
    assert reader.read_second == pytest.approx(4.0)
    assert reader.warnings == ()


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_uneven_timestamps(tmp_path, suffix):
    times = [0, 0.1, 0.2, 1.5, 1.6, 3.0]
    path = make_odd(tmp_path / f"vfr{suffix}", [gray(8 * n) for n in range(6)], times)
    frames, _ = read_all(path, rate_hz=10)
    expected = [8 * sum(second <= t / 10 + 1e-6 for second in times) - 8 for t in range(31)]
    assert [number_of(frame) for frame in frames[:31]] == expected


def test_a_late_first_timestamp_is_second_zero(tmp_path):
    times = [5 + n / 10 for n in range(20)]
    path = make_odd(tmp_path / "late.mkv", [gray(2 * n) for n in range(20)], times)
    frames, reader = read_all(path, rate_hz=10)
    assert [number_of(frame) for frame in frames] == list(range(0, 40, 2))
    assert reader.read_second == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_rotation_is_undone(tmp_path, clockwise):
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:24, :32] = 255  # top left as stored
    path = make_odd(
        tmp_path / "turned.mp4", [picture] * 5, [n / 5 for n in range(5)], clockwise=clockwise
    )
    info = probe(path)
    shown = np.rot90(picture, -clockwise // 90)
    assert info.rotation_degree == clockwise
    assert (info.height, info.width) == shown.shape[:2]
    frames, reader = read_all(path, width=info.width, height=info.height)
    assert np.abs(frames[0].astype(int) - shown).mean() < 6


def test_portrait_is_centred_on_black_and_not_stretched(tmp_path):
    write_video(tmp_path / "portrait.mp4", [np.full((160, 80, 3), 255, np.uint8)] * 4, 4)
    frames, _ = read_all(tmp_path / "portrait.mp4", width=160, height=80)
    bright = (frames[0] > 128).all(axis=2)
    assert bright[:, 60:100].all()
    assert bright.sum() == 80 * 40


def test_a_picture_can_fill_the_frame_and_lose_its_sides(tmp_path):
    picture = np.zeros((80, 160, 3), np.uint8)
    picture[:, 60:100] = 255  # white in the middle, black at both sides
    write_video(tmp_path / "wide.mp4", [picture] * 4, 4)
    frames, _ = read_all(tmp_path / "wide.mp4", width=40, height=40, crop=True)
    middle = frames[0][:, 11:29]  # 20 of the 40 columns are white
    assert (middle > 200).all() and (frames[0][:, :8] < 50).all() and (frames[0][:, 32:] < 50).all()
    turned = make_odd(tmp_path / "turned.mp4", [picture] * 2, [0, 0.5], clockwise=90)
    frames, _ = read_all(turned, width=40, height=40, crop=True)
    assert (frames[0][11:29] > 200).all() and (frames[0][:8] < 50).all()


def test_a_sliver_that_would_be_enlarged_without_end_is_refused(tmp_path):
    write_video(tmp_path / "sliver.mp4", [np.zeros((2, 6000, 3), np.uint8)] * 2, 2)
    with pytest.raises(VideoError, match=r"^sliver\.mp4: pictures of 6000x2 are too narrow"):
        read_all(tmp_path / "sliver.mp4", width=224, height=224, crop=True)


def test_pictures_that_would_fill_the_memory_are_refused(tmp_path):
    picture = np.zeros((5000, 10_000, 3), np.uint8)
    make_odd(tmp_path / "huge.mkv", [picture], [0], codec="mjpeg", pixels="yuvj420p")
    with pytest.raises(VideoError, match=r"^huge\.mkv: pictures of 10000x5000 are too large"):
        probe(tmp_path / "huge.mkv")


def test_oblong_pixels_are_shown_square(tmp_path):
    path = make_odd(tmp_path / "wide.mkv", [gray(20)] * 3, [0, 0.5, 1], aspect=2)
    assert (probe(path).width, probe(path).height) == (128, 48)
    frames, _ = read_all(path, width=128, height=96)
    assert (frames[0] > 50).all(axis=2).sum() == 128 * 48


def test_many_chunks_go_through_the_little_shared_memory(plain):
    with read_frames(plain, FrameRequest(rate_hz=30, chunk_frames=3)) as reader:
        chunks = list(reader)
    assert [chunk.first_frame for chunk in chunks] == list(range(0, 120, 3))
    numbers = [number_of(frame) for chunk in chunks for frame in chunk.frames]
    assert numbers == sorted(numbers)


def test_thumbnails_are_jpegs_of_their_second(plain):
    cv2 = pytest.importorskip("cv2")
    _, reader = read_all(plain, rate_hz=2, thumbnail_every_second=1.5, thumbnail_height=30)
    assert [second for second, _ in reader.thumbnails] == [0, 1.5, 3.0]
    for second, jpeg in reader.thumbnails:
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape == (30, 40, 3)
        assert abs(number_of(picture) - int(second * 12.5)) <= 1  # JPEG is not exact


def test_a_picture_that_stays_is_one_thumbnail_in_memory(tmp_path):
    path = make_odd(tmp_path / "slides.mkv", [gray(0), gray(40)], [0, 20])
    _, reader = read_all(path, rate_hz=1)
    first, *_, last_of_first, second = reader.thumbnails
    assert [thumbnail.second for thumbnail in reader.thumbnails] == [0, 5, 10, 15, 20]
    assert last_of_first.jpeg is first.jpeg and second.jpeg != first.jpeg


@pytest.mark.parametrize("height", [2, 32])
def test_a_sliver_makes_no_wide_thumbnails(tmp_path, height):
    cv2 = pytest.importorskip("cv2")
    pictures = [np.full((height, 16_000, 3), 255, np.uint8)] * 2
    options = {"codec": "mjpeg", "pixels": "yuvj420p"}
    path = make_odd(tmp_path / "sliver.mkv", pictures, [0, 5], **options)
    frames, reader = read_all(path, rate_hz=1)
    assert len(frames) == 6
    picture = cv2.imdecode(np.frombuffer(reader.thumbnails[0].jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (90, 360, 3)
    assert picture[44].min() > 100 and picture[:40].max() < 50  # whole, black above


def test_progress_rises_to_one(plain):
    seen = []
    with read_frames(plain, FrameRequest(), seen.append) as reader:
        list(reader)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_single_picture_is_a_video(tmp_path):
    path = write_video(tmp_path / "one.mp4", [gray(10)], 10)
    frames, reader = read_all(path)
    assert [number_of(frame) for frame in frames] == [10]
    assert 0 < reader.read_second <= probe(path).duration_second + 1e-6
    assert len(reader.thumbnails) == 1


def cut_off(path, out, fraction):
    data = path.read_bytes()
    out.write_bytes(data[: int(len(data) * fraction)])
    return out


def test_a_truncated_video_says_how_much_could_be_read(detailed, tmp_path):
    frames, reader = read_all(cut_off(detailed, tmp_path / "cut.mp4", 0.6))
    assert 3 < reader.read_second < 9
    assert len(frames) == pytest.approx(reader.read_second * 8, abs=1)
    assert "cut off or damaged" in reader.warnings[0]
    assert "of 10.0 s" in reader.warnings[0]


def test_less_than_a_second_is_an_error(detailed, tmp_path):
    with pytest.raises(VideoError, match=r"cut\.mp4"):
        read_all(cut_off(detailed, tmp_path / "cut.mp4", 0.05))


def test_flipped_bytes_are_passed_over(detailed, tmp_path):
    data = bytearray(detailed.read_bytes())
    start = data.index(b"mdat") + len(data) // 3
    for position in range(start, start + 6000, 7):
        data[position] ^= 0xFF
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    frames, reader = read_all(damaged)
    assert len(frames) >= 40
    assert reader.warnings


def test_stopping_early_ends_the_worker_and_frees_the_memory(plain):
    gc.collect()
    open_before, children_before = set(os.listdir("/proc/self/fd")), children()
    with read_frames(plain, FrameRequest(rate_hz=30, chunk_frames=2)) as reader:
        next(iter(reader))
        assert children() - children_before
    for _chunk in read_frames(plain, FrameRequest(rate_hz=30, chunk_frames=2)):
        break
    with pytest.raises(RuntimeError), read_frames(plain, FrameRequest()) as reader:
        for _chunk in reader:
            raise RuntimeError("the consumer broke")
    gc.collect()
    assert set(os.listdir("/proc/self/fd")) == open_before
    assert children() == children_before


def children():
    return set(Path("/proc/self/task", str(os.getpid()), "children").read_text().split())


def test_pictures_that_leap_into_next_week_are_not_followed(plain, tmp_path):
    data = bytearray(plain.read_bytes())
    table = data.index(b"stts") + 4  # flags, number of entries, then count and length of each
    data[table + 12 : table + 16] = (0x0FFFFFFF).to_bytes(4, "big")  # five hours each
    path = tmp_path / "leaping.mp4"
    path.write_bytes(data)
    assert probe(path).duration_second == pytest.approx(4.0, abs=0.1)
    frames, _ = read_all(path, rate_hz=1)
    assert len(frames) <= 65


def test_a_rate_of_zero_is_refused(plain):
    with pytest.raises(VideoError, match="above zero"):
        read_frames(plain, FrameRequest(rate_hz=0))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_sound_that_lasts_longer_is_no_damage(tmp_path, suffix):
    path = tmp_path / f"long{suffix}"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=16_000, layout="mono")
        block = av.AudioFrame.from_ndarray(tone(8)[None], format="s16", layout="mono")
        block.sample_rate, block.pts, block.time_base = 16_000, 0, Fraction(1, 16_000)
        packets = [p for n in range(30) for p in video.encode(picture_frame(gray(n)))]
        packets += [*video.encode(None), *sound.encode(block), *sound.encode(None)]
        container.mux(packets)
    assert probe(path).duration_second == pytest.approx(8.0, abs=0.1)
    frames, reader = read_all(path)
    assert (len(frames), reader.warnings) == (24, ())
    assert reader.read_second == pytest.approx(3.0, abs=0.01)


def picture_frame(picture):
    return av.VideoFrame.from_ndarray(picture, format="rgb24")
