"""Runs the lines of a page as a person pastes them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pasted(page: str, heading: str) -> str:
    """The indented lines below a heading, up to the next one."""
    below = (ROOT / "docs" / page).read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return "".join(f"{line[4:]}\n" for line in below.splitlines() if line.startswith("    "))


async def run_pasted(page: str, heading: str, directory: Path, given: Mapping[str, str]) -> str:
    """Run them in a shell that stops at the first failure and whose `python` is ours; what they printed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "no_proxy": "*", **given}
    process = await asyncio.create_subprocess_exec(
        *("sh", "-e", "-c", pasted(page, heading)),
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()
