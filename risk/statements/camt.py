"""Read camt.052, camt.053 and camt.054, the ISO 20022 reports.

No document type, no entities, no network, no huge trees; any namespace or none.
"""

from collections.abc import Iterator

from lxml import etree

from risk.statements.camt_report import Report
from risk.statements.errors import (
    StatementCut,
    StatementMalformed,
    StatementOtherFormat,
    StatementTooManyLines,
    StatementUnsafe,
)
from risk.statements.parsed import (
    MAX_LINES,
    ParsedStatement,
    StatedBalance,
    StatementFormat,
)

_REPORTS = ("Stmt", "Rpt", "Ntfctn")


def detect(content: bytes) -> bool:
    """Say whether the bytes are XML, whatever its message."""
    head = content[:512].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head.startswith(b"<") and not head[:512].upper().startswith(b"<OFX")


def read(content: bytes) -> list[ParsedStatement]:
    """Return one statement per account report, in the order of the file."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise StatementUnsafe
    statements: dict[tuple[str, str], ParsedStatement] = {}
    seen = False
    try:
        for report in _reports(content):
            seen = True
            statement = Report(report).read()
            key = (statement.account, statement.currency)
            known = statements.get(key)
            statements[key] = _join(known, statement) if known else statement
    except etree.XMLSyntaxError as error:
        raise _broken(content, error) from error
    if not seen:
        raise StatementOtherFormat
    return list(statements.values())


def _reports(content: bytes) -> Iterator[etree._Element]:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    root = etree.fromstring(content, parser)
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise StatementUnsafe
    yield from root.iter(*(f"{{*}}{name}" for name in _REPORTS))


def _broken(content: bytes, error: etree.XMLSyntaxError) -> Exception:
    line = int(error.lineno or 1)
    tail = content.replace(b"\0", b"").rstrip()[-64:]
    root = b"</" in tail and tail.rpartition(b"</")[2].rpartition(b":")[2]
    return (
        StatementMalformed(line=line)
        if root == b"Document>"
        else StatementCut(line=line)
    )


def _join(known: ParsedStatement, later: ParsedStatement) -> ParsedStatement:
    moved = len(known.transactions)
    if moved + len(later.transactions) > MAX_LINES:
        raise StatementTooManyLines(line=later.line)
    shifted = [
        StatedBalance(moved + item.position, item.amount_minor, item.line)
        for item in later.balances
    ]
    return ParsedStatement(
        StatementFormat.CAMT,
        known.account,
        known.currency,
        known.transactions + later.transactions,
        (*known.balances, *shifted),
        known.left_out + later.left_out,
        known.line,
        known.findings + later.findings,
    )
