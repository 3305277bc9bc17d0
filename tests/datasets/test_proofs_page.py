"""docs/proofs.md: its lines are run as they are pasted."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from gdp.settings import StoreSettings
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api

PAGE = Path(__file__).parents[2] / "docs" / "proofs.md"


def pasted(page: Path, heading: str) -> str:
    """The indented lines below a heading, as a person copies them."""
    below = page.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return "".join(f"{line[4:]}\n" for line in below.splitlines() if line.startswith("    "))


async def test_the_lines_of_the_page_fetch_a_proof_and_verify_it_offline(tmp_path):
    async with Recorder(tmp_path / "home", StoreSettings(signature_interval_s=0.0)) as recorder:
        logged = await recorder.say(("homes/h1/desk", b"21.5"))
        async with Api(recorder.data, recorder.port) as api:
            await api.reached(logged)
            catalogue = (await api.json("/v1/store"))["catalogue"]
            given = {"URL": api.url, "TOKEN": TOKEN, "CATALOGUE": catalogue, "no_proxy": "*"}
            found = await run(pasted(PAGE, "Fetch and verify"), tmp_path, given)
    assert "Proven: record 1 of log" in found
    assert "homes/h1/desk" in found


async def run(script: str, directory: Path, given: dict[str, str]) -> str:
    """Run the lines in a shell that stops at the first failure, where `python` is ours."""
    python = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": python, "PYTHONPATH": str(PAGE.parents[1]), **given}
    process = await asyncio.create_subprocess_exec(
        "sh", "-e", "-c", script, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()
