"""The names of settings: what is read whatever its case, what is a slip, and what only looks like one of ours."""

import re
from collections.abc import Collection, Iterable, Mapping

from shared.recipes.slips import nearest

MODEL = "AZURE_INFERENCE_"
PARTS = ("ENDPOINT", "CREDENTIAL", "SCOPE", "DEPLOYMENT", "MODEL")
"""What can be set of each model, behind `MODEL`; an alias may follow."""

_KINDS = ("AUDIO", "IMAGE")
"""The aliases that take all files of a kind."""

_WITH_ALIAS = re.compile(rf"{MODEL}(?:{'|'.join(PARTS)})_(?!(?:DEFAULT|NAME)$)(?P<alias>\w{{1,64}})", re.ASCII)
_OURS = (MODEL, "MEDIA_STORAGE", "MODEL_CAPABILIT", "DROPSCRIBE_")
_READ_BY_OTHERS = {
    *(f"MEDIA_STORAGE__{each}" for each in ("credential", "tenantId", "clientSecret", "managedIdentityResourceId")),
    "MEDIA_STORAGE__accountName",
    "DROPSCRIBE_HOME",
    "MEDIA_STORAGE_ACCOUNT",
}
"""By the host, the command line and the documentation's commands."""

_OTHER_WORDS = {
    **dict.fromkeys(("KEY", "API_KEY", "TOKEN"), "CREDENTIAL"),
    **dict.fromkeys(("URL", "URI", "BASE_URL"), "ENDPOINT"),
}


def known_names(environ: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """The settings of the environment that are not empty, each under the name by which it is known.

    The host reads them whatever their case, and Windows keeps none. Where one is given twice, the exact name counts.
    """
    exact = {name.casefold(): name for name in known}
    given: dict[str, str] = {}
    for name in sorted(environ, key=lambda name: name in known):
        if value := environ[name].strip():
            upper = name.upper()
            given[exact.get(name.casefold()) or (upper if _WITH_ALIAS.fullmatch(upper) else name)] = value
    return given


def aliases(given: Iterable[str]) -> list[str]:
    """What the names of models' settings end in, each once."""
    return sorted({match["alias"] for match in map(_WITH_ALIAS.fullmatch, given) if match})


def unknown_names(given: Iterable[str], known: Collection[str]) -> dict[str, str | None]:
    """The names that are no settings of ours, each with the setting of which it is a slip, or None."""
    others = sorted(set(given) - set(known) - _READ_BY_OTHERS)
    return {name: _meant(name, known) for name in others if not _WITH_ALIAS.fullmatch(name)}


def notice(names: Iterable[str], known: Collection[str]) -> str | None:
    """A sentence for people about those of the names that begin like our settings; None if none does."""
    told = []
    for name in names:
        word = name.removeprefix("DROPSCRIBE_")
        if other := _OTHER_WORDS.get(name.removeprefix(MODEL)):
            word = f"{MODEL}{other}"
        if name.startswith(_OURS):
            told.append(f"{name} (did you mean {word}?)" if word in known else name)
    return f"These are no settings of the app, and change nothing: {', '.join(told)}." if told else None


def kind_meant(alias: str) -> str | None:
    """The alias of a kind of files of which this one, which no recipe names, is probably a slip; `audio2` is none."""
    meant = nearest(alias.upper(), _KINDS)
    return meant if meant and alias.rstrip("-0123456789").upper() != meant else None


def _meant(name: str, known: Collection[str]) -> str | None:
    """The setting of which this is a slip; the slip may stand before an alias, or be `_DEFAULT` behind the name."""
    if (meant := nearest(name, known)) or "INFER" not in name:
        return meant
    stems = [f"{MODEL}{part}" for part in PARTS]
    for place, letter in enumerate(name):
        if letter == "_" and name[:place] in stems:
            return name[:place]
        if letter == "_" and (stem := nearest(name[:place], stems)):
            return f"{stem}_{name[place + 1 :]}"
    return None
