"""A release that its commit would refuse: of what a ledger's own sentences make of it."""

import pytest

from audit.trace.rerun import ledger_differences
from tests.unit.audit import small_trail
from tests.unit.audit.whole import typed


@pytest.mark.parametrize(("holds", "refused"), [(True, False), (False, True), (None, True)])
def test_a_sentence_that_fails_or_is_not_known_stops_a_release(holds, refused):
    whole = small_trail.ledger() | {"release": True}
    again = small_trail.ledger() | {"release": True}
    again["records"][3] |= {"holds": holds}
    told = "\n".join(ledger_differences(typed(whole), typed(again)))
    assert ("these are refused: fell" in told) == refused
