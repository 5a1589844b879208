"""Finding connectors by name: in the package, in the user's folder `connectors/`, and through entry points."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from servicemeter.ground.errors import BadSettings, UnknownName
from servicemeter.sources import connectors
from servicemeter.sources.source import Source

__all__ = ["connector_names", "find_connector"]

_GROUP = "servicemeter.connectors"


def connector_names(folder: Path | None = None) -> list[str]:
    """The names of all connectors, without importing one. `folder` is the user's own."""
    return sorted(_places(folder))


def find_connector(name: str, folder: Path | None = None) -> type[Source]:
    """The connector of this name: the user's own before an installed one before ours. Raises `UnknownName`, `BadSettings`."""
    places = _places(folder)
    if name not in places:
        raise UnknownName("connector", name, places)
    found = places[name]()
    made = found if isinstance(found, type) else _source_in(found, name)
    if not issubclass(made, Source):
        raise BadSettings(
            f"The connector {name!r} is no Source: it has to be a class that extends servicemeter.sources.source.Source."
        )
    return made


def _places(folder: Path | None) -> dict[str, Callable[[], ModuleType | type]]:
    places: dict[str, Callable[[], ModuleType | type]] = {}
    for module in pkgutil.iter_modules(connectors.__path__):
        places[module.name] = partial(importlib.import_module, f"{connectors.__name__}.{module.name}")
    for entry in entry_points(group=_GROUP):
        places[entry.name] = entry.load
    for path in sorted(folder.glob("*.py")) if folder else ():
        if not path.name.startswith("_"):
            places[path.stem] = partial(_load, path)
    return places


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"servicemeter_connector_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadSettings(f"{path}: the connector cannot be loaded: {type(error).__name__}: {error}.") from error
    return module


def _source_in(module: ModuleType, name: str) -> type[Source]:
    """The one connector that a module defines or shows."""
    found = [v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Source) and v is not Source]
    if len(found) != 1:
        raise BadSettings(f"The connector {name!r} has to define one class that extends Source; it has {len(found)}.")
    return found[0]
