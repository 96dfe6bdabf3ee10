"""A font with Chinese signs for the map: one that comes as a package, else one that the machine has."""

from __future__ import annotations

from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

PACKAGE, PACKAGE_FILE = "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"
FAMILIES = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
    "SimSun",
    "Arial Unicode MS",
)
SAMPLE = "应急储备库镇街道（）"


def find_chinese_font() -> Path | None:
    """Find the file of a font that has Chinese signs; the packaged one first, so that maps look alike everywhere."""
    packaged = _packaged()
    if packaged is not None:
        return packaged
    installed = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist}
    found = (Path(installed[name]) for name in FAMILIES if name in installed)
    return next((path for path in found if _has_chinese(path)), None)


def _packaged() -> Path | None:
    if find_spec(PACKAGE) is None:
        return None
    path = Path(str(resources.files(PACKAGE) / PACKAGE_FILE))
    return path if path.is_file() and _has_chinese(path) else None


def _has_chinese(path: Path) -> bool:
    try:
        signs = FT2Font(str(path)).get_charmap()
    except (OSError, RuntimeError):
        return False
    return all(ord(sign) in signs for sign in SAMPLE)
