"""The words that errors have for their statuses, in letters alone: `notfound` is NOT_FOUND and not-found."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from speckit.conventions import KINDS

_WORDS: Mapping[int, str] = {
    400: "badrequest invalidrequest validationerror validationfailed invalidargument invalid invalidinput"
    " invalidparameter malformed clienterror",
    401: "unauthorized unauthenticated notauthenticated authenticationrequired authenticationerror"
    " authenticationfailed invalidcredentials invalidtoken tokeninvalid",
    402: "paymentrequired",
    403: "forbidden permissiondenied accessdenied notpermitted notauthorized insufficientpermissions"
    " insufficientscope permissionerror",
    404: "notfound resourcenotfound doesnotexist unknown missing",
    405: "methodnotallowed",
    406: "notacceptable",
    408: "requesttimeout timeout",
    409: "conflict alreadyexists invalidstate duplicate failedprecondition",
    410: "gone expired deleted",
    411: "lengthrequired",
    412: "preconditionfailed failedprecondition versionmismatch conflict",
    413: "payloadtoolarge contenttoolarge requesttoolarge requestentitytoolarge entitytoolarge bodytoolarge"
    " filetoolarge toolarge",
    414: "uritoolong",
    415: "unsupportedmediatype unsupportedcontenttype unsupportedtype unsupportedformat",
    422: "unprocessable unprocessableentity unprocessablecontent validationerror validationfailed invalid"
    " invalidargument invalidrequest",
    423: "locked",
    424: "faileddependency",
    425: "tooearly",
    428: "preconditionrequired",
    429: "toomanyrequests ratelimited ratelimitexceeded ratelimit ratelimiterror throttled quotaexceeded"
    " resourceexhausted",
    500: "internalservererror internalerror internal servererror unexpected apierror",
    501: "notimplemented unimplemented",
    502: "badgateway",
    503: "serviceunavailable temporarilyunavailable unavailable overloaded",
    504: "gatewaytimeout deadlineexceeded timeout",
    507: "insufficientstorage",
}
"""By status, the best word first."""

_OF_KINDS: Mapping[str, str] = {
    "malformedBody": "malformedbody malformedrequest malformed invalidjson parseerror",
    "invalidBody": "invalidbody",
    "invalidParameter": "invalidparameter invalidparam",
    "malformedId": "malformedid invalidid",
    "refused": "invalidstate wrongstate illegalstate failedprecondition invalidtransition",
    "conflict": "conflict alreadyexists duplicate",
    "idempotencyMismatch": "idempotencymismatch idempotencyerror idempotencyconflict",
}
"""By kind of error, words that tell more than those of its status."""

_PHRASES: Mapping[int, str] = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
"""Phrases of RFC 9110 that Python has had since different versions."""

_KNOWN = frozenset((*_PHRASES.values(), *(each.phrase for each in HTTPStatus if each >= 400)))
_USUAL = 400


def ranked(status: int, kind: str = "") -> list[list[str]]:
    """Return the words that say `status`, in groups, what tells most first.

    Args:
        kind: A kind of error (`speckit.conventions.KINDS`), if it is known.
    """
    usual = KINDS[kind][0] if kind else status
    aside = _WORDS.get(usual, "") if usual not in (status, _USUAL) else ""
    general = _WORDS[500 if status >= 500 else _USUAL]
    groups = (_OF_KINDS.get(kind, ""), aside, f"{status} {_WORDS.get(status, '')}", general)
    return [words.split() for words in groups]


def phrase(status: int) -> str:
    """Return the reason phrase of `status`, for people (RFC 9110, section 15); plain for an unknown one.

    >>> phrase(404)
    'Not Found'
    """
    if status in _PHRASES:
        return _PHRASES[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def is_phrase(text: str) -> bool:
    """Return whether `text` is the reason phrase of an error."""
    return text in _KNOWN
