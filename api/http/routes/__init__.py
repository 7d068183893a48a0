"""The addresses under /v1, one module for each thing people act on."""

from api.http.routes import access

ROUTERS = (access.router,)
