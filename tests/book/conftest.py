"""The book with an audit trail, and the browser, of the tests that open one in the other."""

import pytest

from tests.book.chromium import chromium
from tests.unit.audit import small_trail


@pytest.fixture(scope="session")
def trail(tmp_path_factory):
    return small_trail.make(tmp_path_factory.mktemp("trail"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found
