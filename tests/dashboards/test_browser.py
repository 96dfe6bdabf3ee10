"""The map in a real browser; needs the Python package playwright and a Chromium on the path."""

import os
import shutil
import socket
import subprocess
import time

import pytest

from dashboards.launch import PLAN_VARIABLE, command
from dashboards.map import read_sites, site_marks

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


@pytest.fixture
def served(path):
    port = _free_port()
    environment = dict(os.environ) | {PLAN_VARIABLE: str(path)}
    with subprocess.Popen([*command(port), "--server.headless=true"], env=environment) as process:
        yield f"http://localhost:{port}"
        process.terminate()


def _open(page, address):
    for _ in range(60):
        try:
            page.goto(address)
        except playwright.Error:
            time.sleep(0.5)
        else:
            return
    pytest.fail("the page was not served within 30 s")


def _spot(marks, site, box):
    """Where a mark stands on the page while the whole map is shown."""
    xs, ys = zip(*(mark["p"] for mark in marks), strict=True)
    scale = 0.86 * min(box["width"] / (max(xs) - min(xs)), box["height"] / (max(ys) - min(ys)))
    x, y = next(mark["p"] for mark in marks if mark["id"] == site)
    return (
        box["x"] + box["width"] / 2 + (x - (min(xs) + max(xs)) / 2) * scale,
        box["y"] + box["height"] / 2 + (y - (min(ys) + max(ys)) / 2) * scale,
    )


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path")
def test_the_map_is_drawn_hovered_and_clicked_without_the_outside(served, folder, words):
    marks = site_marks(folder, read_sites(folder), words)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        outside = []
        page.on("request", lambda request: outside.append(request.url))
        _open(page, served)
        canvas = page.locator("canvas[data-painted]").first
        canvas.wait_for(timeout=30_000)
        assert canvas.get_attribute("data-painted") == str(len(marks))
        canvas.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        spot = _spot(marks, "D1", canvas.bounding_box())
        page.mouse.move(*spot)
        assert "库容 400 m³" in page.locator(".plan-map .tip").inner_text()
        page.mouse.down()
        page.mouse.up()
        page.get_by_text("站点：区应急物资储备库").wait_for(timeout=10_000)
        assert not [
            url for url in outside if not url.startswith((served, "data:", "blob:", served.replace("http", "ws")))
        ]
        browser.close()
