"""A small sealed report: made once, and a copy for each test that changes it."""

import shutil

import pytest

from tests.unit.audit import sealed


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return sealed.make(tmp_path_factory.mktemp("sealed"))


@pytest.fixture
def pdf(tmp_path, made):
    return shutil.copy(made, tmp_path / "report.pdf")
