from types import SimpleNamespace

from mutualsl.ui.tracks import track_choices
from mutualsl.video import TextTrack


def test_tracks_are_named_by_what_the_file_says_of_them():
    def track(language=None, title=None):
        return TextTrack(index=7, codec="subrip", language=language, title=title)

    tracks = (track("eng", "Commentary"), track("ger"), track(title="Signs"), track())
    assert track_choices(SimpleNamespace(text_tracks=tracks)) == [
        ("1: Commentary (eng)", 1),
        ("2: (ger)", 2),
        ("3: Signs", 3),
        ("4: without a name", 4),
    ]
    assert track_choices(None) == []
