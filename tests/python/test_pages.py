"""The examples of docs/reading-the-tables.md work as they stand.

`.ci/run python` makes the run, and says where it is:

RELIANCE_DAY         the folder of a run of `scenarios/market-day.toml`
"""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DAY = Path(os.environ.get("RELIANCE_DAY", ROOT / "target" / "ci-day")).resolve()
PAGE = (ROOT / "docs" / "reading-the-tables.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def outcome(example: str):
    """What an example calls `table`."""
    names: dict = {}
    exec(example, names)
    return names["table"]


@pytest.fixture(autouse=True)
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which the run has the name that the page gives it."""
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "my-market-1").symlink_to(DAY)
    monkeypatch.chdir(tmp_path)


def test_the_page_has_its_examples() -> None:
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_finds_something(example: str) -> None:
    assert len(outcome(example)) > 0


def test_three_readers_count_the_same_fates() -> None:
    by_polars, by_pandas, by_duckdb = map(outcome, EXAMPLES[:3])
    polars_counts = dict(by_polars.select("fate", "jobs").rows())
    assert polars_counts == by_pandas["size"].to_dict()
    assert polars_counts == dict(zip(by_duckdb["fate"], by_duckdb["jobs"], strict=True))
