"""What a page is made with: the reader, their language, the database, the templates."""

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api import problems
from api.auth import Caller, Role
from api.http.depends import services
from api.http.errors import IdempotencyKeyMalformed
from api.http.language import LANGUAGES, preferred
from api.papers import Papers
from api.portal import charts, refusals, static
from api.portal.auditor import Auditor
from api.portal.formats import Formats
from api.portal.people import Person
from api.portal.sessions import COOKIE, SECRET_BYTES, Seal, Session
from api.portal.words import Words
from api.problems import Trouble
from contracts.documents import Language
from finance.signing import Custody
from ledger import idempotency
from ledger.audit import LogKey, Policy
from ledger.database import Database, UnitOfWork
from ledger.errors import Refusal
from ledger.ids import new_id

LANGUAGE_COOKIE: Final = "tonle_language"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A page that names a script of ours may run it, and it may talk to this site only.
SCRIPT_POLICY: Final = "; script-src 'self'; connect-src 'self'"
KEYS_SCRIPT: Final = "keys.js"
HOMES: Final = {
    Role.SME: "/business",
    Role.LENDER: "/portfolio",
    Role.OPERATOR: "/queue",
    Role.REGULATOR: "/audit",
}
_ONCE: Final = re.compile(r"page_[0-9a-z_]{20,60}", re.ASCII)

_pages = Environment(
    loader=PackageLoader("api.portal"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

UseCase = Callable[[UnitOfWork], Awaitable[object]]


@dataclass(frozen=True)
class Portal:
    """What all pages share: a seal, a demo's people, and who checks the log."""

    seal: Seal = field(default_factory=lambda: Seal(secrets.token_bytes(SECRET_BYTES)))
    people: Sequence[Person] = ()
    auditor: Auditor = field(default_factory=Auditor)


@dataclass(frozen=True)
class Desk:
    """One request's page maker; ``trouble`` is what the last form met.

    ``currency`` is that of the page, for refusals that name none.
    """

    request: Request
    session: Session
    trouble: Trouble | None = None
    currency: str = ""

    @cached_property
    def language(self) -> str:
        """The reader's choice, else what their browser asks for."""
        chosen = self.request.cookies.get(LANGUAGE_COOKIE)
        if chosen in LANGUAGES:
            return chosen
        return preferred(self.request.headers.get("accept-language"))

    @cached_property
    def words(self) -> Words:
        """The reader's words."""
        return Words(self.language)

    @property
    def portal(self) -> Portal:
        """What all pages share."""
        shared: Portal = self.request.app.state.portal
        return shared

    @property
    def caller(self) -> Caller | None:
        """Who is signed in."""
        return getattr(self.request.state, "caller", None)

    @property
    def db(self) -> Database:
        """The database, bound to the reader when they are signed in."""
        db = services(self.request).db
        if self.caller is None:
            return db
        return db.acting(self.caller.actor(self.request.state.request_id))

    @property
    def log_key(self) -> LogKey | None:
        """The public key of the audit log, when this server keeps one."""
        signer = services(self.request).signer
        return signer.key if signer else None

    @property
    def policy(self) -> Policy | None:
        """Whose cosignatures the log's heads need, when it has witnesses."""
        return services(self.request).policy

    @property
    def custody(self) -> Custody | None:
        """What signing for the reader takes, when this server holds keys."""
        return services(self.request).custody

    @property
    def keeper(self) -> Custody:
        """What signing for owners takes; without it there is no such page."""
        return services(self.request).keeper

    def papers(self, language: Language | None) -> Papers:
        """What prints documents, in the language asked for or else the reader's."""
        read = language or Language(self.language)
        return Papers(services(self.request), self.db, read)

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.db.clock.now()

    def typed(self, name: str) -> str:
        """Return what was typed into a field of the form that met trouble."""
        form = getattr(self.request.state, "form", {})
        return str(form.get(name, "")) if self.trouble else ""

    @property
    def said(self) -> str:
        """The sentence of the trouble the last form met; nothing when there was none."""
        if self.trouble is None:
            return ""
        currency = self.typed("currency") or self.currency
        return refusals.say(self.trouble, Formats(self.words), currency=currency)

    def why(self, refusal: Refusal) -> str:
        """Return the sentence of a refusal that is shown beside what it is about."""
        trouble = problems.trouble_of(refusal)
        return refusals.say(trouble, Formats(self.words), currency=self.currency)

    def accepts(self, token: str) -> bool:
        """Say whether a form was made for this visit."""
        return self.portal.seal.accepts(self.session, token)

    def page(
        self, template: str, *, status: int = 200, script: str = "", **context: Any
    ) -> Response:
        """Fill a template; a form that met trouble answers with the trouble's status."""
        now = self.now
        body = _pages.get_template(template).render(
            desk=self,
            _=self.words,
            many=self.words.count,
            known=self.words.known,
            f=Formats(self.words),
            charts=charts,
            asset=static.address,
            css=static.address("tonle.css"),
            icon=static.address("tonle.svg"),
            script=static.address(script) if script else "",
            now=now,
            token=self.portal.seal.token(self.session),
            once=lambda: new_id("page", now),
            path=self.request.url.path,
            home=self.home,
            roles=Role,
            **context,
        )
        return HTMLResponse(
            body,
            status_code=self.trouble.status if self.trouble else status,
            headers={
                "Content-Security-Policy": POLICY + (SCRIPT_POLICY if script else ""),
                "Content-Language": self.language,
                "Vary": "Accept-Language, Cookie",
            },
        )

    @property
    def home(self) -> str:
        """The page this reader starts from."""
        return HOMES[self.caller.role] if self.caller else "/sign-in"

    @property
    def here(self) -> str:
        """The address of this page with what it was asked; that of its form after one."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    @property
    def done(self) -> str:
        """The name of what the last form did, as the address tells it."""
        return self.request.query_params.get("done", "")

    async def act(
        self,
        use_case: UseCase,
        *,
        done: str,
        again: Callable[["Desk"], Awaitable[Response]],
    ) -> Response:
        """Do what a form asks, once; then go on, or show its page with the refusal.

        Where to go on may name ``{made}``: the id that the use case returned.
        """
        try:
            made = await self._once(use_case)
        except Refusal as refusal:
            return await again(replace(self, trouble=problems.trouble_of(refusal)))
        return RedirectResponse(done.replace("{made}", made), status_code=303)

    async def _once(self, use_case: UseCase) -> str:
        """Run a use case unless the same form was sent before: a double press does no harm."""
        key = self.request.state.form.get("once", "")
        if self.caller is None or not _ONCE.fullmatch(key):
            raise IdempotencyKeyMalformed
        pressed = "\0".join(f"{k}={v}" for k, v in self.request.state.form.items())
        path = self.request.url.path
        command = idempotency.Command(
            self.caller.party,
            key,
            idempotency.fingerprint("POST", path, pressed.encode()),
        )

        async def effect(uow: UnitOfWork) -> dict[str, Any]:
            made = await use_case(uow)
            return {"page": path, "made": made if isinstance(made, str) else ""}

        answer = await self.db.transact(idempotency.once, command, effect)
        return str(answer.body.get("made", ""))

    def keep_visit(self, response: Response) -> Response:
        """Renew the visit's cookie with an answer."""
        response.set_cookie(
            COOKIE,
            self.portal.seal.write(self.session),
            httponly=True,
            samesite="lax",
            secure=self.request.url.scheme == "https",
        )
        return response


def refused(desk: Desk, error: Exception) -> Response:
    """Show what went wrong as a page of the same look."""
    trouble = problems.trouble_of(error)
    response = replace(desk, trouble=trouble).page(
        "trouble.html", title=problems.TITLES[trouble.status]
    )
    response.headers.update(
        {k: v for k, v in trouble.headers.items() if k != "WWW-Authenticate"}
    )
    return response


def _desk(request: Request) -> Desk:
    desk: Desk = request.state.desk
    return desk


At = Annotated[Desk, Depends(_desk)]
