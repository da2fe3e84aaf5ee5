"""Set-up step: take from node_modules what pages use, into static/lib. Run: ``python -m crm.kit.assets``."""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "node_modules"
LIB = ROOT / "static" / "lib"
ICONS = MODULES / "@tabler" / "icons" / "icons" / "outline"
# Icons named in templates, icon('home') and ui.empty('award', …), and those that code hands over: icon="home".
_NAMED = re.compile(r"""(?:icon|empty)(?:\(|=|":\s*)\s*["']([a-z0-9-]+)["']""")


def used_icons() -> set[str]:
    """Return the names of the icons that templates and code ask for."""
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "crm").rglob("*.py")]
    return {name for file in files for name in _NAMED.findall(file.read_text())}


def main() -> int:
    """Copy; return 1 and say which when an icon does not exist."""
    if not MODULES.exists():
        print("node_modules is missing: run make setup", file=sys.stderr)
        return 1
    icons = LIB / "icons"
    icons.mkdir(parents=True, exist_ok=True)
    missing = sorted(name for name in used_icons() if not (ICONS / f"{name}.svg").exists())
    if missing:
        print(f"no such icon in @tabler/icons: {', '.join(missing)}", file=sys.stderr)
        return 1
    for name in used_icons():
        shutil.copyfile(ICONS / f"{name}.svg", icons / f"{name}.svg")
    shutil.copyfile(MODULES / "@tabler" / "icons" / "LICENSE", icons / "LICENSE")
    shutil.copyfile(MODULES / "htmx.org" / "dist" / "htmx.min.js", LIB / "htmx.min.js")
    shutil.copyfile(MODULES / "htmx.org" / "LICENSE", LIB / "htmx.LICENSE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
