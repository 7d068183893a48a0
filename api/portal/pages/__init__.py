"""The pages, one module for each reader's place."""

from api.portal.pages.acting import router as acting
from api.portal.pages.audit import router as audit
from api.portal.pages.books import router as books
from api.portal.pages.business import router as business
from api.portal.pages.changing import router as changing
from api.portal.pages.decisions import router as decisions
from api.portal.pages.invoices import router as invoices
from api.portal.pages.keys import router as keys
from api.portal.pages.loan import router as loan
from api.portal.pages.loans import router as loans
from api.portal.pages.market import router as market
from api.portal.pages.portfolio import router as portfolio
from api.portal.pages.proofs import router as proofs
from api.portal.pages.queue import router as queue
from api.portal.pages.quote import router as quote
from api.portal.pages.records import router as records
from api.portal.pages.records import uploads
from api.portal.pages.request import router as request
from api.portal.pages.risk import router as risk
from api.portal.pages.scorecards import router as scorecards
from api.portal.pages.scorecards import uploads as card_uploads
from api.portal.pages.tables import router as tables

ROUTERS = (
    market,
    portfolio,
    business,
    records,
    uploads,
    tables,
    invoices,
    request,
    quote,
    loans,
    loan,
    changing,
    keys,
    acting,
    queue,
    decisions,
    risk,
    scorecards,
    card_uploads,
    books,
    audit,
    proofs,
)
