"""The language of a recording, which some services name in English, as BCP 47."""

import re
from typing import Any

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")

_NAMES = (
    "af afrikaans, am amharic, ar arabic, as assamese, az azerbaijani, ba bashkir, be belarusian, bg bulgarian,"
    " bn bengali, bo tibetan, br breton, bs bosnian, ca catalan, cs czech, cy welsh, da danish, de german, el greek,"
    " en english, es spanish, et estonian, eu basque, fa persian, fi finnish, fo faroese, fr french, gl galician,"
    " gu gujarati, ha hausa, haw hawaiian, he hebrew, hi hindi, hr croatian, ht haitian creole, hu hungarian,"
    " hy armenian, id indonesian, is icelandic, it italian, ja japanese, jv javanese, ka georgian, kk kazakh, km khmer,"
    " kn kannada, ko korean, la latin, lb luxembourgish, ln lingala, lo lao, lt lithuanian, lv latvian, mg malagasy,"
    " mi maori, mk macedonian, ml malayalam, mn mongolian, mr marathi, ms malay, mt maltese, my myanmar, ne nepali,"
    " nl dutch, nn nynorsk, no norwegian, oc occitan, pa punjabi, pl polish, ps pashto, pt portuguese, ro romanian,"
    " ru russian, sa sanskrit, sd sindhi, si sinhala, sk slovak, sl slovenian, sn shona, so somali, sq albanian,"
    " sr serbian, su sundanese, sv swedish, sw swahili, ta tamil, te telugu, tg tajik, th thai, tk turkmen, tl tagalog,"
    " tr turkish, tt tatar, uk ukrainian, ur urdu, uz uzbek, vi vietnamese, yi yiddish, yo yoruba, yue cantonese,"
    " zh chinese"
)
_CODES = {name: code for code, _, name in (each.strip().partition(" ") for each in _NAMES.split(","))}
"""The languages that whisper tells apart, by their English names (ISO 639)."""


def language_in(value: Any) -> str | None:
    """The language that a service names, as BCP 47; None where that is no language."""
    if not isinstance(value, str):
        return None
    named = _CODES.get(value.strip().lower())
    return named or (value if _TAG.fullmatch(value) else None)


def primary(language: str) -> str:
    """The language alone, without country and script, as OpenAI's models want it (ISO 639-1)."""
    return language.partition("-")[0].lower()
