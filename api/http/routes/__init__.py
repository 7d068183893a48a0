"""The addresses under /v1, one module for each thing people act on."""

from api.http.routes import (
    access,
    applications,
    audit,
    bookkeeping,
    equity,
    exports,
    ledger,
    loan_sums,
    loans,
    offers,
    parties,
    rails,
    reconciliation,
    statements,
    wallets,
)

ROUTERS = (
    access.router,
    parties.router,
    statements.router,
    statements.uploads,
    wallets.router,
    reconciliation.router,
    offers.router,
    applications.router,
    loans.router,
    loan_sums.router,
    equity.router,
    ledger.router,
    exports.router,
    bookkeeping.router,
    audit.router,
    rails.router,
)
