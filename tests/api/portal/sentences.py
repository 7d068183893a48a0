"""Find every sentence the pages say, for the test that all of them have their Khmer."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from api.portal import errors, refusals
from ledger.errors import Refusal

PORTAL = Path(errors.__file__).parent
CATALOGUE = PORTAL.parent / "locale" / "km" / "LC_MESSAGES" / "pages.po"
IN_TEMPLATES = {"_": None, "many": (1, 2)}
IN_CODE = {"words": None, "count": (1, 2)}

Said = tuple[str, ...]


def said() -> set[Said]:
    """Every sentence of templates and code: one form, or one for one and one for many."""
    return {*_in_templates(), *_in_code(), *_in_refusals()}


def _in_templates() -> Iterator[Said]:
    for file in sorted((PORTAL / "templates").glob("*.html")):
        stream = io.BytesIO(file.read_bytes())
        yield from _forms(extract("jinja2.ext:babel_extract", stream, IN_TEMPLATES))


def _in_code() -> Iterator[Said]:
    for file in sorted(PORTAL.rglob("*.py")):
        stream = io.BytesIO(file.read_bytes())
        yield from _forms(extract("python", stream, IN_CODE))


def _in_refusals() -> Iterator[Said]:
    yield from ((one,) for one in refusals.SENTENCES.values())
    yield from ((one,) for one in refusals.LABELS.values())
    for thing in vars(errors).values():
        own = isinstance(thing, type) and thing.__module__ == errors.__name__
        if own and issubclass(thing, Refusal):
            yield (thing.message,)


def _forms(found: Iterator[tuple[int, object, list[str], object]]) -> Iterator[Said]:
    for _, message, _, _ in found:
        yield _tuple(message)


def translated() -> dict[Said, Said]:
    """The catalogue: each sentence with its Khmer."""
    return {_tuple(one.id): _tuple(one.string) for one in _catalogue() if one.id}


def stored() -> set[Said]:
    """What the catalogue marks as no page's own: names of accounts, provinces, laws."""
    return {
        _tuple(one.id) for one in _catalogue() if "stored text" in one.auto_comments
    }


def _catalogue() -> Catalog:
    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale="km")


def _tuple(text: object) -> Said:
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]  # as above
