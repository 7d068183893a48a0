"""Statements of a year with as many lines as wanted, in each format; the same each time."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import NamedTuple

import openpyxl

STARTS_ON = date(2025, 1, 1)
AS_OF = date(2026, 1, 1)
OPENING_CENTS = 10_000_000
_WHO = [f"{name} {n}" for n in range(12) for name in (
    "Sok Heng Trading", "ហាងទំនិញ សុខ ហេង", "Golden Rice Mart", "Kampot Pepper Co", "Dara",
)]  # fmt: skip
_SAID = ("Sales invoice", "លក់ទំនិញ", "KHQR payment received", "POS settlement")
_PAID = ("Supplier payment", "ថ្លៃឈ្នួល Rent", "Salary", "Loan repayment", "Service fee")


class Line(NamedTuple):
    """One made-up movement."""

    number: int
    on: date
    cents: int
    who: str
    said: str
    balance: int

    @property
    def amount(self) -> str:
        """Write the amount without its sign."""
        return money(abs(self.cents))


def money(cents: int) -> str:
    """Write cents as a bank does."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def lines(count: int) -> Iterator[Line]:
    """Make a year of movements."""
    chance = random.Random(1)
    balance = OPENING_CENTS
    for number in range(count):
        on = STARTS_ON + timedelta(days=number * 365 // count)
        cents = chance.randint(-9_000, 10_000) or 1
        balance += cents
        said = chance.choice(_SAID if cents > 0 else _PAID)
        yield Line(
            number,
            on,
            cents,
            chance.choice(_WHO),
            f"{said} {chance.randint(1, 9_999)}",
            balance,
        )


def csv(count: int) -> bytes:
    """Write a bank's table."""
    rows = ["Account number,000123456", "Currency,USD",
            "Date,Name,Details,Ref No,Money In,Money Out,Balance"]  # fmt: skip
    for one in lines(count):
        sides = f"{one.amount}," if one.cents > 0 else f",{one.amount}"
        said = f"{one.on:%d/%m/%Y},{one.who},{one.said},FT{one.number:06d}"
        rows.append(f"{said},{sides},{money(one.balance)}")
    return ("\r\n".join(rows) + "\r\n").encode()


def mt940(count: int) -> bytes:
    """Write a SWIFT statement."""
    rows = [":20:1", ":25:000123456", ":28C:1/1",
            f":60F:C250101USD{money(OPENING_CENTS).replace('.', ',')}"]  # fmt: skip
    balance = OPENING_CENTS
    for one in lines(count):
        mark, balance = "C" if one.cents > 0 else "D", one.balance
        amount = one.amount.replace(".", ",")
        rows.append(
            f":61:{one.on:%y%m%d}{one.on:%m%d}{mark}{amount}NTRFFT{one.number:06d}//B{one.number}"
        )
        rows.append(f":86:{one.said} {one.who}")
    rows += [f":62F:C251231USD{money(balance).replace('.', ',')}", "-"]
    return ("\r\n".join(rows) + "\r\n").encode()


def camt(count: int) -> bytes:
    """Write an ISO 20022 statement with the details banks give."""
    entries, balance = [], OPENING_CENTS
    for one in lines(count):
        balance = one.balance
        side, party = ("CRDT", "Dbtr") if one.cents > 0 else ("DBIT", "Cdtr")
        entries.append(
            f'<Ntry><Amt Ccy="USD">{one.amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
            f"<Sts>BOOK</Sts><BookgDt><Dt>{one.on}</Dt></BookgDt><ValDt><Dt>{one.on}</Dt>"
            f"</ValDt><AcctSvcrRef>FT{one.number}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties>"
            f"<{party}><Nm>{one.who}</Nm></{party}></RltdPties><RmtInf><Ustrd>{one.said}"
            "</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        )
    space = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
    return (
        f'<?xml version="1.0"?><Document xmlns="{space}"><BkToCstmrStmt><Stmt><Id>1</Id>'
        "<Acct><Id><Othr><Id>123</Id></Othr></Id><Ccy>USD</Ccy></Acct>"
        f"{_balance('OPBD', OPENING_CENTS)}{_balance('CLBD', balance)}{''.join(entries)}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, cents: int) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="USD">{money(cents)}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
    )


def ofx(count: int) -> bytes:
    """Write an OFX 1 statement without closing tags."""
    rows = [("OFXHEADER:100\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD"
            "<BANKACCTFROM><ACCTID>123</BANKACCTFROM><BANKTRANLIST>")]  # fmt: skip
    rows += [
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{one.on:%Y%m%d}<TRNAMT>{money(one.cents)}"
        f"<FITID>{one.number}<NAME>{one.who}<MEMO>{one.said}</STMTTRN>"
        for one in lines(count)
    ]
    rows.append("</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>")
    return "\n".join(rows).encode()


def xlsx(count: int) -> bytes:
    """Write a workbook of one sheet."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Date", "Name", "Details", "Amount", "Balance", "Currency"])
    for one in lines(count):
        sheet.append(
            [one.on, one.who, one.said, one.cents / 100, one.balance / 100, "USD"]
        )
    out = BytesIO()
    book.save(out)
    return out.getvalue()


MADE: dict[str, Callable[[int], bytes]] = {
    "csv": csv, "mt940": mt940, "camt": camt, "ofx": ofx, "xlsx": xlsx,
}  # fmt: skip
