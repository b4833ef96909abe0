"""`mockserver.principals`: who is asking."""

from __future__ import annotations

import pytest

from mockserver.principals import ANONYMOUS, Principals, load, principal
from speckit.faults import DocumentFaults

LISTED = """\
principals:
  - {name: ann, token: a-token, roles: [Curator, Reader], id: 12}
  - {name: bob, token: b-token}
"""


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "principals.yaml"
        path.write_text(text)
        return path

    return write


def test_without_a_list_every_credential_is_somebody_with_every_role():
    principals = Principals()

    somebody = principals.by_credential("anything")

    assert somebody.name == "anything"
    assert somebody.may(["Admin"])
    assert principals.named("anything") == somebody
    assert principals.by_credential("anything") == somebody
    assert principals.by_credential("something").facts["id"] != somebody.facts["id"]


def test_with_a_list_only_the_listed_are_known(file):
    principals = load(file(LISTED))

    assert principals.by_credential("a-token").name == "ann"
    assert principals.by_credential("c-token") is None
    assert principals.named("bob").name == "bob"
    assert principals.named("a-token") is None


def test_a_listed_principal_has_the_roles_and_the_number_it_is_given(file):
    principals = load(file(LISTED))
    ann, bob = principals.named("ann"), principals.named("bob")

    assert ann.facts["id"] == 12
    assert ann.may(["Reader", "Other"])
    assert not ann.may(["Other"])
    assert ann.may([])
    assert not bob.may(["Reader"])
    assert bob.facts["id"] == principal("bob").facts["id"]


def test_nobody_in_particular_has_every_role_only_where_there_is_no_list(file):
    assert Principals().anonymous.may(["Admin"])
    assert not load(file(LISTED)).anonymous.may(["Admin"])
    assert Principals().named(ANONYMOUS) == Principals().anonymous


def test_nobody_in_particular_can_be_given_roles(file):
    principals = load(file("principals: [{name: anonymous, roles: [Reader]}]"))

    assert principals.anonymous.may(["Reader"])
    assert not principals.anonymous.may(["Admin"])


def test_nobody_in_particular_may_have_a_token_besides(file):
    """Whoever sends none is the same as who sends this one."""
    principals = load(file("principals: [{name: anonymous, token: guest, roles: [Reader], world: w}]"))

    assert principals.by_credential("guest") == principals.anonymous == principals.named(ANONYMOUS)
    assert principals.anonymous.may(["Reader"])
    assert principals.anonymous.world == "w"


def test_a_credential_may_be_any_text():
    """Names are hashed for a number; half a surrogate pair is no reason to fall over."""
    for text in ("", "ä", "\ud800", "x" * 10_000):
        assert Principals().by_credential(text).name == text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("principals: {}", "list"),
        ("[]", "list"),
        ("principals: [ann]", "mapping"),
        ("principals: [{token: t}]", "name"),
        ("principals: [{name: ann}]", "token"),
        ("principals: [{name: ann, token: 5}]", "token"),
        ("principals: [{name: ann, token: ''}]", "token"),
        ("principals: [{name: anonymous, token: 5}]", "token"),
        ("principals: [{name: ann, token: t, roles: Admin}]", "list"),
        ("principals: [{name: ann, token: t, roles: [[Admin]]}]", "list of texts"),
        ("principals: [{name: ann, token: t, id: true}]", "number"),
        ("principals: [{name: ann, token: t, rolls: []}]", "rolls"),
        ("principals: [{name: ann, token: t, world: 5}]", "world"),
        ("principals: [{name: ann, token: t, world: ''}]", "world"),
        ("principals: [{name: ann, token: t}, {name: ann, token: u}]", "name 'ann'"),
        ("principals: [{name: ann, token: t}, {name: bob, token: t}]", "token 't'"),
    ],
)
def test_a_list_with_a_mistake_is_refused_and_the_mistake_told(file, text, complaint):
    with pytest.raises(DocumentFaults) as refusal:
        load(file(text))

    assert any(complaint in fault.message for fault in refusal.value.faults)
