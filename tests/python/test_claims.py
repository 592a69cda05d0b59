"""The quick variant of each study behind a page judges the claims of the whole study, and none of them otherwise.

`.ci/run python` makes the studies, and says where they are:

RELIANCE_QUICK       a folder with one folder for each quick study
"""

import os
from pathlib import Path

import polars
import pytest

ROOT = Path(__file__).parents[2]
QUICK = Path(os.environ.get("RELIANCE_QUICK", ROOT / "target" / "ci-quick")).resolve()
CLAIMS = sorted((ROOT / "docs" / "charts").glob("*/verdicts.txt"))


def committed(path: Path) -> list[tuple[str, str]]:
    """The condition and the verdict of each claim, as the whole study printed them."""
    lines = path.read_text(encoding="utf-8").splitlines()
    claims = [line.removeprefix("false if ").split(": ", 1) for line in lines]
    return [(claim.split(" at ")[0], found.split(",")[0]) for claim, found in claims]


def test_there_are_pages_with_claims() -> None:
    assert len(CLAIMS) >= 4


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.parent.name)
def test_the_quick_study_does_not_contradict_the_whole_one(path: Path) -> None:
    name = path.parent.name.removesuffix("-1")
    folder = QUICK / f"{name}-quick"
    quick = polars.read_parquet(folder / "verdicts.parquet").select("false_if", "verdict").rows()
    whole = committed(path)
    assert [when for when, _ in quick] == [when for when, _ in whole]
    # Few runs leave some claims undecided; what they decide is decided as by all runs.
    apart = [
        (when, verdict, known)
        for (when, verdict), (_, known) in zip(quick, whole, strict=True)
        if {verdict, known} == {"holds", "false"}
    ]
    assert not apart
    errors = polars.read_parquet(folder / "points.parquet")["error"]
    assert errors.null_count() == len(errors)
