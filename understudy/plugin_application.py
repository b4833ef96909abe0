"""An application in this process: found by its name, told what it is, and given a way in."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contracts.wire import Application, WsgiApplication

_ASGI, _WSGI = 3, 2
"""How many arguments an application takes: scope, receive and send; environ and start_response."""


class NoApplication(Exception):
    """There is no application where one was said to be, or it is none; the message says why."""


def named(name: str) -> object:
    """Return what `MODULE:ATTR` names, looked up from the current folder as well.

    Raises:
        NoApplication: there is none.
    """
    module, _, attribute = name.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found: object = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except Exception as problem:  # the module is somebody else's, and may fail as it likes
        raise NoApplication(f"--understudy-app {name}: {told(problem)}") from problem
    return found


def way_into(app: object) -> Application | WsgiApplication:
    """Return the way into `app`: an ASGI or a WSGI application, or a function that makes one.

    Raises:
        NoApplication: it is neither.
    """
    made = _made(app) if _required(app) == 0 else app
    if inspect.iscoroutine(made):
        made.close()
        raise NoApplication(f"{_called(app)} makes the application with await. Make it in a fixture instead.")
    count = _required(made)
    if not callable(made) or count not in (_ASGI, _WSGI):
        raise NoApplication(
            f"{_called(made)} is no application: ASGI takes (scope, receive, send), WSGI takes "
            "(environ, start_response). Name the application, or a function without arguments that makes it."
        )
    return Application(made) if count == _ASGI else WsgiApplication(made)


def _made(factory: Any) -> object:
    try:
        return factory()
    except Exception as problem:  # the factory is somebody else's, and may fail as it likes
        raise NoApplication(f"{_called(factory)} makes no application: {told(problem)}") from problem


def _required(app: Any) -> int | None:
    """Return how many arguments a call must have; None where that cannot be told, or `app` is not called."""
    if not callable(app):
        return None
    if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__):
        given = _positional(app)
        return given if given == 0 else _ASGI
    return _positional(app)


def _positional(app: Callable[..., Any]) -> int | None:
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in parameters):
        return None
    return sum(each.kind in kinds and each.default is inspect.Parameter.empty for each in parameters)


def _called(app: object) -> str:
    return getattr(app, "__qualname__", None) or f"An object of {type(app).__qualname__}"


def told(problem: BaseException) -> str:
    """Return a failure in one line: what it is, and the last place it came by."""
    places = traceback.extract_tb(problem.__traceback__)
    where = f" ({Path(places[-1].filename).name}:{places[-1].lineno})" if places else ""
    said = str(problem).strip().splitlines()
    return f"{type(problem).__name__}: {said[0] if said else 'no message'}{where}"
