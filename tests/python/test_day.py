"""The day of the market: its tables agree with one another, its report opens in a browser, the notebooks run.

`.ci/run python` makes the run, its charts and its report, and says where they are:

RELIANCE_DAY         the folder of a run of `scenarios/market-day.toml`
RELIANCE_MENU        the folder of the study `scenarios/studies/verification-menu-quick.toml`
RELIANCE_FORKS       the folder of the study `scenarios/studies/one-process-quick.toml`
RELIANCE_COMMITTEE   the folder of a run of `scenarios/unlocatable.toml` with four checkers
RELIANCE_CHAINS      the folder of a run of `scenarios/silent-acceptance.toml`
RELIANCE_DICTIONARY  what `reliance dictionary --format json` printed
"""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import nbclient
import nbformat
import pandas
import polars
import pytest

ROOT = Path(__file__).parents[2]
DAY = Path(os.environ.get("RELIANCE_DAY", ROOT / "target" / "ci-day")).resolve()
MENU = Path(os.environ.get("RELIANCE_MENU", ROOT / "target" / "ci-menu")).resolve()
FORKS = Path(os.environ.get("RELIANCE_FORKS", ROOT / "target" / "ci-forks")).resolve()
COMMITTEE = Path(os.environ.get("RELIANCE_COMMITTEE", ROOT / "target" / "ci-committee")).resolve()
CHAINS = Path(os.environ.get("RELIANCE_CHAINS", ROOT / "target" / "ci-chains")).resolve()
DICTIONARY = Path(os.environ.get("RELIANCE_DICTIONARY", ROOT / "target" / "ci-dictionary.json"))
TABLES = sorted(DAY.glob("*.parquet"))

each_table = pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)


def summary() -> dict:
    return polars.read_parquet(DAY / "summary.parquet").row(0, named=True)


def jobs(*columns: str) -> polars.DataFrame:
    return polars.read_parquet(DAY / "jobs.parquet", columns=list(columns))


def test_the_day_has_all_its_tables():
    assert {path.stem for path in TABLES} == {"summary", "classes", "jobs", "series", "nodes", "validators", "checks"}
    assert summary()["jobs"] >= 1_000_000


@each_table
def test_three_readers_count_the_same(path: Path):
    by_polars = polars.read_parquet(path, columns=[0]).height
    first = polars.read_parquet_schema(path).names()[0]
    by_pandas = len(pandas.read_parquet(path, engine="pyarrow", columns=[first]))
    # All rows are fetched: DuckDB keeps a connection busy until then.
    (by_duckdb,) = duckdb.execute("select count(*) from read_parquet(?)", [str(path)]).fetchall()[0]
    assert by_polars == by_pandas == by_duckdb > 0


@each_table
def test_no_column_without_an_entry(path: Path):
    entries = json.loads(DICTIONARY.read_text(encoding="utf-8"))
    (table,) = [table for table in entries if table["name"] == path.stem]
    known = {column["name"] for column in table["columns"]}
    assert [name for name in polars.read_parquet_schema(path).names() if name not in known] == []


def test_fates_sum_to_jobs():
    row = summary()
    fates = {name: count for name, count in row.items() if name.startswith("fate_")}
    assert sum(fates.values()) == row["jobs"]
    causes = sum(count for name, count in row.items() if name.startswith("cause_"))
    assert causes == row["fate_declined"]
    counted = jobs("fate")["fate"].cast(polars.String).str.replace_all("-", "_").value_counts()
    assert {f"fate_{fate}": count for fate, count in counted.iter_rows()} == {k: v for k, v in fates.items() if v}


def test_classes_sum_to_the_summary():
    classes, row = polars.read_parquet(DAY / "classes.parquet"), summary()
    shared = [name for name in classes.columns if name in row and classes[name].dtype == polars.UInt64 and not name.endswith("_ns")]
    assert {"jobs", "used", "used_wrong", "checks", "alarms"} < set(shared)
    assert {name: classes[name].sum() for name in shared} == {name: row[name] for name in shared}
    counted = dict(jobs("class")["class"].cast(polars.String).value_counts().iter_rows())
    assert dict(classes.select("class", "jobs").iter_rows()) == counted


def test_prices_decompose_exactly():
    parts = ["compute_price", "coordination_price", "verification_price"]
    frame = jobs("price", *parts)
    assert (frame.select(polars.sum_horizontal(parts)).to_series() == frame["price"]).all()
    parts = ["charged_compute", "charged_coordination", "charged_verification"]
    frame = jobs("charged", *parts)
    assert (frame.select(polars.sum_horizontal(parts)).to_series() == frame["charged"]).all()


def test_both_sides_of_the_sankey_agree_with_the_tables():
    text = re.sub(r"<[^>]*>", "\n", (DAY / "charts" / "fates.svg").read_text(encoding="utf-8"))
    text = re.sub("[\u202f\u2009\u00a0]", "", text)
    frame = jobs("placed_ns", "answered_ns", "accepted_ns", "fate", "cause")
    expected = {
        "asked": frame.height,
        "placed": frame["placed_ns"].count(),
        "answered": frame["answered_ns"].count(),
        "accepted": frame["accepted_ns"].count(),
        "final, right": (frame["fate"] == "final-right").sum(),
        "abandoned": (frame["fate"] == "abandoned").sum(),
        "declined: verification": (frame["cause"] == "verification").sum(),
    }
    for label, count in expected.items():
        found = re.search(rf"\n{label}\n\s*(\d+) ?·", text)
        assert found, label
        assert int(found.group(1)) == count, label


def browser() -> str | None:
    return next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)


def test_the_report_opens_in_a_browser(tmp_path: Path):
    chromium = browser()
    if chromium is None:
        assert os.environ.get("CI") != "true", "chromium is not installed"
        pytest.skip("chromium is not installed")
    page, picture = DAY / "report.html", tmp_path / "report.png"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", f"--user-data-dir={tmp_path}/profile"]
    shot = subprocess.run(
        [chromium, *flags, f"--screenshot={picture}", "--window-size=1200,9000", page.as_uri()],
        capture_output=True, text=True, timeout=120,
    )
    assert picture.exists(), shot.stderr
    assert "CONSOLE" not in shot.stderr, shot.stderr
    dom = subprocess.run([chromium, *flags, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120).stdout
    charts = sorted(path.stem for path in (DAY / "charts").glob("*.svg"))
    assert dom.count("<svg") >= len(charts) > 4
    # Pictures that are not drawn leave a page that is nearly empty.
    assert picture.stat().st_size > 200_000


def test_the_report_fits_a_telephone(tmp_path: Path):
    """In a window 390 pixels wide no part of the page but a chart or a folded table goes beyond it, and nothing is hidden."""
    chromium = browser()
    if chromium is None:
        assert os.environ.get("CI") != "true", "chromium is not installed"
        pytest.skip("chromium is not installed")
    measure = """
<script>addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument, root = page.documentElement;
  const wide = [...page.querySelectorAll("h1, p, .side, .side table")].filter(part => part.getBoundingClientRect().right > root.clientWidth);
  const said = [root.scrollWidth - root.clientWidth, wide.length, page.querySelectorAll("figure a.open").length];
  document.body.innerHTML = `<pre id="measured">${JSON.stringify(said)}</pre>`;
});</script>"""
    frame = f'<iframe style="border:0;width:390px;height:800px" srcdoc="{html.escape((DAY / "report.html").read_text(encoding="utf-8"))}"></iframe>'
    outer = tmp_path / "outer.html"
    outer.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body>{frame}{measure}', encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", f"--user-data-dir={tmp_path}/profile"]
    dom = subprocess.run([chromium, *flags, "--dump-dom", outer.as_uri()], capture_output=True, text=True, timeout=120)
    found = re.search(r'<pre id="measured">(.*?)</pre>', dom.stdout)
    assert found, dom.stderr
    beyond, wide, charts = json.loads(found.group(1))
    assert (beyond, wide) == (0, 0) and charts > 4, (beyond, wide, charts)


def test_the_notebooks_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RELIANCE_DAY", str(DAY))
    monkeypatch.setenv("RELIANCE_MENU", str(MENU))
    monkeypatch.setenv("RELIANCE_FORKS", str(FORKS))
    monkeypatch.setenv("RELIANCE_COMMITTEE", str(COMMITTEE))
    monkeypatch.setenv("RELIANCE_CHAINS", str(CHAINS))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        assert all(not cell.get("outputs") for cell in notebook.cells), f"{path.name} is committed without its outputs"
        nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=str(path.parent))
