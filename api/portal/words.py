"""Say a page's sentences in the reader's language: English is the key."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from babel.messages.pofile import read_po

from api.http.language import KHMER, say

Sentences = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Words:
    """The words of one reader; what has no translation stays English."""

    language: str

    def __call__(self, sentence: str, **facts: str | int) -> str:
        """Fill a sentence with its facts."""
        found = khmer().get(sentence) if self.language == KHMER else None
        if found is None:
            return say(self.language, sentence, facts)
        return found[0].format_map(facts)

    def known(self, text: str) -> str:
        """Translate a stored text when it is one we know; never fill its braces."""
        found = khmer().get(text) if self.language == KHMER else None
        return found[0] if found else text

    def count(self, one: str, many: str, number: int) -> str:
        """Fill the sentence that fits a number, which stands in it as ``{n}``."""
        if self.language == KHMER and one in khmer():
            return khmer()[one][-1].format(n=number)
        return (one if number == 1 else many).format(n=number)


@cache
def khmer() -> Sentences:
    """Read the Khmer sentences of the pages once."""
    source = files("api") / "locale" / "km" / "LC_MESSAGES" / "pages.po"
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=KHMER)
    return {
        _first(message.id): tuple(filter(None, _all(message.string)))
        for message in catalogue
        if message.id and any(_all(message.string))
    }


def _all(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(cast("tuple[str, ...]", text))


def _first(text: object) -> str:
    return _all(text)[0]
