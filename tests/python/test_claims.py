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


def committed(path: Path) -> dict[tuple[str, str], str]:
    """The verdict of each claim by its condition and the place where it is judged, as the whole study printed them."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        claim, verdict = line.removeprefix("false if ").split(": ", 1)
        when, _, place = claim.partition(" at ")
        found[when, place] = verdict.split(",")[0]
    return found


def judged(folder: Path) -> dict[tuple[str, str], str]:
    """The same of a quick study, from its table."""
    rows = polars.read_parquet(folder / "verdicts.parquet").select("false_if", "at", "verdict").rows()
    return {(when, place or ""): verdict for when, place, verdict in rows}


def test_there_are_pages_with_claims() -> None:
    assert len(CLAIMS) >= 7


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.parent.name)
def test_the_quick_study_does_not_contradict_the_whole_one(path: Path) -> None:
    folder = QUICK / f"{path.parent.name.removesuffix('-1')}-quick"
    quick, whole = judged(folder), committed(path)
    # It has each condition, at some of the places where the whole study judges it.
    assert {when for when, _ in quick} == {when for when, _ in whole}
    assert quick.keys() <= whole.keys()
    # Few runs leave some claims undecided; what they decide is decided as by all runs.
    apart = {
        claim: (verdict, whole[claim])
        for claim, verdict in quick.items()
        if {verdict, whole[claim]} == {"holds", "false"}
    }
    assert not apart
    errors = polars.read_parquet(folder / "points.parquet")["error"]
    assert errors.null_count() == len(errors)
