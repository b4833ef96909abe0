"""`mockserver.framework`: Connexion without the modules a server never touches."""

import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mockserver.framework import (
    ROUTING_CONTEXT,
    AsyncApp,
    Resolver,
    RoutedAPI,
    RoutedMiddleware,
    SpecMiddleware,
)

ROOT = Path(__file__).parents[2]

DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Two operations", "version": "1"},
    "paths": {
        "/jobs": {"get": {"operationId": "listJobs", "responses": {"200": {"description": "All jobs."}}}},
        "/jobs/{id}": {
            "get": {
                "operationId": "getJob",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "One job."}},
            }
        },
    },
}


def in_a_fresh_process(program: str) -> list[str]:
    """The lines `program` prints; a traceback fails the test."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


@pytest.mark.parametrize(
    "module", ["httpx", "requests", "rich", "flask", "jinja2", "starlette.testclient", "werkzeug.serving"]
)
def test_importing_it_leaves_what_serving_never_touches_unread(module):
    """The first answer is due within a second of the start, and reading these takes longer than that."""
    program = f"import sys, mockserver.framework; print(sys.modules.get({module!r}))"

    assert in_a_fresh_process(program) == ["None"]


@pytest.mark.parametrize(
    "use",
    [
        "import httpx; httpx.Client",
        "import requests; requests.get",
        "import jinja2; jinja2.Template",
        "from starlette.testclient import TestClient; TestClient(print)",
        "from starlette.templating import Jinja2Templates; Jinja2Templates('.')",
        "import werkzeug.serving; werkzeug.serving.run_simple",
        "import werkzeug; werkzeug.local.LocalProxy; werkzeug.Request; werkzeug.wsgi.ClosingIterator",
        "from werkzeug import Request; Request.application",
        "from werkzeug.test import Client; Client",
        "import flask; flask.Flask('app').test_client()",
        "import schemathesis; schemathesis.openapi",
        "import importlib.util; assert importlib.util.find_spec('werkzeug').origin",
        "import pickle, copy, sys, inspect; [inspect.getmodule(each) for each in (print, pickle.dumps)]",
    ],
)
def test_after_it_everybody_gets_the_real_modules(use):
    """Other tools run in the same process, and stand-ins are no business of theirs."""
    standins = (
        "import sys, mockserver.framework as f; "
        "print([n for n, m in list(sys.modules.items()) if isinstance(m, f.StandIn) and n != 'werkzeug'])"
    )

    assert in_a_fresh_process(f"import mockserver.framework\n{use}\n{standins}") == ["[]"]


def test_what_connexion_borrowed_is_fetched_when_it_is_used():
    """Connexion's own test client, security and reference code must work for whoever does call them."""
    program = """
        import mockserver.framework, sys
        import connexion.security, connexion.json_schema, connexion.apps.abstract as app
        print(connexion.security.httpx.AsyncClient.__name__, connexion.json_schema.requests.get.__name__)
        client = app.TestClient(print)
        from starlette.testclient import TestClient
        print(isinstance(client, TestClient), isinstance(client, app.TestClient))
        class Mine(app.TestClient): pass
        print(issubclass(TestClient, app.TestClient), Mine.__mro__[1] is TestClient)
    """

    printed = in_a_fresh_process("\n".join(line.strip() for line in program.splitlines()))

    assert printed == ["AsyncClient get", "True True", "True True"]


def test_connexions_flask_app_still_works_where_its_extra_is_installed():
    """Somebody's own Connexion application may be tested in the same process as ours."""
    program = """
        import mockserver.framework, connexion
        try: print(connexion.FlaskApp("theirs").app.name)
        except ModuleNotFoundError as missing: print(missing.name)
    """

    printed = in_a_fresh_process("\n".join(line.strip() for line in program.splitlines()))

    assert printed in (["theirs"], ["a2wsgi"])


def test_modules_already_read_are_used_as_they_are():
    """In a test process they are there before us, and two copies of one module would disagree."""
    program = "import httpx, mockserver.framework, connexion.security as s; print(s.httpx is httpx)"

    assert in_a_fresh_process(program) == ["True"]


def test_an_app_made_of_it_answers():
    """The names are Connexion's own, not look-alikes."""
    app = AsyncApp(__name__, resolver=Resolver({"listJobs": list_jobs, "getJob": get_job}.__getitem__))
    app.add_api(DOCUMENT)

    with TestClient(app) as caller:
        assert caller.get("/jobs").json() == ["j1"]
        assert caller.get("/jobs/j1").json() == {"id": "j1"}
        assert caller.get("/nothing").status_code == 404


def test_its_classes_are_connexions():
    """Middleware built on them is found by Connexion, which asks for instances of its own classes."""
    assert issubclass(RoutedMiddleware, SpecMiddleware)
    assert RoutedAPI.__module__ == "connexion.middleware.abstract"
    assert ROUTING_CONTEXT == "connexion_routing"


async def list_jobs():
    return ["j1"]


async def get_job(id):
    return {"id": id}
