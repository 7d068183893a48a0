"""Say a sentence in the reader's language: English is the key, Khmer a catalogue."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.messages.pofile import read_po

ENGLISH = "en"
KHMER = "km"
LANGUAGES = (ENGLISH, KHMER)
MAX_HEADER_CHARACTERS = 200


def preferred(accept_language: str | None) -> str:
    """Choose Khmer or English by an Accept-Language header (RFC 9110, 12.5.4)."""
    wanted = (accept_language or "")[:MAX_HEADER_CHARACTERS].split(",")
    ranked = sorted(
        (_ranked(part) for part in wanted), key=lambda pair: pair[1], reverse=True
    )
    tags = [tag for tag, quality in ranked if quality > 0 and _is_locale(tag)]
    return negotiate_locale(tags, LANGUAGES, sep="-") or ENGLISH


def _ranked(part: str) -> tuple[str, float]:
    tag, _, weight = part.strip().partition(";")
    try:
        quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
    except ValueError:
        quality = 0.0
    return tag.strip(), quality


def _is_locale(tag: str) -> bool:
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True


def say(
    language: str, sentence: str, facts: Mapping[str, str | int] | None = None
) -> str:
    """Fill a sentence with its facts in a language; untranslated stays English."""
    table = khmer() if language == KHMER else {}
    words = {
        name: _word(language, fact) if isinstance(fact, str) else fact
        for name, fact in (facts or {}).items()
    }
    return table.get(sentence, sentence).format_map(words)


def _word(language: str, fact: str) -> str:
    """Say a fact that is a word of ours, as a state's name is; leave any other as it is."""
    if fact not in khmer():
        return fact
    return khmer()[fact] if language == KHMER else fact.replace("_", " ")


@cache
def khmer() -> Mapping[str, str]:
    """Read the Khmer sentences once."""
    source = files("api") / "locale" / "km" / "LC_MESSAGES" / "problems.po"
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=KHMER)
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string
    }
