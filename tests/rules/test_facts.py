"""Facts from a file: the units of the rule table in, whole fen out; what cannot be is refused by row and key."""

from decimal import Decimal

import numpy as np
import pytest

from crm.domain.errors import Refused
from crm.domain.money import LIMIT_FEN
from crm.rules import facts
from crm.rules.figure import FEN_PER_WAN


def test_money_is_exact_to_the_fen_up_to_the_most_a_file_may_say() -> None:
    most = Decimal(LIMIT_FEN) / FEN_PER_WAN
    fen = facts.frame([{"sales_y1": most}, {"sales_y1": most - Decimal("0.000001")}])["sales_y1"].to_list()
    assert fen == [LIMIT_FEN, LIMIT_FEN - 1]
    # Rules reckon with binary fractions: up to there they hold every fen, and a share of so many hundredths.
    assert np.float64(LIMIT_FEN) - np.float64(LIMIT_FEN - 1) == 1
    assert LIMIT_FEN * 90 < 2**53


@pytest.mark.parametrize("value", [Decimal("100000000.000001"), Decimal("0.0000001"), True, "一万", float("nan")])
def test_money_that_cannot_be_is_refused_by_row_and_key(value: object) -> None:
    with pytest.raises(Refused) as refusal:
        facts.frame([{"sales_y1": 1}, {"sales_y1": value}])
    assert refusal.value.params["row"] == 2
    assert refusal.value.params["key"] == "sales_y1"
