"""Give who stands on the other side of a movement one spelling, Khmer or Latin."""

import re
import unicodedata
from functools import lru_cache

from risk.statements import Transaction

_CACHED_NAMES = 50_000
_NOT_NAMES = re.compile(r"[\d\u200b-\u200d*#/_.,;:()\[\]|+-]+")
# What a bank writes before a name: how the money travelled, not to whom.
_CHANNELS = re.compile(
    r"^(?:(?:fund |funds |money |mobile |bank |internal )?(?:transfer|trf|tfr|payment|"
    r"paid|received|receive|deposit|sent|send)(?: (?:from|to|by|of))?|from|to|khqr|"
    r"bakong|via)\b(?=.)"
)
_KHMER_CHANNELS = re.compile(
    "^(?:ទទួលប្រាក់ពី|ទទួលពី|ផ្ទេរប្រាក់ទៅ|ផ្ទេរទៅ|ផ្ញើប្រាក់ទៅ|ផ្ញើទៅ|បង់ទៅ|ពី |ទៅ )"
)
_FORMS = re.compile(
    r"\b(?:co|ltd|limited|plc|company|corp|inc|llc|pte|mr|mrs|ms|miss|the)\b"
)
_KHMER_FORMS = re.compile(
    "(?:^|(?<= ))(?:ក្រុមហ៊ុន|សហគ្រាស|ឯ ក|លោកស្រី|លោក|អ្នកស្រី|កញ្ញា)(?= |$)|^ក្រុមហ៊ុន"
)
# Two ways to type one Khmer sign.
_KHMER_SIGNS = (
    ("\u17d2\u178a", "\u17d2\u178f"),
    ("\u17c1\u17b8", "\u17be"),
    ("\u17c1\u17b6", "\u17c4"),
)


def normalise_counterparty(transaction: Transaction) -> str:
    """Return one spelling of who stands on the other side, for counting them."""
    return one_spelling(transaction.counterparty or transaction.reference)


@lru_cache(maxsize=_CACHED_NAMES)
def one_spelling(name: str) -> str:
    """Write a name in lower case, without numbers, channels and forms of company.

    A name that is nothing else keeps its letters, so that it is not lost.
    """
    plain = " ".join(_NOT_NAMES.sub(" ", _one_script(name)).split())
    bare = _KHMER_CHANNELS.sub("", _CHANNELS.sub("", plain)).strip()
    bare = " ".join(_KHMER_FORMS.sub(" ", _FORMS.sub(" ", bare)).split())
    return bare or plain


def _one_script(name: str) -> str:
    if name.isascii():
        return name.lower()
    plain = unicodedata.normalize("NFKC", name).lower()
    for typed, meant in _KHMER_SIGNS:
        plain = plain.replace(typed, meant)
    return plain
