"""Short forms of grids for comparisons, and files of other formats made by LibreOffice."""

import subprocess
from pathlib import Path

from programmes.sheets.grid import Grid


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in grid.rows]


def context(grid: Grid) -> list[tuple[str, int]]:
    return [(line.text, line.level) for line in grid.context]


def converted(content: bytes, suffix: str, folder: Path) -> bytes:
    """Return a workbook as LibreOffice saves it in another format."""
    file = folder / "file.xlsx"
    file.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", suffix, "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180)
    return (folder / f"file.{suffix}").read_bytes()
