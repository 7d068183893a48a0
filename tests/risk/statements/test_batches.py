"""A camt entry that stands for several payments becomes them, if they make it up."""

from risk.statements import Flaw, Verdict, read_accounts
from risk.statements.integrity import check

PAYMENT = (
    "<TxDtls>{amount}<RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties>"
    "<RmtInf><Ustrd>{said}</Ustrd></RmtInf></TxDtls>"
)
DIRECT = '<Amt Ccy="USD">{}</Amt><CdtDbtInd>{}</CdtDbtInd>'
WITHIN = '<AmtDtls><TxAmt><Amt Ccy="USD">{}</Amt></TxAmt></AmtDtls>'


def payment(name: str, amount: str) -> str:
    return PAYMENT.format(name=name, amount=amount, said=f"Invoice {name}")


def read(*details: str, total: str = "150.00"):
    text = (
        "<Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>1</IBAN></Id><Ccy>USD</Ccy></Acct>"
        '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">10.00</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd></Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry>"
        '</Tp><Amt Ccy="USD">160.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>\n'
        f'<Ntry><Amt Ccy="USD">{total}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
        "<BookgDt><Dt>2025-12-05</Dt></BookgDt><AcctSvcrRef>B7</AcctSvcrRef>"
        f"{''.join(details)}</Ntry></Stmt></BkToCstmrStmt></Document>"
    )
    [found] = read_accounts("batch.xml", text.encode())
    return found


def in_one(*payments: str) -> str:
    return f"<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>{''.join(payments)}</NtryDtls>"


def test_a_batch_becomes_its_payments() -> None:
    found = read(
        in_one(
            payment("Dara", DIRECT.format("170.00", "CRDT")),
            payment("Sok", DIRECT.format("20.00", "DBIT")),
        )
    )

    assert [item.amount_minor for item in found.transactions] == [17_000, -2_000]
    assert found.transactions[0].counterparty == "Dara"
    assert found.transactions[1].reference == "B7 Invoice Sok"
    assert check(found).verdict is Verdict.OK


def test_payments_in_places_of_their_own_and_amounts_further_in_count_too() -> None:
    found = read(
        f"<NtryDtls>{payment('Dara', WITHIN.format('100.00'))}</NtryDtls>",
        f"<NtryDtls>{payment('Sok', WITHIN.format('50.00'))}</NtryDtls>",
    )

    assert [item.amount_minor for item in found.transactions] == [10_000, 5_000]


def test_payments_that_do_not_make_up_the_entry_leave_it_whole_and_are_told() -> None:
    found = read(
        in_one(
            payment("Dara", DIRECT.format("100.00", "CRDT")),
            payment("Sok", DIRECT.format("49.00", "CRDT")),
        )
    )

    assert [item.amount_minor for item in found.transactions] == [15_000]
    judged = check(found)
    assert judged.verdict is Verdict.REVIEW
    assert [(item.flaw, item.lines) for item in judged.findings] == [
        (Flaw.BATCH_UNLIKE_ENTRY, (2,))
    ]


def test_a_payment_that_states_no_amount_leaves_the_entry_whole() -> None:
    found = read(
        in_one(payment("Dara", DIRECT.format("150.00", "CRDT")), payment("Sok", ""))
    )

    assert [item.amount_minor for item in found.transactions] == [15_000]
    assert found.findings
