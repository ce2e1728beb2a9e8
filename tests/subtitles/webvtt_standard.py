"""The cue times that the WebVTT standard keeps: its parser algorithm, step by step, for tests."""

import re

_TIMESTAMP = re.compile(r"([0-9]+):([0-9]{2})(?::([0-9]{2}))?\.([0-9]{3})(?![0-9])")


def standard_cue_times(text: str) -> list[tuple[float, float]]:
    """Return (start, end) of every cue, in file order, also of those that end too early."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        return []
    times: list[tuple[float, float]] = []
    position = 1
    in_header = position < len(lines) and lines[position] != ""
    while position < len(lines):
        timing, position = _collect_block(lines, position, in_header)
        in_header = False
        if timing:
            times.append(timing)
        while position < len(lines) and lines[position] == "":
            position += 1
    return times


def _collect_block(lines, position, in_header):
    line_count, seen_arrow, timing = 0, False, None
    while position < len(lines):
        line = lines[position]
        line_count += 1
        if "-->" in line:
            if in_header or not (line_count == 1 or (line_count == 2 and not seen_arrow)):
                return timing, position
            seen_arrow = True
            timing = _collect_timings(line)
        elif line == "":
            return timing, position + 1
        position += 1
    return timing, position


def _collect_timings(line):
    line = line.lstrip(" \t\f")
    start, rest = _collect_timestamp(line)
    rest = rest.lstrip(" \t\f")
    if start is None or not rest.startswith("-->"):
        return None
    end, _ = _collect_timestamp(rest[3:].lstrip(" \t\f"))
    return None if end is None else (start, end)


def _collect_timestamp(text):
    match = _TIMESTAMP.match(text)
    if match is None:
        return None, ""
    first, second, third, millisecond = match.groups()
    if third is None and len(first) != 2:
        return None, ""
    hour, minute, second = (first, second, third) if third else ("0", first, second)
    if int(minute) > 59 or int(second) > 59:
        return None, ""
    value = int(hour) * 3600 + int(minute) * 60 + int(second) + int(millisecond) / 1000
    return round(value, 3), text[match.end() :]
