"""`import gdp` is ours (another project of that name is on the package index), and it stays light."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import gdp

ROOT = Path(__file__).parents[2]
OURS = {"gdp", "ingest", "gdp_sink", "api", "broker_config", "hearthlog", "compose"}


def test_import_gdp_is_ours():
    assert Path(gdp.__file__).parent == ROOT / "gdp"


def test_no_installed_package_shadows_a_name_of_ours():
    for name, distributions in packages_distributions().items():
        if name in OURS:
            assert set(distributions) == {"hearthlog"}, f"{name} is also installed by {distributions}"


def test_the_pure_half_reaches_no_socket_thread_or_database():
    pure = [
        "names",
        "metadata",
        "datum",
        "position",
        "pdu",
        "codes",
        "datumcodec",
        "messages",
        "wire",
        "chain",
        "timecursor",
    ]
    program = (
        "import sys\n"
        + "".join(f"import gdp.{name}\n" for name in pure)
        + "print(*sorted({'socket', 'asyncio', 'sqlite3', 'selectors', 'subprocess'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == ""


def test_the_generated_schema_is_that_of_the_proto_file(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", "-I", "gdp", f"--python_out={tmp_path}", "gdp/gdp.proto"],
        check=True,
        cwd=ROOT,
    )
    fresh = (tmp_path / "gdp_pb2.py").read_text()
    committed = (ROOT / "gdp" / "gdp_pb2.py").read_text()
    serialized = [line for line in fresh.splitlines() if "AddSerializedFile" in line]
    assert serialized == [line for line in committed.splitlines() if "AddSerializedFile" in line]
