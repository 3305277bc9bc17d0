"""Puts what a bench measured into bench/README.md, in the place that is marked for it, so that no figure is typed."""

from pathlib import Path

from bench.process import ROOT

README = ROOT / "bench" / "README.md"


def put(name: str, report: str, readme: Path = README) -> bool:
    """Replace what stands between the marks of this bench; False if the page has no place for it."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    text = readme.read_text()
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        return False
    readme.write_text(f"{before}{begin}{report.partition(chr(10))[2].strip()}\n{end}{after}")
    return True
