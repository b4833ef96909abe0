"""What is fetched: only where that is allowed, only from public addresses, once, and within limits."""

import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import speckit.remote
from speckit.document import load
from speckit.faults import DocumentFaults
from speckit.remote import Remote, is_public

HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"


class Site:
    """A server on loopback: what it has by path, and what it was asked for."""

    def __init__(self):
        self.pages = {}
        self.asked = []
        self.hosts = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append(self.path)
                site.hosts.append(self.headers["Host"])
                page = site.pages.get(self.path, (404, {}, b""))
                status, headers, body = page if isinstance(page, tuple) else (200, {}, page)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for part in body if isinstance(body, list) else [body]:
                    with suppress(ConnectionError):  # Whoever asked has heard enough.
                        self.wfile.write(part() if callable(part) else part)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def site():
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def remote(tmp_path):
    return Remote(cache=tmp_path / "cache", admits=lambda _: True)


@pytest.fixture
def referring(tmp_path):
    def write(ref):
        path = tmp_path / "openapi.yaml"
        path.write_text(f"{HEAD}paths: {{}}\ncomponents: {{schemas: {{A: {{$ref: '{ref}'}}}}}}\n")
        return path

    return write


def refusal(remote, url):
    with pytest.raises(DocumentFaults) as caught:
        remote.fetch(url)
    return str(caught.value)


def test_what_a_url_names_is_brought_in(site, remote, referring):
    """Relative references in it are relative to its URL."""
    site.pages = {
        "/a/job.yaml": b"Job: {properties: {lamp: {$ref: ../lamp.json}, me: {$ref: '#/Job'}}}\n",
        "/lamp.json": b'{"type": "string"}',
    }
    document = load(referring(f"{site.url}/a/job.yaml#/Job"), remote=remote)

    assert document.data["components"]["schemas"]["A"] == {"$ref": "#/x-bundled/job/Job"}
    assert document.data["x-bundled"]["lamp"] == {"type": "string"}
    assert document.fault_count == 0
    assert site.hosts == [f"localhost:{site.server.server_port}"] * 2


def test_it_is_fetched_once_and_never_again(site, remote, referring, tmp_path):
    """Whoever has it can work without a network."""
    site.pages = {"/job.yaml": b"type: string\n"}
    load(referring(f"{site.url}/job.yaml"), remote=remote)
    site.pages = {}

    again = Remote(cache=tmp_path / "cache", admits=lambda _: False)
    document = load(referring(f"{site.url}/job.yaml"), remote=again)

    assert document.data["x-bundled"]["job"] == {"type": "string"}
    assert site.asked == ["/job.yaml"]


def test_without_leave_nothing_is_asked(site, referring):
    document = load(referring(f"{site.url}/job.yaml"))

    assert "add --allow-remote" in str(document.faults[0])
    assert site.asked == []


def test_a_fault_in_it_is_placed_under_its_url(site, remote, referring):
    site.pages = {"/job.yaml": b"type: object\nproperties:\n  a: {$ref: '#/nowhere'}\n"}

    document = load(referring(f"{site.url}/job.yaml"), remote=remote)

    assert str(document.faults[0].place) == f"{site.url}/job.yaml:3"


def test_a_document_may_be_remote_as_a_whole(site, remote):
    whole = f"{HEAD}paths: {{}}\ncomponents: {{schemas: {{A: {{$ref: a.yaml}}}}}}\n"
    site.pages = {"/api/openapi.yaml": whole.encode(), "/api/a.yaml": b"type: string\n"}

    document = load(remote.fetch(f"{site.url}/api/openapi.yaml"), remote=remote)

    assert document.name == f"{site.url}/api/openapi.yaml"
    assert document.data["x-bundled"]["a"] == {"type": "string"}


def test_a_remote_document_reads_no_file_of_this_machine(site, remote, tmp_path):
    (tmp_path / "secret.yaml").write_text("type: string\n")
    private = (f"file://{tmp_path}/secret.yaml", "/etc/hostname", "../../../../etc/hostname")
    for number, ref in enumerate(private):
        text = f"{HEAD}paths: {{}}\ncomponents: {{schemas: {{A: {{$ref: '{ref}'}}}}}}\n"
        site.pages = {f"/{number}.yaml": text.encode()}

        document = load(remote.fetch(f"{site.url}/{number}.yaml"), remote=remote)

        assert document.fault_count == 1
        assert "x-bundled" not in document.data


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
        *("224.0.0.1", "239.1.1.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1"),
    ],
)
def test_private_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111"])
def test_public_addresses_are(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "0177.0.0.1", "2130706433", "0x7f.1"]
)
def test_this_machine_is_not_asked(site, tmp_path, host):
    """However it is written: what counts is the address that would be asked."""
    said = refusal(Remote(cache=tmp_path), f"http://{host}:{site.server.server_port}/a.yaml")

    assert "only public addresses are asked" in said or "is not found" in said
    assert site.asked == []


def test_a_redirect_is_looked_at_like_any_url(site, tmp_path, monkeypatch):
    """A public server must not send us to a private one."""
    port = site.server.server_port
    site.pages = {"/a.yaml": (302, {"Location": f"http://inside.test:{port}/b.yaml"}, b"")}
    known = {"public.test": "127.0.0.1", "inside.test": "127.0.0.2"}
    resolving(monkeypatch, known)
    remote = Remote(cache=tmp_path, admits=lambda address: address == "127.0.0.1")

    assert "'inside.test' is 127.0.0.2" in refusal(remote, f"http://public.test:{port}/a.yaml")
    assert site.asked == ["/a.yaml"]


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(site, tmp_path, monkeypatch):
    """A name that means something else a moment later changes nothing."""
    port = site.server.server_port
    site.pages = {"/a.yaml": b"a: 1\n"}
    asked = resolving(monkeypatch, {"rebinding.test": "127.0.0.1"})

    Remote(cache=tmp_path, admits=lambda _: True).fetch(f"http://rebinding.test:{port}/a.yaml")

    assert asked.count("rebinding.test") == 1


def test_one_private_address_among_several_is_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(
        speckit.remote.socket,
        "getaddrinfo",
        lambda *_, **__: [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("10.0.0.1", 80))],
    )

    assert "is 10.0.0.1" in refusal(Remote(cache=tmp_path), "http://two.test/a.yaml")


def resolving(monkeypatch, known):
    """Give hosts the addresses `known`; return the list of the names that are looked up."""
    asked = []
    original = socket.getaddrinfo

    def getaddrinfo(host, *args, **options):
        name = host.decode() if isinstance(host, bytes) else host
        asked.append(name)
        return original(known.get(name, host), *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://user:secret@localhost/a", "credential"),
        ("http://localhost:99999/a", "no number up to 65535"),
        ("http:///a", "names no host"),
        ("http://no-such-host.invalid/a", "is not found"),
        (f"http://{'x' * 300}.test/", "is not found"),
    ],
)
def test_what_is_no_sound_url_is_refused(remote, url, says):
    said = refusal(remote, url)

    assert says in said
    assert "secret" not in said


def test_what_a_server_does_not_give_is_told(site, remote):
    site.pages = {
        "/moved": (301, {"Location": "/moved"}, b""),
        "/packed": (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"),
        "/scheme": (302, {"Location": "file:///etc/passwd"}, b""),
    }

    assert "answers 404" in refusal(remote, f"{site.url}/none")
    assert "redirected more than 5 times" in refusal(remote, f"{site.url}/moved")
    assert "compressed" in refusal(remote, f"{site.url}/packed")
    assert "'file' is not fetched" in refusal(remote, f"{site.url}/scheme")


def test_no_more_is_fetched_than_is_allowed(site, remote, monkeypatch):
    monkeypatch.setattr(speckit.remote, "LARGEST_BYTES", 1 << 20)
    monkeypatch.setattr(speckit.remote, "MOST_FILES", 1)
    site.pages = {"/large": b"x" * (1 << 20 | 1), "/one": b"a: 1\n", "/two": b"a: 1\n"}

    assert "More than 1 MiB" in refusal(remote, f"{site.url}/large")
    remote.fetch(f"{site.url}/one")
    assert "More than 1 files" in refusal(remote, f"{site.url}/two")


def test_a_server_that_never_ends_is_left(site, remote, monkeypatch):
    monkeypatch.setattr(speckit.remote, "PATIENCE_SECONDS", 0.3)

    def slow():
        time.sleep(0.05)
        return b"x"

    site.pages = {"/slow": (200, {}, [slow] * 100)}
    started = time.monotonic()

    assert "longer than" in refusal(remote, f"{site.url}/slow")
    assert time.monotonic() - started < 3


def test_half_of_a_file_is_never_kept(site, remote, monkeypatch, tmp_path):
    monkeypatch.setattr(speckit.remote, "LARGEST_BYTES", 10)
    site.pages = {"/a": b"x" * 11}

    refusal(remote, f"{site.url}/a")

    assert not (tmp_path / "cache").exists()


def test_a_self_is_the_document_itself(tmp_path):
    """OpenAPI 3.2: a reference to the URL a document goes by stays inside."""
    path = tmp_path / "openapi.yaml"
    path.write_text(
        "openapi: 3.2.0\n$self: https://example.com/api\ninfo: {title: t, version: '1'}\n"
        "components:\n  schemas:\n    A: {$ref: 'https://example.com/api#/components/schemas/B'}\n"
        "    B: {type: string}\n"
    )

    document = load(path)

    assert document.data["components"]["schemas"]["A"] == {"$ref": "#/components/schemas/B"}
    assert document.fault_count == 0


def test_an_anchor_is_found(tmp_path):
    path = tmp_path / "openapi.yaml"
    (tmp_path / "b.yaml").write_text("x: {$anchor: there, type: integer}\n")
    path.write_text(
        f"{HEAD}components:\n  schemas:\n    A: {{$ref: '#here'}}\n"
        "    B: {$anchor: here, type: string}\n    C: {$ref: 'b.yaml#there'}\n    D: {$ref: '#none'}\n"
    )

    document = load(path)

    schemas = document.data["components"]["schemas"]
    assert schemas["A"] == {"$ref": "#/components/schemas/B"}
    assert schemas["C"] == {"$ref": "#/x-bundled/b/x"}
    assert [each.message for each in document.faults] == [
        "'#none' names nothing: no schema has it as an '$anchor'."
    ]
