"""Letters of languages that were written in code pages, the most used first.

Of Latin alphabets the letters that ASCII lacks. What is written like a language here needs no line.
"""

CYRILLIC = (
    "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",  # Russian
    "оаинітревсклудмпязьбгчйхжїщшюцєґф",  # Ukrainian
    "аоиентрсвлкдпмзубгчящъжцюхшйфь",  # Bulgarian
    "аоиенртсјвкдулпмзгбчшцжхњћљђфџ",  # Serbian
)
GREEK = ("αοιετσνηυρπκμλςωγδάίόέήύθχφβώξζψϊΐϋΰ",)
HEBREW = ("יוהלארתמשנבעקדחפסםצגןכטזךףץ",)
ARABIC = (
    "اليمونرتبهةعدسفحكقأجشصخطضىذزإغئآءثظؤ،؟",  # Arabic
    "ايرندهومتبسشزكگخفقعجحپلچطصغذثضظئآژءأ،؟",  # Persian
)
THAI = ("านรอกเง่มยลว้ีสตดทัปบคหะจไพขชิแใำ็ู์ุโซึผถืฟณธญภศฉษฝฐฏฮฆฎๆๅฯฤฌฑฒ๊๋",)
WESTERN = (
    "éèàêçôâîûùïœëüæÿ",  # French
    "üäößé",  # German
    "óíáéñúüºª",  # Spanish
    "ãáçéêíóõúâàô",  # Portuguese
    "äåöé",  # Swedish, Finnish
    "åøæéòóô",  # Danish, Norwegian
    "èàùìòé",  # Italian
    "áíðéóúþöæý",  # Icelandic
    "àéíóèòçúïü",  # Catalan
    "éëïöüèêóáíç",  # Dutch
    "ëç",  # Albanian
    "äõöüšž",  # Estonian
)
CENTRAL = (
    "łęąóżśćńź",  # Polish
    "íáéěšýžčřůúňťďó",  # Czech
    "áíčéšžýúťľňďôäóĺŕ",  # Slovak
    "áéöóőíüúű",  # Hungarian
    "ăţşîâ",  # Romanian
    "čšžćđ",  # Croatian, Slovene
)
TURKISH = ("ıüşçöğİâîû",)
BALTIC = (
    "ėšųžįūčąę",  # Lithuanian
    "āīēšūņļžķčģ",  # Latvian
)
