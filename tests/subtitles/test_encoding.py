import codecs

import pytest

from mutualsl.errors import SubtitleError
from mutualsl.subtitles import parse_subtitles

CHINESE = ["把水倒进锅里，盖上盖子。", "然后关火", "谢谢大家！"]
TAIWANESE = ["把水倒進鍋裡，蓋上蓋子。", "然後關火", "謝謝大家！"]
JAPANESE = ["水を鍋に入れます。", "火を止めてください", "わしは平気だ"]
FRENCH = ["Ouvrez le capot", "L’huile est à côté — ça va ?", "crème brûlée…"]
GERMAN = ["Die Größe prüfen", "Über dem Öl", "fertig"]
ENGLISH = ["Don’t “move” it", "plain", "wait—what"]
SPANISH = ["¿Dónde está la llave?", "Mañana será más fácil", "¡Listo!"]
SWEDISH = ["Häll långsamt i vattnet", "Täck över den", "Sätt på ugnen"]
ITALIAN = ["Perché? È più semplice così", "La teglia è calda", "Può bastare metà"]
POLISH = ["Dodajemy łyżeczkę soli", "Przykryjcie je ściereczką", "Cześć, już gotowe"]
CZECH = ["Přidejte lžičku soli", "Těsto hněteme deset minut", "Děkuji, na shledanou"]
HUNGARIAN = ["Kapcsoljuk be a sütőt", "Várjunk, amíg megkel", "Őrölt bors és egy űrlap"]
TURKISH = ["Şimdi hamuru yoğuruyoruz", "Üzerini örtün", "İzlediğiniz için teşekkürler"]
LITHUANIAN = ["Įdėkite šaukštelį druskos", "Uždenkite rankšluosčiu", "Ačiū, kad žiūrėjote"]
GREEK = ["Προσθέστε το αλάτι", "Ανακατέψτε με τα χέρια", "Μην ανοίξετε την πόρτα"]
HEBREW = ["עכשיו מרימים את המכונית", "מהדקים את הברגים", "תודה שצפיתם"]
ARABIC = ["أولا نغسل الأرز جيدا", "ثم نضع القدر على النار", "هل هو جاهز؟ نعم"]
THAI = ["ตั้งกระทะให้ร้อน", "ใส่ข้าวลงไปคลุกให้เข้ากัน", "ขอบคุณที่รับชม"]
RUSSIAN = ["Поставьте кастрюлю на огонь", "Осторожно, горячо", "Что дальше?"]
LOUD = ["ОСТОРОЖНО, ГОРЯЧО", "ЧТО ДАЛЬШЕ?", "НАЛЕЙТЕ ВОДЫ В ЧАШКУ"]
SHORT = ["好", "是的", "不"]


def srt(texts):
    return "".join(
        f"{i}\r\n00:00:{i:02},000 --> 00:00:{i + 1:02},000\r\n{text}\r\n\r\n"
        for i, text in enumerate(texts, start=1)
    )


@pytest.mark.parametrize(
    ("encoding", "texts", "reported"),
    [
        ("utf-8", CHINESE, "utf-8"),
        ("utf-8-sig", FRENCH, "utf-8"),
        ("utf-16", JAPANESE, "utf-16-le"),
        ("utf-16-le", ENGLISH, "utf-16-le"),
        ("utf-16-be", CHINESE, "utf-16-be"),
        ("cp1252", FRENCH, "cp1252"),
        ("cp1252", GERMAN, "cp1252"),
        ("cp1252", ENGLISH, "cp1252"),
        ("cp1252", ["Don´t open it"], "cp1252"),
        ("cp1252", ["Björk æøå"], "cp1252"),
        ("cp1251", ["что как где", "Налейте"], "cp1251"),
        ("cp1251", ["ещё и ещё"], "cp1251"),
        ("cp1251", ["Це є", "Де ти є?"], "cp1251"),
        ("cp1251", ["Да, я тут"], "cp1251"),
        ("gbk", CHINESE, "gbk"),
        ("gbk", SHORT, "gbk"),
        ("big5", TAIWANESE, "big5"),
        ("big5", SHORT, "big5"),
        ("shift_jis", JAPANESE, "shift_jis"),
        ("cp1251", ["Налейте воды", "Привет", "Что это?"], "cp1251"),
        ("cp1252", SPANISH, "cp1252"),
        ("cp1252", SWEDISH, "cp1252"),
        ("cp1252", ITALIAN, "cp1252"),
        ("cp1252", ["a crêpe pan", "smørrebrød", "25°C, ½ cup, 10 µm", "1º paso"], "cp1252"),
        ("cp1250", POLISH, "cp1250"),
        ("cp1250", CZECH, "cp1250"),
        ("cp1250", HUNGARIAN, "cp1250"),
        ("iso8859_2", POLISH, "iso8859_2"),
        ("iso8859_2", CZECH, "iso8859_2"),
        ("cp1254", TURKISH, "cp1254"),
        ("cp1257", LITHUANIAN, "cp1257"),
        ("cp1253", GREEK, "cp1253"),
        ("cp1253", [text.upper() for text in GREEK], "cp1253"),
        ("cp1255", HEBREW, "cp1255"),
        ("cp1256", ARABIC, "cp1256"),
        ("cp874", THAI, "cp874"),
        ("koi8_r", RUSSIAN, "koi8_u"),
        ("cp866", RUSSIAN, "cp866"),
        ("cp1251", LOUD, "cp1251"),
        ("cp866", LOUD, "cp866"),
        ("euc_jp", JAPANESE, "euc_jp"),
        ("cp949", ["물을 붓고 뚜껑을 닫으세요", "감사합니다"], "euc_kr"),
    ],
)
def test_short_files_in_every_encoding_come_out_right(encoding, texts, reported):
    subtitles = parse_subtitles(srt(texts).encode(encoding), "cues.srt")
    assert [cue.text for cue in subtitles] == texts
    assert subtitles.encoding == reported


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_utf16_with_either_byte_order_mark(mark):
    encoding = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    subtitles = parse_subtitles(mark + srt(TAIWANESE).encode(encoding), "cues.srt")
    assert [cue.text for cue in subtitles] == TAIWANESE


def test_a_guessed_encoding_is_reported():
    report = parse_subtitles(srt(CHINESE).encode("gbk"), "cues.srt").report
    assert [(repair.kind, repair.count) for repair in report] == [("encoding", 1)]
    assert "gbk" in report[0].detail


def test_one_broken_byte_does_not_turn_utf8_into_mojibake():
    data = srt(CHINESE * 2).encode().replace("水".encode(), b"\xe6\xb0", 1)
    subtitles = parse_subtitles(data, "cues.srt")
    assert subtitles.cues[1].text == CHINESE[1]
    assert subtitles.encoding == "utf-8"
    assert subtitles.report[0].kind == "characters"


def test_bytes_that_are_no_text_are_refused():
    noise = bytes((i * 7919 + i // 256 * 31) % 255 + 1 for i in range(4000))
    with pytest.raises(SubtitleError, match="not recognised|not a text file|no line"):
        parse_subtitles(noise, "cues.srt")


def test_a_stray_byte_in_plain_english_costs_one_character():
    data = srt(["hello", "world"]).encode().replace(b"wor", b"wor\x81")
    subtitles = parse_subtitles(data, "cues.srt")
    assert [cue.text for cue in subtitles] == ["hello", "wor\ufffdld"]
