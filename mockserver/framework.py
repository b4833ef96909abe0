"""The one room that knows Connexion: the names this package builds on, typed, without the wait.

Connexion imports two HTTP clients, Flask, a test client and a template engine, none of which this server
touches: two thirds of the time it takes to import. While it is imported here, stand-ins take their
places. A stand-in reads the real module when somebody touches it, and afterwards `sys.modules` is as if
those modules had never been asked for, so nobody else ever meets one.
"""

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = [
    "ROUTING_CONTEXT",
    "ASGIApp",
    "AsyncApp",
    "Message",
    "Receive",
    "Resolution",
    "Resolver",
    "RoutedAPI",
    "RoutedMiddleware",
    "Scope",
    "Send",
    "SpecMiddleware",
]

# What Connexion imports and serving never touches, with the names it takes out at import time.
UNTOUCHED: Mapping[str, tuple[str, ...]] = {
    "asgiref.sync": ("async_to_sync",),
    "connexion.apps.flask": ("FlaskApi", "FlaskApp"),
    "connexion.frameworks.flask": ("Flask",),
    "httpx": (),
    "jinja2": (),
    "requests": (),
    "rfc3339_validator": ("validate_rfc3339",),
    "starlette.templating": ("Jinja2Templates",),
    "starlette.testclient": ("TestClient",),
    # Of werkzeug only the module `local` is really used: the package brings a development server.
    "werkzeug": ("Request",),
    "werkzeug.wsgi": ("ClosingIterator",),
}
# Told apart because only these need a `__path__`, and looking for one means looking at the disk.
PACKAGES_USED_IN_PART = frozenset({"werkzeug"})


class Borrowed:
    """A name out of a stand-in: a class or function that is fetched when it is first used."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def _real(self) -> Any:
        return getattr(_original(self._module), self._name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._real()(*arguments, **named)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._real(), attribute)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._real())

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, self._real())

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return (self._real(),)


class StandIn(ModuleType):
    """A module that is read when somebody touches it, and not before."""

    def __init__(self, name: str, names: tuple[str, ...]) -> None:
        super().__init__(name)
        vars(self).update({each: Borrowed(name, each) for each in names})
        if name in PACKAGES_USED_IN_PART:
            spec = importlib.util.find_spec(name)
            if spec is not None:
                vars(self).update(
                    __spec__=spec, __file__=spec.origin, __path__=spec.submodule_search_locations
                )

    def __getattr__(self, attribute: str) -> Any:
        # What the import system can answer for itself is no reason to read the module: whether it is a
        # package, and which submodules it has.
        if attribute == "__path__" and self.__name__ not in PACKAGES_USED_IN_PART:
            raise AttributeError(attribute)
        if "__path__" in vars(self) and importlib.util.find_spec(f"{self.__name__}.{attribute}"):
            raise AttributeError(attribute)
        return getattr(_original(self.__name__), attribute)


def _original(name: str) -> ModuleType:
    """Return the real module called `name`, with its submodules that were read before it in their places."""
    if isinstance(sys.modules.get(name), StandIn):
        del sys.modules[name]
    module = importlib.import_module(name)
    for submodule, value in _submodules(name):
        vars(module).setdefault(submodule, value)
    return module


def _submodules(package: str) -> list[tuple[str, ModuleType]]:
    above = f"{package}."
    return [
        (name.removeprefix(above), module)
        for name, module in list(sys.modules.items())
        if name.startswith(above) and "." not in name.removeprefix(above)
    ]


@contextmanager
def _stand_ins(untouched: Mapping[str, tuple[str, ...]]) -> Iterator[None]:
    """Stand-ins for whatever of `untouched` nobody has read yet are in `sys.modules`, for this block only."""
    placed = {name: StandIn(name, names) for name, names in untouched.items() if name not in sys.modules}
    sys.modules.update(placed)
    try:
        yield
    finally:
        for name, stand_in in placed.items():
            if sys.modules.get(name) is stand_in:
                _withdraw(name, stand_in)


def _withdraw(name: str, stand_in: StandIn) -> None:
    if _submodules(name):
        # Its submodules need a parent. Without a path it reads the real package at the next import from it.
        vars(stand_in).pop("__path__", None)
    else:
        del sys.modules[name]


if TYPE_CHECKING:
    # Connexion has no py.typed. This is what is used of it, as connexion 3.3 defines it.
    from abc import ABC, abstractmethod
    from collections.abc import Awaitable, Callable, MutableMapping, Sequence
    from typing import Generic, TypeVar

    Operation = TypeVar("Operation")
    API = TypeVar("API", bound="RoutedAPI[Any]")

    ROUTING_CONTEXT = "connexion_routing"

    class Resolution:
        function: Callable[..., Any]
        operation_id: str | None

        def __init__(self, function: Callable[..., Any], operation_id: str | None) -> None: ...

    class Resolver:
        def __init__(self, function_resolver: Callable[[str], Callable[..., Any]] = ...) -> None: ...
        def resolve(self, operation: Any) -> Resolution: ...
        def resolve_operation_id(self, operation: Any) -> str | None: ...
        def resolve_function_from_operation_id(self, operation_id: str) -> Callable[..., Any]: ...

    class SpecMiddleware(ABC):
        @abstractmethod
        def add_api(self, specification: Any, **kwargs: Any) -> Any: ...
        @abstractmethod
        def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]: ...

    class RoutedAPI(Generic[Operation]):
        specification: Any
        base_path: str
        resolver: Resolver
        next_app: ASGIApp
        operations: MutableMapping[str | None, Operation]

        def __init__(
            self,
            specification: Any,
            base_path: str | None = None,
            resolver: Resolver | None = None,
            uri_parser_class: Any = None,
            *args: Any,
            next_app: ASGIApp,
            **kwargs: Any,
        ) -> None: ...
        def add_paths(self) -> None: ...
        def add_operation(self, path: str, method: str) -> None: ...
        @abstractmethod
        def make_operation(self, operation: Any) -> Operation: ...

    class RoutedMiddleware(SpecMiddleware, Generic[API]):
        api_cls: type[API]
        app: ASGIApp
        apis: dict[str, list[API]]

        def __init__(self, app: ASGIApp) -> None: ...
        def add_api(self, specification: Any, **kwargs: Any) -> API: ...
        def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]: ...

    class AsyncApp:
        middleware: ASGIApp

        def __init__(
            self,
            import_name: str,
            *,
            lifespan: Callable[[Any], Any] | None = None,
            middlewares: Sequence[Callable[..., ASGIApp]] | None = None,
            resolver: Resolver | Callable[..., Any] | None = None,
            **options: Any,
        ) -> None: ...
        def add_api(self, specification: Any, *, base_path: str | None = None, **options: Any) -> None: ...
        def add_middleware(self, middleware_class: Callable[..., ASGIApp], **options: Any) -> None: ...
        def test_client(self, **options: Any) -> Any: ...
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

else:
    with _stand_ins(UNTOUCHED), warnings.catch_warnings():
        # Connexion 3.3 still names jsonschema's RefResolver, which is Connexion's to change.
        warnings.simplefilter("ignore", DeprecationWarning)
        from connexion import AsyncApp, Resolution, Resolver
        from connexion.middleware.abstract import (
            ROUTING_CONTEXT,
            RoutedAPI,
            RoutedMiddleware,
            SpecMiddleware,
        )
