"""`understudy verify`: holds an implementation, given by its URL, to a document, and tells what it found."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from contracts import har, verdict
from contracts.applicable import applicable
from contracts.exchange import Exchange
from contracts.finding import Judgement
from contracts.har import HarFault
from contracts.report.baseline import Known
from contracts.report.digest import counted
from contracts.report.manner import Manner
from contracts.report.progress import Watch, shown_on
from contracts.report.reading import Record, read
from contracts.verdict import Provide, Settings
from speckit.faults import DocumentFaults
from speckit.specification import Specification
from understudy import baselines, provider, values
from understudy.baselines import held_against
from understudy.limits import check_laws, check_operations, rate
from understudy.options import Options
from understudy.principals import (
    Principals,
    check_headers,
    check_params,
    credentials,
    headers,
    pairs,
    principals,
    recorded_secrets,
    roles,
    secret_headers,
)
from understudy.provider import ProviderFailed
from understudy.recall import again, said
from understudy.shipped import specified
from understudy.values import is_url

NOT_JUDGED = 2


@dataclass(frozen=True, slots=True)
class Case:
    """All that is needed to judge: what is promised, what is held to it, and how.

    Attributes:
        said: What a report keeps of the options, for `--replay`.
        known: The findings of the baseline.
    """

    specification: Specification
    url: str
    settings: Settings
    manner: Manner
    exchanges: tuple[Exchange, ...] | None = None
    record: Record | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    known: frozenset[Known] = frozenset()


def run(options: Options) -> int:
    """Judge, report, and return the exit status.

    Raises:
        click.UsageError: an option makes no sense, or two contradict each other.
    """
    check(options)
    try:
        case = prepared(options)
        judgement = _judged(case)
        if judgement is not None:
            judgement = held_against(judgement, case.known, options.write_baseline)
        if judgement is not None and _reported(judgement, case.manner, options):
            return _status(judgement, options)
    except (DocumentFaults, HarFault) as faults:
        click.echo(str(faults), err=True)
    except OSError as problem:
        click.echo(f"Error: '{problem.filename}' cannot be written: {problem.strerror}.", err=True)
    except KeyboardInterrupt:
        click.echo("Interrupted before there was anything to report.", err=True)
    return NOT_JUDGED


def _status(judgement: Judgement, options: Options) -> int:
    """Return the exit status; say what makes it another one than the verdict's."""
    gaps = sum(each.is_gap for each in judgement.tallies)
    if judgement.exit_status == 0 and options.strict_coverage and gaps:
        click.echo(f"{counted(gaps, 'promise')} not judged (--strict-coverage).", err=True)
        return NOT_JUDGED
    return judgement.exit_status


def check(options: Options) -> None:
    """Hold the options against each other, before anything is read.

    Raises:
        click.UsageError: an option makes no sense, or two contradict each other.
    """
    if options.har and options.replay:
        raise click.UsageError("--har judges recorded traffic, --replay sends some again. Choose one.")
    if not options.url and not options.har and not options.replay:
        raise click.UsageError("Name the URL to judge, as in: understudy verify http://127.0.0.1:8080")
    if options.provider and options.provider_url:
        raise click.UsageError("--provider and --provider-url do the same. Choose one.")
    if "walk" in options.phases and not options.depth:
        raise click.UsageError("--phase walk needs to know how far: add --depth 200.")
    given = {"URL": options.url, "--clock-url": options.clock_url, "--provider-url": options.provider_url}
    for name, url in given.items():
        _check_url(name, url)
    for option, file in _written_files(options).items():
        if file is not None and (Path(file).is_dir() or not Path(file).parent.is_dir()):
            raise click.UsageError(
                f"--{option} '{file}' cannot be written: name a file in a folder there is."
            )


def _written_files(options: Options) -> dict[str, str | None]:
    return {**_report_files(options), "write-baseline": options.write_baseline}


def _report_files(options: Options) -> dict[str, str | None]:
    return {"json": options.json, "junit": options.junit, "html": options.html, "sarif": options.sarif}


def _check_url(name: str, url: str) -> None:
    """Refuse what is no URL of a server."""
    if not url:
        return
    if not is_url(url):
        raise click.UsageError(f"{name} '{url}' is no URL. Write it like http://127.0.0.1:8080.")
    parts = urlsplit(url)
    if parts.username is not None:
        raise click.UsageError(f"{name} holds a credential. Give it with --principal alice=USER:PASSWORD.")
    if name == "URL" and (parts.query or parts.fragment):
        raise click.UsageError(f"URL '{url}' is more than a base. Leave out what follows '?' or '#'.")


def prepared(options: Options) -> Case:
    """Return what the options ask for.

    Raises:
        DocumentFaults: the document has mistakes, or the report to replay has.
        HarFault: the recorded traffic cannot be read.
        click.UsageError: a value is not of its form.
    """
    record = read(Path(options.replay)) if options.replay else None
    options = options if record is None else again(options, record)
    specification = _read(options)
    check_params(options.params, specification)
    known, sent = principals(options.principals), headers(options.headers)
    check_headers(sent, specification)
    settings = _settings(options, specification, known, sent)
    secrets = {**known.secrets, **secret_headers(sent)}
    exchanges = None
    if options.har:
        exchanges = tuple(har.read(Path(options.har), specification, base_url=options.url))
        if not exchanges:
            raise har.nothing(Path(options.har), options.url)
        secrets |= recorded_secrets(exchanges, specification)
    manner = _manner(options, specification, secrets, known)
    target = options.url.rstrip("/")
    before = baselines.known(options.baseline)
    return Case(specification, target, settings, manner, exchanges, record, said(options), before)


def _read(options: Options) -> Specification:
    return specified(
        options.document,
        overlays=options.overlays,
        only=options.only,
        fence=options.fence,
        strict=options.strict_document,
        allow_remote=options.allow_remote,
    )


def _settings(
    options: Options, specification: Specification, known: Principals, sent: dict[str, str]
) -> Settings:
    return Settings(
        principals={name: credentials(specification, token) for name, token in known.tokens.items()},
        roles=roles(options.roles, known),
        params=dict(pairs("param", options.params, "NAME=VALUE")),
        seed=options.seed,
        max_seconds=seconds(options.max_time, "--max-time"),
        answer_seconds=seconds(options.request_timeout, "--request-timeout"),
        most_per_second=rate(options.rate) if options.rate else 0.0,
        excluded_laws=check_laws(options.excluded_laws),
        excluded_operations=check_operations(options.excluded_operations, specification),
        max_requests=options.max_requests,
        depth=options.depth,
        clock_url=options.clock_url,
        provide=_provide(options, known),
        is_strict=options.strict,
        stops_early=options.exitfirst,
        headers=sent,
        phases=options.phases,
        is_insecure=options.insecure,
    )


def seconds(text: str, option: str = "--max-time") -> float:
    """Return `text`, a number of seconds or an ISO 8601 duration, in seconds.

    Raises:
        click.UsageError: it is neither, or not above 0.
    """
    found = values.seconds(text)
    if found is None:
        raise click.UsageError(f"{option} '{text}' is no time. Write seconds, 90, or a duration, PT1M30S.")
    return found


def _provide(options: Options, known: Principals) -> Provide | None:
    if options.provider:
        return provider.from_function(options.provider, known)
    if options.provider_url:
        return provider.from_url(options.provider_url, known, verify=not options.insecure)
    return None


def _manner(
    options: Options, specification: Specification, secrets: dict[str, str], known: Principals
) -> Manner:
    names = " and ".join(known.tokens)
    remark = f"No --principal was given: asked as {names}, with their names as tokens."
    return Manner(
        secrets=secrets,
        shows_credentials=options.show_credentials,
        resources=tuple(specification.lifecycles),
        operations=tuple(specification.operations),
        remarks=(remark,) if known.is_default and not options.har else (),
        promises=() if options.har or options.replay else tuple(applicable(specification)),
    )


def _judged(case: Case) -> Judgement | None:
    """Return the judgement of `case`; where there is none, say why."""
    try:
        with shown_on(sys.stderr) as watch:
            judgement = _judge(case, watch)
            watch.total(judgement.requests, judgement.seconds, len(judgement.findings))
            return judgement
    except ProviderFailed as problem:
        click.echo(f"Error: {problem}", err=True)
    except Exception as problem:  # a crash is no verdict, and its usual exit status would say 'broken'
        place = traceback.extract_tb(problem.__traceback__)[-1]
        what = f"{type(problem).__name__}: {problem} ({Path(place.filename).name}:{place.lineno})"
        click.echo(f"Error: the judge failed, which says nothing about the implementation. {what}", err=True)
    return None


def _judge(case: Case, watch: Watch) -> Judgement:
    judging: Any = verdict
    judgement: Judgement
    if case.exchanges is not None:
        judgement = judging.judge_recorded(case.specification, case.exchanges, case.settings)
    elif case.record is not None:
        findings = case.record.findings
        judgement = judging.replay(case.specification, case.url, findings, case.settings, watch=watch)
    else:
        judgement = verdict.judge(case.specification, case.url, case.settings, watch=watch)
    return replace(judgement, options={**judgement.options, **case.said})


def _reported(judgement: Judgement, manner: Manner, options: Options) -> bool:
    """Write every report that is asked for; return whether that was possible."""
    files = _report_files(options)
    for form, file in files.items():
        if file is not None:
            try:
                Path(file).write_bytes(written(form, judgement, manner))
            except OSError as problem:
                click.echo(f"Error: '{file}' cannot be written: {problem.strerror}.", err=True)
                return False
    _say(written(options.form, judgement, manner))
    return True


def written(form: str, judgement: Judgement, manner: Manner) -> bytes:
    """Return the report in a form: `console`, `json`, `junit`, `html`, `sarif` or `github`."""
    # Here, not above: each brings a library along that the others do without.
    if form == "json":
        from contracts.report.json import json

        return json(judgement, manner)
    if form == "junit":
        from contracts.report.junit import junit

        return junit(judgement, manner)
    if form == "html":
        from contracts.report.page import page

        return page(judgement, manner).encode()
    if form in ("sarif", "github"):
        from contracts.report import annotations

        return (annotations.sarif if form == "sarif" else annotations.github)(judgement, manner).encode()
    from contracts.report.console import WIDTH, console

    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((WIDTH, 0)).columns if is_terminal else WIDTH
    told = console(judgement, manner, is_coloured=is_terminal, width=width)
    return told.encode(sys.stdout.encoding or "utf-8", "backslashreplace")


def _say(report: bytes) -> None:
    try:
        click.echo(report, nl=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads this has seen enough; nothing is left to be flushed at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
