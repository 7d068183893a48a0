"""A folder of loans never seen is scored however it comes, or refused with a sentence."""

import csv
import gzip
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.benchmarks.berka.files import FolderWrong
from tests.benchmarks.berka.reading import Read, read_folder
from tests.benchmarks.berka.unseen import score_folder

Row = dict[str, str]
GRANTED = date(1997, 6, 1)


def loan(number: int, status: str) -> Row:
    return {
        "loan_id": str(number), "account_id": f"9{number}", "date": "970601",
        "amount": "12000", "duration": "12", "payments": "1000.00", "status": status,
    }  # fmt: skip


LOANS = [loan(n, "B" if n % 3 == 0 else "A") for n in range(1, 13)]


def lines(known: Iterable[Row] = LOANS) -> list[Row]:
    """Make a year of lines before each loan, and one on its day."""
    dice = random.Random(4)
    made = []
    for one in known:
        balance = 500
        for month in range(13):
            amount = dice.randrange(100, 4000)
            balance += amount
            on = GRANTED - timedelta(days=30 * (12 - month))
            made.append({
                "trans_id": f"{one['loan_id']}{month:02}",
                "account_id": one["account_id"], "date": f"{on:%y%m%d}",
                "type": "PRIJEM", "operation": "VKLAD", "amount": f"{amount}.00",
                "balance": f"{balance}.00", "k_symbol": "",
            })  # fmt: skip
    return made


def put(path: Path, rows: list[Row], *, delimiter: str = ";") -> None:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def folder(place: Path, loans: list[Row] = LOANS) -> Path:
    place.mkdir(exist_ok=True)
    put(place / "loan.asc", loans)
    put(place / "trans_1997.asc.gz", lines())
    return place


def values(read: Read) -> dict[str, Mapping[str, object]]:
    return {one.loan: one.features for one in read.loans}


def scored(place: Path) -> float:
    """Score by the instalment's digits: what a model says is not the matter here."""
    return score_folder(
        [],
        place,
        {"one": lambda _: lambda seen: [int(x.loan) % 7 / 10 + 0.1 for x in seen]},
    )


def test_names_packing_separators_and_the_order_of_columns_change_nothing(
    tmp_path: Path,
) -> None:
    one = folder(tmp_path / "one")
    other = tmp_path / "other"
    other.mkdir()
    put(other / "loan.csv.gz", [dict(reversed(row.items())) for row in LOANS])
    halves = lines()[:70], lines()[50:]
    for name, half in zip(("trans_a.asc", "trans_b.csv"), halves, strict=True):
        put(other / name, [dict(reversed(row.items())) for row in half], delimiter=",")

    assert values(read_folder(other)) == values(read_folder(one))


def test_a_line_on_the_day_of_the_loan_or_after_is_not_looked_at(
    tmp_path: Path,
) -> None:
    found = read_folder(folder(tmp_path / "one"))

    assert {one.features["record_days"].value for one in found.loans} == {360}
    put(
        tmp_path / "one/trans_1997.asc.gz", [x for x in lines() if x["date"] < "970601"]
    )
    assert values(read_folder(tmp_path / "one")) == values(found)


def test_what_is_less_than_it_should_be_is_counted(tmp_path: Path) -> None:
    odd = [
        LOANS[0], LOANS[1], LOANS[1], loan(50, ""), loan(51, "A") | {"payments": "0"},
        loan(52, "A") | {"date": "991332"}, loan(53, "B"),
    ]  # fmt: skip
    place = folder(tmp_path / "odd", odd)
    put(place / "trans_1997.asc.gz", [lines()[0] | {"amount": "x"}, *lines()[1:]])

    found = read_folder(place, known={"2"})

    assert dict(found.counts) == {
        "rows": 1, "bare": 1, "known": 1, "open": 1, "unreadable": 3,
        "unreadable lines": 1, "cut short": 0,
    }  # fmt: skip


def summary(number: int, **figures: str) -> Row:
    names = (
        "n_credit", "avg_credit", "sd_credit", "skew_credit", "median_credit",
        "avg_withdrawal", "avg_amount", "avg_balance", "min_balance", "sd_balance",
        "growth_balance", "avg_monthly_balance", "n_sanction_interest",
    )  # fmt: skip
    return {"loan_id": str(number)} | dict.fromkeys(names, "5") | figures


def test_a_summary_is_read_though_cells_are_empty_and_nothing_came_in(
    tmp_path: Path,
) -> None:
    place = folder(tmp_path / "one", LOANS[:4])
    (place / "trans_1997.asc.gz").unlink()
    put(place / "preloan_aggregates.csv", [
        summary(1), summary(2, n_credit="0", avg_credit="0", sd_balance="0"),
        summary(3, avg_balance="NA", avg_amount=""), summary(4, n_credit="many"),
    ], delimiter=",")  # fmt: skip

    found = read_folder(place)

    assert (found.counts["summary"], found.counts["bare"]) == (3, 1)
    assert found.loans[1].value("balance_buffer") is None
    assert found.loans[2].value("mean_balance") is None
    assert found.loans[0].value("mean_balance") == 5


@pytest.mark.parametrize(
    "kept",
    [LOANS, LOANS[:1], LOANS[2:3], [x for x in LOANS if x["status"] == "A"]],
    ids=["some", "one good", "one bad", "all good"],
)
def test_few_loans_or_one_outcome_alone_are_scored_all_the_same(
    kept: list[Row], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    least = scored(folder(tmp_path / "few", kept))

    said = capsys.readouterr().out
    assert f"never seen: {len(kept)} loans" in said
    assert 0 <= least < 1
    assert ("unknown" in said) == (least == 0)


def cut(place: Path) -> None:
    path = place / "trans_1997.asc.gz"
    path.write_bytes(path.read_bytes()[:-20])


def without_loans(place: Path) -> None:
    (place / "loan.asc").unlink()


def headless(place: Path) -> None:
    (place / "loan.asc").write_text("")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut, "it is damaged"),
        (without_loans, "there is no table of loans"),
        (headless, "it has no column"),
    ],
)
def test_a_folder_that_cannot_be_read_says_why(
    spoil: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    place = folder(tmp_path / "spoilt")
    spoil(place)

    with pytest.raises(FolderWrong, match=said):
        scored(place)
