"""Names that programs may take for options, addresses, patterns or commands. What they name is good."""

from tests.corpus.ingredients import SIGN_WORDS, SPOKEN_WORDS, saved, sign, speech
from tests.corpus.made import Made
from tests.corpus.writers.riff import wav

_OF_SOUNDS = (
    "-i.wav",
    "-f lavfi -i anullsrc -t 9.wav",
    "|cat.wav",
    "concat:a|b.wav",
    "pipe:0.wav",
    "data:audio,AAAA.wav",
    "cache:x.wav",
    "crypto:x.wav",
    "subfile,,start,0,end,9,,:x.wav",
    "tee:a.wav|b.wav",
    "sound%03d.wav",
)
_OF_PICTURES = (
    "http:evil.png",
    "file:picture.png",
    "msl:picture.png",
    "@picture.png",
    "picture.png[0]",
    "picture*.png",
    "--help.png",
    "-",
    "$(touch x).png",
    "`touch x`.png",
    "; touch x.png",
    "%PATH%.png",
    "a&b=c.png",
    'it\'s "quoted".png',
    "two\nlines.png",
    "a\ttab.png",
    " blank first.png",
    "a?b#c.png",
    "a%2Fb.png",
    "..%2F..%2Fb.png",
    "..picture.png",
    "CON.png",
    "umlaut \u00e4 and a\u0308.png",
    "smile \U0001f600.png",
    "from right \u202egnp.exe",
    "line\u2028separator.png",
    "<img src=x onerror=alert(1)>.png",
    "{{ 7 * 7 }}.png",
    "=cmd()|.png",
    "null\u2400.png",
    "l" * 240 + ".png",
    "\u00e9" * 500 + ".png",
)

NAMES = (
    *(Made(name, "audio", lambda: wav(speech()), SPOKEN_WORDS) for name in _OF_SOUNDS),
    *(Made(name, "image", lambda: saved(sign(), "PNG"), SIGN_WORDS) for name in _OF_PICTURES),
)
