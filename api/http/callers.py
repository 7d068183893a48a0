"""The callers a handler may ask for; asking for one says who may call the route."""

from typing import Annotated

from fastapi import Depends

from api import auth
from api.auth import Caller, Role

Anyone = Annotated[None, Depends(auth.anyone())]
Known = Annotated[Caller, Depends(auth.role(*Role))]
Client = Annotated[Caller, Depends(auth.role(Role.SME, Role.LENDER))]
Signatory = Annotated[Caller, Depends(auth.role(Role.SME, Role.LENDER, Role.OPERATOR))]
Sme = Annotated[Caller, Depends(auth.role(Role.SME))]
Records = Annotated[Caller, Depends(auth.role(Role.SME, Role.OPERATOR))]
Lender = Annotated[Caller, Depends(auth.role(Role.LENDER))]
Operator = Annotated[Caller, Depends(auth.role(Role.OPERATOR))]
Staff = Annotated[Caller, Depends(auth.role(Role.OPERATOR, Role.REGULATOR))]
