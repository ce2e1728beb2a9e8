import os

import pytest

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import parse_subtitles, read_subtitles
from mutualsl.subtitles.recognise import MAX_BYTES

VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n"


def test_reads_a_path_with_odd_characters(tmp_path):
    path = tmp_path / "my 'talk' – 日本 #1.vtt"
    path.write_bytes(VTT)
    assert read_subtitles(path).cues[0].text == "hi"
    assert read_subtitles(str(path), 1.5).end_second == 1.5


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(200), "an MP4 or MOV video"),
        (b"\x1aE\xdf\xa3" + bytes(200), "a Matroska or WebM video"),
        (b"RIFF\0\0\0\0AVI LIST", "an AVI video"),
        (b"PK\3\4....", "archive"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (bytes(range(32)) * 40, "not a text file"),
        (b"just a letter to my aunt", "no line holds times"),
        (b"\n \n", "no line holds times"),
    ],
)
def test_other_files_are_refused_by_what_they_are(data, message, tmp_path):
    path = tmp_path / "cues.srt"
    path.write_bytes(data)
    with pytest.raises(SubtitleError, match=f"cues.srt: .*{message}"):
        read_subtitles(path)


def test_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "cues.srt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(SubtitleError, match="20.0 MB is too large"):
        read_subtitles(path)


@pytest.mark.parametrize("name", ["missing.srt", ".", "nul\0.srt", "x" * 300])
def test_unreadable_path(name, tmp_path):
    with pytest.raises(SubtitleError, match="is not a file|does not exist|cannot be opened"):
        read_subtitles(f"{tmp_path}/{name}")


def test_pipes_are_refused_with_what_to_do(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in ("-", tmp_path / "pipe"):
        with pytest.raises(SubtitleError, match=f"{path}: pipes .* are not read; save .* a file"):
            read_subtitles(path)


def test_nul_characters_in_webvtt_are_replaced_as_the_standard_says():
    subtitles = parse_subtitles(VTT.replace(b"hi", b"h\0i"), "cues.vtt")
    assert subtitles.cues[0].text == "h\ufffdi"


def test_subtitles_behave_like_a_sequence_of_cues():
    subtitles = parse_subtitles(VTT, "cues.vtt")
    assert len(subtitles) == 1
    assert list(subtitles) == list(subtitles.cues)
