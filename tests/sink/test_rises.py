"""A count that rises is said at once, and what follows is summed: never lost, never a flood."""

from gdp_sink.rises import Rise, RiseReport


def test_a_rise_is_said_at_once_and_what_follows_once_an_interval():
    now, count = 0, 5
    report = RiseReport(60, lambda: now)
    report.watch("turned_away", lambda: count, advice="close some")
    assert report.due() == [], "what was before is not news"
    count = 7
    assert report.due() == [Rise("turned_away", 2, "close some")]
    count, now = 10, 59
    assert report.due() == []
    count, now = 11, 60
    assert report.due() == [Rise("turned_away", 4, "close some")]
    count = 12
    assert report.due(final=True) == [Rise("turned_away", 1, "close some")]
    assert report.due(final=True) == []
