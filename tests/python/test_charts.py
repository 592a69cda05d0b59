"""The committed charts as viewers show them: no text is clipped, none covers another, whatever becomes of the font.

A browser gives the boxes of all text three times: as the file is; without its embedded font, where `textLength` squeezes the
substitute; and without both, as viewers do that know neither. `rsvg-convert` is such a viewer: no ink in the outer two pixels.
Each is skipped where its program is missing, but with CI=true it fails.
"""

import json
import os
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHARTS = sorted((ROOT / "docs" / "charts").glob("**/*.svg"))

# Boxes reach from the ascent to the descent of a font; letters do not. A fifth of the height on both sides is no overlap.
SLACK = 0.2

MEASURE = """
<script>
window.addEventListener("load", async () => {
  await document.fonts.ready;
  await Promise.all([...document.fonts].map(face => face.load().catch(() => null)));
  const found = [...document.querySelectorAll(".chart")].map(chart => {
    const svg = chart.querySelector("svg").getBoundingClientRect();
    const boxes = [...chart.querySelectorAll("text")].map(text => {
      const box = text.getBoundingClientRect();
      return [text.textContent.trim(), box.left - svg.left, box.top - svg.top, box.right - svg.left, box.bottom - svg.top];
    });
    return {name: chart.id, width: svg.width, height: svg.height, boxes};
  });
  const out = document.createElement("pre");
  out.id = "measured";
  out.textContent = JSON.stringify(found);
  document.body.replaceChildren(out);
});
</script>
"""


def needed(*names: str) -> str:
    """The first of these programs that is there."""
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        assert os.environ.get("CI") != "true", f"{names[0]} is not installed"
        pytest.skip(f"{names[0]} is not installed")
    return program


def without_font(svg: str) -> str:
    return re.sub(r"@font-face\{[^}]*\}", "", svg)


def without_font_and_widths(svg: str) -> str:
    return re.sub(r' textLength="[^"]*" lengthAdjust="[^"]*"', "", without_font(svg))


def measured(charts: dict[str, str], folder: Path) -> list[dict]:
    """The boxes of all text of some charts, as a browser without a window lays them out."""
    chromium = needed("chromium", "chromium-browser", "google-chrome")
    pictures = [f'<div class="chart" id="{name}">{svg[svg.index("<svg"):]}</div>' for name, svg in charts.items()]
    page = folder / "page.html"
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body>{"".join(pictures)}{MEASURE}</body>', encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", f"--user-data-dir={folder}/profile"]
    dom = subprocess.run([chromium, *flags, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=180)
    found = re.search(r'<pre id="measured">(.*?)</pre>', dom.stdout, re.DOTALL)
    assert found, dom.stderr
    text = found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return json.loads(text)


def misplaced(chart: dict) -> list[str]:
    """Texts that leave the picture, and pairs that overlap."""
    boxes = []
    for text, left, top, right, bottom in chart["boxes"]:
        slack = SLACK * (bottom - top)
        boxes.append((text, left, top + slack, right, bottom - slack))
    wrong = [
        f"{chart['name']}: `{text}` leaves the picture"
        for text, left, top, right, bottom in boxes
        if left < 0 or top < 0 or right > chart["width"] or bottom > chart["height"]
    ]
    for place, (text, left, top, right, bottom) in enumerate(boxes):
        for other, l, t, r, b in boxes[place + 1 :]:
            if left < r and l < right and top < b and t < bottom:
                wrong.append(f"{chart['name']}: `{text}` overlaps `{other}`")
    return wrong


@pytest.mark.parametrize("changed", [str, without_font, without_font_and_widths], ids=["as it is", "no font", "no font, no widths"])
def test_every_text_of_every_chart_has_its_place(changed, tmp_path: Path):
    assert len(CHARTS) > 10
    charts = {f"{path.parent.name}/{path.stem}": changed(path.read_text(encoding="utf-8")) for path in CHARTS}
    found = measured(charts, tmp_path)
    assert [chart["name"] for chart in found] == list(charts)
    assert all(len(chart["boxes"]) > 5 for chart in found)
    assert [wrong for chart in found for wrong in misplaced(chart)] == []


def test_what_is_misplaced_is_found(tmp_path: Path):
    text = '<text x="{}" y="{}" font-size="12">{}</text>'
    texts = [text.format(5, 20, "one text"), text.format(30, 22, "over it"), text.format(80, 60, "out of the picture")]
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80">{"".join(texts)}</svg>'
    (chart,) = measured({"bad": svg}, tmp_path)
    assert misplaced(chart) == ["bad: `out of the picture` leaves the picture", "bad: `one text` overlaps `over it`"]


def pixels(png: bytes) -> tuple[int, int, int, bytes]:
    """Width, height, bytes a pixel and the rows of a PNG of eight bits that is not interlaced."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", data)
            assert (depth, interlaced) == (8, 0)
            step = {2: 3, 6: 4}[colour]
        elif kind == b"IDAT":
            packed += data
        at += 12 + length
    raw, stride = zlib.decompress(packed), width * step
    rows, before = bytearray(), bytes(stride)
    for row in range(height):
        start = row * (stride + 1)
        filtered, line = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        for place in range(stride):
            left = line[place - step] if place >= step else 0
            above = before[place]
            corner = before[place - step] if place >= step else 0
            if filtered == 1:
                guess = left
            elif filtered == 2:
                guess = above
            elif filtered == 3:
                guess = (left + above) // 2
            elif filtered == 4:
                near = left + above - corner
                guess = min((abs(near - left), 0, left), (abs(near - above), 1, above), (abs(near - corner), 2, corner))[2]
            else:
                guess = 0
            line[place] = (line[place] + guess) & 255
        rows += line
        before = bytes(line)
    return width, height, step, bytes(rows)


def ink_at_the_edge(png: bytes) -> bool:
    """Whether a pixel of the outer two rows or columns is not white."""
    width, height, step, rows = pixels(png)

    def is_inked(x: int, y: int) -> bool:
        at = (y * width + x) * step
        return any(channel < 250 for channel in rows[at : at + 3])

    sides = [(x, y) for y in range(height) for x in (0, 1, width - 2, width - 1)]
    ends = [(x, y) for x in range(width) for y in (0, 1, height - 2, height - 1)]
    return any(is_inked(x, y) for x, y in sides + ends)


def drawn_without_the_font(svg: bytes) -> bytes:
    return subprocess.run([needed("rsvg-convert")], input=svg, capture_output=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("path", CHARTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_viewer_that_ignores_the_font_clips_nothing(path: Path):
    is_clipped = ink_at_the_edge(drawn_without_the_font(path.read_bytes()))
    assert not is_clipped


def test_ink_at_the_edge_is_found():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40" fill="#fff"/>{}</svg>'
    assert not ink_at_the_edge(drawn_without_the_font(svg.format("").encode()))
    text = '<text x="30" y="20" font-size="12">a long text that is clipped</text>'
    assert ink_at_the_edge(drawn_without_the_font(svg.format(text).encode()))
