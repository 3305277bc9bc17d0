"""docs/faults.md, made from the table so that it cannot lie: `python -m api.words.page > docs/faults.md`."""

import re
import sys

from api.words.templates import FAULTS, Template

HEAD = """# What each fault means

Everything that Hearthlog can say is wrong, in the words of `GET /v1/health`, `GET /v1/notable`, `GET /v1/gaps`, of the
page and of the retained messages under `hearthlog/attention/`. Tests, alerts and the page go by the id. *Whose* is the
part of the path: in `GET /v1/gaps` it is the cause. Italic words stand for facts.

This page is generated: `.venv/bin/python -m api.words.page > docs/faults.md`.
"""


def faults_page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(each) for each in FAULTS.values())])


def _section(fault: Template) -> str:
    lines = [f"## {fault.id}\n", f"*{fault.severity.name}*, whose: *{fault.kind}*\n", f"> {_shown(fault.now)}\n"]
    if fault.past and fault.past != fault.now:
        lines.append(f"> {_shown(fault.past)}\n")
    lines += [f"**Evidence.** {fault.evidence}\n", f"**What to do.** {_shown(fault.remedy)}\n"]
    return "\n".join(lines)


def _shown(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: f"*{match[1].replace('_', ' ')}*", text)


if __name__ == "__main__":
    sys.stdout.write(faults_page())
