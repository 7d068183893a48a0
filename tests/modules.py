"""Load every module of the product, so that all it defines is known."""

import importlib
import pkgutil
from importlib.util import find_spec
from types import ModuleType

# Loaded only where somebody installed the library it is for.
OPTIONAL = {"risk.training.forest": "lightgbm"}


def load_all(*packages: ModuleType) -> None:
    for package in packages:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not _left_out(module.name):
                importlib.import_module(module.name)


def _left_out(name: str) -> bool:
    library = OPTIONAL.get(name)
    return (
        name.startswith("api.migrations")
        or name.endswith("__main__")
        or (library is not None and find_spec(library) is None)
    )
