"""The names of settings: what is read whatever its case, what is a slip, and what only looks like one of ours."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from shared.recipes.spelling import nearest

MODEL = "AZURE_INFERENCE_"
PARTS = ("ENDPOINT", "CREDENTIAL", "SCOPE", "DEPLOYMENT", "MODEL")
"""What can be set of each model, behind `MODEL`; an alias may follow."""

KINDS = ("AUDIO", "IMAGE")
"""The aliases that take all files of a kind."""

_WITH_ALIAS = re.compile(rf"{MODEL}(?P<part>{'|'.join(PARTS)})_(?P<alias>\w{{1,64}})", re.ASCII)
_NOT_ALIASES = {"DEFAULT", "NAME"}
_OURS = (MODEL, "MEDIA_STORAGE", "MODEL_CAPABILIT", "DROPSCRIBE_")
_OF_THE_HOST = {
    f"MEDIA_STORAGE__{each}"
    for each in ("credential", "tenantId", "clientSecret", "managedIdentityResourceId", "accountName")
}
_ELSEWHERE = {"DROPSCRIBE_HOME", "MEDIA_STORAGE_ACCOUNT"}
"""What the command line and the documentation's commands read."""

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
    found = {match["alias"] for match in map(_WITH_ALIAS.fullmatch, given) if match}
    return sorted(found - _NOT_ALIASES)


def name_problems(given: Iterable[str], known: Collection[str]) -> Iterator[str]:
    """A sentence for each name that is a slip, with the setting that was meant."""
    for name in sorted(given):
        if alias := _WITH_ALIAS.fullmatch(name):
            if alias["alias"] in _NOT_ALIASES:
                yield f"{name} is no setting: did you mean {MODEL}{alias['part']}? (It is the one of model `default`.)"
        elif name not in {*known, *_OF_THE_HOST, *_ELSEWHERE} and (meant := _meant(name, known)):
            yield f"{name} is no setting: did you mean {meant}?"


def unknown_names(given: Iterable[str], known: Collection[str]) -> str | None:
    """A sentence that names what begins like our settings and is none; None if nothing does."""
    others = [
        f"{name} (did you mean {meant}?)" if (meant := _said_otherwise(name, known)) else name
        for name in sorted(given)
        if name.startswith(_OURS) and name not in {*known, *_OF_THE_HOST, *_ELSEWHERE}
        if not _WITH_ALIAS.fullmatch(name)
    ]
    return f"These are no settings of the app, and change nothing: {', '.join(others)}." if others else None


def kind_meant(alias: str) -> str | None:
    """The alias of a kind of files of which this one, which no recipe names, is probably a slip; `audio2` is none."""
    meant = nearest(alias.upper(), KINDS)
    return meant if meant and alias.rstrip("-0123456789").upper() != meant else None


def _meant(name: str, known: Collection[str]) -> str | None:
    """The setting of which this is a slip; the slip may stand before an alias."""
    if (meant := nearest(name, known)) or "INFER" not in name:
        return meant
    stems = [f"{MODEL}{part}" for part in PARTS]
    for place, letter in enumerate(name):
        if letter == "_" and (stem := nearest(name[:place], stems)):
            return f"{stem}_{name[place + 1 :]}"
    return None


def _said_otherwise(name: str, known: Collection[str]) -> str | None:
    """The setting that somebody who knows another product, or azd's parameters, may have meant."""
    word = _OTHER_WORDS.get(name.removeprefix(MODEL))
    inner = name.removeprefix("DROPSCRIBE_")
    return f"{MODEL}{word}" if word else inner if inner in known else nearest(inner, known)
