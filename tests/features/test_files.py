"""Feature rows in files: what is accepted, what is refused and why; nothing is executed."""

import io
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest

from mutualsl.errors import CheckpointError, FeatureError, WeightsMissing
from mutualsl.features.files import fitting, made_of, read_rows, write_rows
from mutualsl.features.missing import MissingEncoder
from mutualsl.features.published import understood
from mutualsl.video import content_hash

I3D = MissingEncoder(name="i3d", fingerprint="i3d-aaaa", row_width=1024, why="no weights here")
MINI = MissingEncoder(name="mini", fingerprint="mini-aaaa", row_width=160, why="no weights here")


def rows(count=3, width=1024, kind=np.float32):
    return np.random.default_rng(0).random((count, width)).astype(kind)


def test_rows_that_were_written_are_read(tmp_path):
    path = tmp_path / "features" / "tea.npz"
    write_rows(path, rows(), "i3d-aaaa")
    read = read_rows(path, I3D)
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, rows().astype(np.float16).astype(np.float32))
    assert [p.name for p in path.parent.iterdir()] == ["tea.npz"]


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_published_rows_are_accepted_as_they_are(tmp_path, kind, order):
    given = np.asarray(rows(kind=kind), order=order)
    np.save(tmp_path / "tea.npy", given)
    np.testing.assert_array_equal(read_rows(tmp_path / "tea.npy", I3D), given.astype(np.float32))
    np.savez(tmp_path / "tea.npz", rows=given)
    np.testing.assert_array_equal(read_rows(tmp_path / "tea.npz", I3D), given.astype(np.float32))
    for name in ("tea.npy", "tea.npz"):
        loud = (tmp_path / name).rename(tmp_path / name.upper())
        np.testing.assert_array_equal(read_rows(loud, I3D), given.astype(np.float32))


def test_rows_of_another_encoder_are_refused(tmp_path):
    path = tmp_path / "tea.npz"
    write_rows(path, rows(), "i3d-bbbb")
    with pytest.raises(CheckpointError, match=r"tea.npz: rows of i3d-bbbb, .* those of i3d-aaaa"):
        read_rows(path, I3D)
    with pytest.raises(CheckpointError, match=r"rows of i3d-bbbb, .* those of mini-aaaa"):
        read_rows(path, MINI)


def test_rows_that_name_no_encoder_are_refused_where_there_are_many(tmp_path):
    np.save(tmp_path / "tea.npy", rows(width=160))
    np.savez(tmp_path / "tea.npz", rows=rows(width=160))
    for name in ("tea.npy", "tea.npz"):
        with pytest.raises(CheckpointError, match="it does not name.*encode --out"):
            read_rows(tmp_path / name, MINI)


@pytest.mark.parametrize(
    ("maker", "fingerprint", "fits"),
    [
        ("i3d-a", "i3d-a", True),
        ("i3d-a", "i3d-b", False),
        ("i3d", "i3d-b", True),  # published rows, a model trained with weights at hand
        ("i3d-a", "i3d", True),  # the other way round
        ("mini-a", "i3d", False),
        ("i3d", "mini-a", False),
        ("mini", "mini-a", False),
    ],
)
def test_whose_rows_a_model_understands(maker, fingerprint, fits):
    assert understood(maker, fingerprint) is fits


def spoiled(second, column, value):
    made = rows()
    made[second, column] = value
    return made


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (rows(width=1000), r"its shape is \(3, 1000\).*\(seconds, 1024\)"),
        (rows()[0], r"its shape is \(1024,\)"),
        (rows()[None], r"its shape is \(1, 3, 1024\)"),
        (rows(count=0), r"its shape is \(0, 1024\)"),
        (spoiled(2, 7, np.nan), "row 2, column 7 is nan"),
        (spoiled(1, 0, np.inf), "row 1, column 0 is inf"),
        (rows().astype(np.int32), "int32, not floating-point"),
        (rows().astype(np.complex64), "complex64, not floating-point"),
        (np.array(["a"]), "<U1, not floating-point"),
    ],
)
@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_other_arrays_are_refused(tmp_path, given, message, suffix):
    path = tmp_path / f"tea.{suffix}"
    np.save(path, given) if suffix == "npy" else np.savez(path, rows=given)
    with pytest.raises(FeatureError, match=rf"tea.{suffix}: no feature rows \(.*{message}"):
        read_rows(path, I3D)


class Harmful:
    def __reduce__(self):
        return pytest.fail, ("unpickled",)


def archive(compression=zipfile.ZIP_STORED, **members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return made.getvalue()


def array(value):
    made = io.BytesIO()
    np.save(made, value, allow_pickle=True)
    return made.getvalue()


def claiming(shape):
    """A file whose header promises far more than it holds."""
    made = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(made, header)
    return made.getvalue() + b"\0" * 64


OBJECTS = array(np.array([Harmful()], dtype=object))
LZMA = archive(compression=zipfile.ZIP_LZMA, rows=array(rows()))
ARCHIVE = archive(rows=array(rows()), fingerprint=array(np.array("i3d-aaaa")))


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        ("npy", b""),
        ("npy", b"not an array"),
        ("npy", array(rows())[:-5]),
        ("npy", pickle.dumps(Harmful())),
        ("npy", OBJECTS),
        ("npy", claiming((10**12, 1024))),
        ("npy", claiming((80_000, 1024))),
        ("npz", b"not an archive"),
        ("npz", ARCHIVE[:-40]),
        ("npz", ARCHIVE.replace(rows().tobytes()[:8], b"12345678")),
        ("npz", LZMA[:300] + bytes(500) + LZMA[800:]),
        ("npz", archive(features=array(rows()))),
        ("npz", archive(rows=OBJECTS)),
        ("npz", archive(rows=claiming((80_000, 1024)))),
        ("npz", archive(rows=array(np.full((20, 1024), 1e30, np.float32)))),
        ("npz", archive(rows=array(np.full((20, 1024), 1e300)))),
        ("npz", archive(rows=array(rows()), fingerprint=OBJECTS)),
        ("npz", archive(rows=array(rows()), fingerprint=array(np.zeros(3)))),
    ],
)
def test_damaged_and_hostile_files_are_refused(tmp_path, suffix, content):
    path = tmp_path / f"tea.{suffix}"
    path.write_bytes(content)
    with pytest.raises(FeatureError, match=rf"tea.{suffix}: no feature rows"):
        read_rows(path, I3D)


def test_many_bad_numbers_take_no_more_memory_than_good_ones(tmp_path):
    path = tmp_path / "tea.npz"
    bad = np.full((5000, 1024), np.nan, np.float16)
    np.savez_compressed(path, rows=bad, fingerprint=np.array("i3d-aaaa"))
    tracemalloc.start()
    try:
        with pytest.raises(FeatureError, match="row 0, column 0 is nan"):
            read_rows(path, I3D)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 5 * bad.nbytes  # as stored, in 32 bits, and a byte for each


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FeatureError, match=r"tea.npy: no feature rows \(No such file"):
        read_rows(tmp_path / "tea.npy", I3D)


def test_rows_fit_the_length_of_their_video():
    made = rows(count=31)
    assert len(fitting(made, 30.2, "tea.npy")) == 31
    assert len(fitting(made, 29.5, "tea.npy")) == 30
    assert len(fitting(made, 33.0, "tea.npy")) == 31
    with pytest.raises(FeatureError, match=r"31 rows, but the video lasts 20 s"):
        fitting(made, 20.0, "tea.npy")
    with pytest.raises(FeatureError, match="another video"):
        fitting(made, 300.0, "tea.npy")


def test_a_missing_encoder_says_what_to_do():
    with pytest.raises(WeightsMissing, match="no weights here"):
        _ = I3D.request
    with pytest.raises(WeightsMissing, match="no weights here"):
        I3D.encode(np.zeros((16, 224, 224, 3), np.uint8))


def test_rows_of_that_very_video_fit_whatever_its_length_says(tmp_path):
    """Its pictures may end before its sound, and a data set may cut it."""
    video, other = tmp_path / "tea.mp4", tmp_path / "milk.mp4"
    video.write_bytes(b"tea"), other.write_bytes(b"milk")
    write_rows(tmp_path / "tea.npz", rows(), "i3d-aaaa", content_hash(video))
    np.save(tmp_path / "tea.npy", rows())
    for name, source, own in (("npz", video, True), ("npz", other, False), ("npy", video, False)):
        assert made_of(tmp_path / f"tea.{name}", source) == own
    given = rows(57)
    with pytest.raises(FeatureError, match="57 rows, but the video lasts 90 s"):
        fitting(given, 90.0, "tea.npz", lambda: False)
    assert fitting(given, 90.0, "tea.npz", lambda: True) is not None
    assert len(fitting(given, 30.0, "tea.npz", lambda: True)) == 30
