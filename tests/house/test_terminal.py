"""What a person sees while parts start, die and stop; on a terminal and in a log file."""

import io

import pytest
from rich.console import Console

from compose.addresses import Address
from hearthlog.terminal import Terminal
from hearthlog.welcome import warnings


@pytest.fixture
def seen() -> io.StringIO:
    return io.StringIO()


def test_in_a_log_file_each_step_is_a_line_of_its_own(seen: io.StringIO):
    with Terminal(Console(file=seen, force_terminal=False)) as terminal:
        terminal.starting("sink")
        terminal.waiting("sink", "nothing listens yet", too_long=False)
        terminal.serves("sink")
        terminal.rest()
        terminal.stopping("sink")
    assert seen.getvalue() == "Starting sink\nStopping sink\n"


def test_a_death_is_told_with_its_last_lines_and_so_is_the_return(seen: io.StringIO):
    with Terminal(Console(file=seen, force_terminal=False)) as terminal:
        terminal.died("sink", "killed by SIGKILL", ["one [bold]", "two"], again_in_s=0.2)
        terminal.serves("sink")
        terminal.serves("sink")
        terminal.died("demo", "exit code 1", [], again_in_s=None)
    assert seen.getvalue().splitlines() == [
        "sink ended (killed by SIGKILL); starting it again in 0.2 s, its last lines:",
        "  one [bold]",
        "  two",
        "sink serves again",
        "demo ended (exit code 1)",
    ]


def test_what_takes_too_long_is_said_once_for_each_reason(seen: io.StringIO):
    with Terminal(Console(file=seen, force_terminal=False)) as terminal:
        for why in ("reading the log", "reading the log", "catching up"):
            terminal.waiting("sink", why, too_long=True)
    assert seen.getvalue().splitlines() == [
        "sink takes longer than usual: reading the log",
        "sink takes longer than usual: catching up",
    ]


def test_the_moving_line_fits_any_terminal_and_is_gone_when_all_is_ready(seen: io.StringIO):
    with Terminal(Console(file=seen, force_terminal=True, width=40)) as terminal:
        terminal.starting("api")
        terminal.waiting("api", "the log server does not answer, " * 10, too_long=False)
        terminal.rest()
        begun = len(seen.getvalue())
        terminal.starting("demo")
        terminal.waiting("demo", "nothing", too_long=False)
        assert seen.getvalue()[begun:] == ""
        terminal.say("x" * 200)
    assert "x" * 200 in seen.getvalue(), "a line to paste is not broken"


def test_an_address_that_others_can_reach_is_warned_of():
    home = {"--http": Address("127.0.0.1", 8080), "--mqtt": Address("::1", 1883), "--gdp": Address("localhost", 8009)}
    assert warnings(home) == []
    (mqtt,) = warnings(home | {"--mqtt": Address("0.0.0.0", 1883)})
    assert "--mqtt 0.0.0.0:1883 can be reached from other machines, and nothing is encrypted" in mqtt
    (gdp,) = warnings(home | {"--gdp": Address("192.168.1.10", 8009)})
    assert "anybody there can read everything" in gdp
