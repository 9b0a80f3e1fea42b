"""How far scopes reach, whoever issued them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import rulebook
from scanner.judge.breadth import BreadthFacts

BREADTH = BreadthFacts(rulebook.load().vocabulary)


def told(*scopes: str) -> tuple[list[str], int]:
    facts = BREADTH.of(scopes)
    return facts["token.scope_writes"], facts["token.scope_products"]


@pytest.mark.parametrize(
    "scope",
    [
        "orders:write", "write:orders", "orders.write", "orders/write", "orders_write", "write-orders", "writeOrders",
        "Orders.ReadWrite.All", "Orders.ReadWrite", "https://graph.microsoft.com/Mail.Send", "api://0a1b/Orders.Write",
        "https://www.googleapis.com/auth/orders.manage", "delete_repo", "chat:write.customize", "urn:orders:update",
    ],
)  # fmt: skip
def test_what_changes_something(scope):
    """Whatever the spelling."""
    assert told(scope) == ([scope], 1)


@pytest.mark.parametrize(
    "scope",
    [
        "openid", "profile", "email", "offline_access", "orders", "orders:read", "read", "read:admin-docs",
        "read:write-offs", "orders.readonly", "User.Read.All", "https://www.googleapis.com/auth/drive.readonly",
        "writers:read", "rewrite", "overwrite", "postgres:read", "adder",
        "aws.cognito.signin.user.admin", "", ":", "::",
    ],
)  # fmt: skip
def test_what_changes_nothing(scope):
    """Words that only contain one, and names of things that are read."""
    assert told(scope) == ([], 0)


def test_products_are_counted_once():
    """By what a scope is about, and not by what is done to it."""
    assert told("orders:write", "orders:delete", "update:orders", "orders_create")[1] == 1
    assert told("orders:write", "billing:write", "read:stock")[1] == 2
    assert told("write", "delete")[1] == 0


@pytest.mark.parametrize(("scopes", "offline"), [(["offline_access"], True), (["online_access", "offline"], False)])
def test_offline(scopes, offline):
    """OpenID Connect Core §11."""
    assert BREADTH.of(scopes)["token.scope_offline"] is offline


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_text_is_a_scope(scopes):
    """What is listed is among the scopes, and there are no more products than scopes."""
    writes, products = told(*scopes)
    assert set(writes) <= set(scopes)
    assert 0 <= products <= len(writes)
