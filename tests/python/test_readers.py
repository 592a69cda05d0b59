"""The tables of a run as others read them: polars, pandas and DuckDB see the same rows, columns and values.

`.ci/run python` makes the run and the dictionary, and says where they are:

RELIANCE_OUTPUT      the folder of a run
RELIANCE_DICTIONARY  what `reliance dictionary --format json` printed
"""

import json
import os
from pathlib import Path

import duckdb
import pandas
import polars
import polars.selectors
import pyarrow.parquet
import pytest

ROOT = Path(__file__).parents[2]
OUTPUT = Path(os.environ.get("RELIANCE_OUTPUT", ROOT / "target" / "ci-output"))
DICTIONARY = Path(os.environ.get("RELIANCE_DICTIONARY", ROOT / "target" / "ci-dictionary.json"))
TABLES = sorted(OUTPUT.rglob("*.parquet"))

each_table = pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)


def table(name: str) -> polars.DataFrame:
    """The table of that name."""
    (path,) = [path for path in TABLES if path.stem == name]
    return polars.read_parquet(path)


def dictionary() -> dict[str, set[str]]:
    """The columns of each table."""
    entries = json.loads(DICTIONARY.read_text(encoding="utf-8"))
    return {table["name"]: {column["name"] for column in table["columns"]} for table in entries}


def extremes_by_polars(path: Path) -> dict[str, tuple]:
    """For each column of numbers: how many values are there, the least and the greatest."""
    frame = polars.read_parquet(path).select(polars.selectors.numeric())
    return {column.name: (column.count(), column.min(), column.max()) for column in frame.get_columns()}


def extremes_by_pandas(path: Path, names: list[str]) -> dict[str, tuple]:
    """The same; on Arrow's own types, so that a column with nulls keeps its integers."""
    frame = pandas.read_parquet(path, engine="pyarrow", dtype_backend="pyarrow")
    some = {name: frame[name].dropna() for name in names}
    return {
        name: (len(values), values.min(), values.max()) if len(values) else (0, None, None)
        for name, values in some.items()
    }


def extremes_by_duckdb(path: Path, names: list[str]) -> dict[str, tuple]:
    """The same, in one pass."""
    asked = ", ".join(f'count("{name}"), min("{name}"), max("{name}")' for name in names)
    row = duckdb.execute(f"select {asked} from read_parquet(?)", [str(path)]).fetchall()[0] if names else ()
    return {name: tuple(row[3 * index : 3 * index + 3]) for index, name in enumerate(names)}


def test_a_run_has_its_tables():
    assert {"summary", "jobs"} <= {path.stem for path in TABLES}, f"make a run in {OUTPUT} first: `.ci/run python`"
    assert table("summary").height == 1
    assert table("jobs").height > 0


@each_table
def test_every_reader_sees_the_same_rows_and_columns(path: Path):
    by_polars = polars.read_parquet(path)
    by_pandas = pandas.read_parquet(path, engine="pyarrow")
    by_duckdb = duckdb.execute("select * from read_parquet(?)", [str(path)])
    names = [column[0] for column in by_duckdb.description]
    assert by_polars.columns == list(by_pandas.columns) == names
    assert by_polars.height == len(by_pandas) == len(by_duckdb.fetchall())


@each_table
def test_every_reader_sees_the_same_numbers(path: Path):
    expected = extremes_by_polars(path)
    assert extremes_by_pandas(path, list(expected)) == expected
    assert extremes_by_duckdb(path, list(expected)) == expected


@each_table
def test_a_missing_value_is_null_and_never_nan(path: Path):
    floats = polars.read_parquet(path).select(polars.selectors.float())
    assert [column.name for column in floats.get_columns() if column.is_nan().any()] == []


@each_table
def test_every_column_is_in_the_dictionary(path: Path):
    known = dictionary().get(path.stem, set())
    assert [name for name in polars.read_parquet(path).columns if name not in known] == []


@each_table
def test_every_column_carries_its_unit_and_meaning(path: Path):
    entries = json.loads(DICTIONARY.read_text(encoding="utf-8"))
    (columns,) = [table["columns"] for table in entries if table["name"] == path.stem]
    schema = pyarrow.parquet.read_schema(path)
    # Some stand in a table only where the scenario has what they tell of.
    lacking = {column["name"] for column in columns if "only where the scenario has" in column["meaning"]} - set(schema.names)
    columns = [column for column in columns if column["name"] not in lacking]
    assert schema.names == [column["name"] for column in columns]
    for column in columns:
        notes = {key.decode(): value.decode() for key, value in (schema.field(column["name"]).metadata or {}).items()}
        expected = {key: column[key] for key in ("unit", "meaning", "formula") if column[key]}
        assert {key: notes[key] for key in notes if key in ("unit", "meaning", "formula")} == expected, column["name"]


@each_table
def test_every_text_is_a_word_that_the_dictionary_tells(path: Path):
    entries = json.loads(DICTIONARY.read_text(encoding="utf-8"))
    (columns,) = [table["columns"] for table in entries if table["name"] == path.stem]
    frame = polars.read_parquet(path)
    for column in columns:
        if "words" in column:
            known = {word["word"] for word in column["words"]}
            assert set(frame[column["name"]].drop_nulls()) <= known, column["name"]


def test_times_have_a_sign():
    jobs = table("jobs")
    assert {jobs[name].dtype for name in jobs.columns if name.endswith("_ns")} == {polars.Int64}
    early = jobs.filter(polars.col("answered_ns") < polars.col("closed_ns") + 1)
    assert (early["asked_ns"] - early["closed_ns"] <= 0).all()


def test_what_was_never_agreed_has_no_price():
    jobs = table("jobs")
    placed = jobs["attempts"] > 0
    for name in ("price", "compute_price", "first_price", "charged", "charged_compute", "trust", "method", "use_at"):
        assert (jobs[name].is_not_null() == placed).all(), name


def test_a_summary_says_which_run_it_is():
    (row,) = table("summary").iter_rows(named=True)
    manifest = json.loads((TABLES[0].parent / "manifest.json").read_text(encoding="utf-8"))
    assert row["digest"] == manifest["circumstances"]["digest"]
    assert (row["seed"], row["version"]) == (manifest["identity"]["seed"], manifest["identity"]["version"])
    assert row["trace_start"] == manifest.get("trace_start")


def test_the_fates_of_the_summary_are_those_of_the_jobs():
    summary, jobs = table("summary"), table("jobs")
    counted = {name: summary[name].item() for name in summary.columns if name.startswith("fate_")}
    if not counted or "fate" not in jobs.columns:
        pytest.skip("the tables do not count fates")
    # A fate is written with a hyphen in a row and, as every column, with an underscore in a name.
    fates = jobs["fate"].drop_nulls().cast(polars.String).str.replace_all("-", "_")
    by_fate = {f"fate_{fate}": count for fate, count in fates.value_counts().iter_rows()}
    assert {name: count for name, count in counted.items() if count} == by_fate
