"""History and datasets: what people say was, and beside it what a model made of it, and how sure it is."""

import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.page.history_looking import stand, table
from tests.support.home import Home

Visit = Callable[..., Page]
ANNA = "homes/h1/anna/activity"
MINUTE_S = 60
SAID = [(60, "cooking"), (40, "eating"), (20, "sleeping")]
"""Minutes ago, and what it was."""
GUESSED = [(60, "cooking", 0.9), (50, "eating", 0.55), (40, "eating", 0.95), (20, "sleeping", 0.97)]
BANDS = """async () => {
    const base = document.querySelector('link[rel=icon]').href;
    const {activities, agreement, apart, spellsOf, together} = await import(new URL('lib/activity.js', base));
    const {told, topics, scene} = document.querySelector('hearth-activity');
    const [{truth, models, classes}] = activities(told, topics);
    const both = together(spellsOf(truth, scene.now), spellsOf(models[0].line, scene.now));
    return {classes, apart: apart(both).map(({from, to}) => Math.round((to - from) / 60_000)), share: agreement(both)};
}"""
# Colours from top to bottom of the model's row, at shares of the time that is shown.
COLUMN = """(shares) => {
    const canvas = document.querySelector('hearth-activity canvas');
    const {gutter, right, width} = document.querySelector('hearth-activity').scene;
    const whole = canvas.getContext('2d').getImageData(0, 24, canvas.width, 16);
    return shares.map((share) => {
        const x = Math.round(gutter + share * (width - gutter - right));
        return Array.from({length: 16}, (_, y) => whole.data.slice(4 * (y * whole.width + x), 4 * (y * whole.width + x) + 4).join());
    });
}"""
GROUND = "cell => getComputedStyle(cell).backgroundColor"


@pytest.fixture(scope="module")
def told(house: Home) -> Iterator[Home]:
    """The home after an hour of labels, written by hand, and a model's words, published back as messages."""
    now = int(time.time())
    labels = [(ANNA, json.dumps({"value": word, "ts": now - ago * MINUTE_S})) for ago, word in SAID]
    words = [
        {"value": word, "confidence": sure, "dataset": "the-model-learned-from", "ts": now - ago * MINUTE_S}
        for ago, word, sure in GUESSED
    ]
    house.publish([*labels, *((f"{ANNA}/predicted", json.dumps(each)) for each in words)])
    house.wait_for(
        lambda: len(house.get("/v1/history", filter=f"{ANNA}/predicted", field="value").json()["observations"]) == 4,
        "the predictions to be readable",
    )
    return house


def test_true_and_predicted_lie_under_each_other_and_where_they_disagree_is_said(told: Home, visit: Visit) -> None:
    page = visit(f"/history?filter={ANNA}/%23&start=-65m")
    lanes = page.locator("hearth-activity")
    expect(lanes.locator("ol li")).to_have_text(["true", "model"])
    expect(lanes.locator("figure")).to_have_attribute(
        "aria-label",
        re.compile(r"Anna activity true sleeping; Anna activity model sleeping, sure \.97, they agree 8[34]\.\d %"),
    )
    found = page.evaluate(BANDS)
    assert found["classes"] == ["cooking", "eating", "sleeping"]
    assert found["apart"] == [10]
    assert 0.82 < found["share"] < 0.85
    # As high as it is sure: at .55 the upper part of the band is empty, at .95 it is not.
    doubtful, sure = page.evaluate(COLUMN, [20 / 65, 35 / 65])
    assert doubtful[2] != doubtful[-3]
    assert sure[2] == sure[-3] == doubtful[-3]
    # What a model says beside its word is in no lane and no panel of its own.
    expect(page.locator("hearth-chart")).to_have_count(0)
    assert {row["name"] for row in table(page)} >= {
        "Anna activity",
        "Anna activity predicted",
        "Anna activity confidence",
    }


def test_the_read_out_has_both_words_and_keys_lead_from_change_to_change(told: Home, visit: Visit) -> None:
    page = visit(f"/history?filter={ANNA}/%23&start=-65m")
    heading = page.locator(".readout h3", has_text="Anna activity")
    expect(heading).to_be_visible()
    expect(page.locator("hearth-keys dialog")).to_be_attached()
    for word, model in (("cooking", "cooking .90"), ("cooking", "eating .55"), ("eating", "eating .95")):
        page.keyboard.press("}")
        expect(stand(page, "true")).to_have_text(re.compile(word))
        expect(page.locator(".readout li", has_text="model").first).to_contain_text(
            re.compile(model.replace(" ", ".*"))
        )
    page.keyboard.press("{")
    expect(stand(page, "true")).to_have_text(re.compile("cooking"))
    steps = page.get_by_role("group", name="label changes")
    steps.get_by_role("button", name="next").click()
    expect(stand(page, "true")).to_have_text(re.compile("eating"))
    steps.get_by_role("button", name="previous").click()
    expect(stand(page, "true")).to_have_text(re.compile("cooking"))
    expect(page.locator(".agree")).to_have_text(re.compile(r"they agree\s*8[34]\.\d%"))
    page.get_by_role("button", name="Show Anna activity predicted").click()
    expect(page.locator("hearth-activity ol li")).to_have_text(["true"])


def test_in_a_dataset_the_true_word_and_the_models_stand_side_by_side(told: Home, visit: Visit) -> None:
    page = visit(f"/datasets/new?filter={ANNA}/%23&filter=homes/h1/kitchen/temperature&start=-65m&every=5m")
    expect(page.locator(".matrix thead th[title]")).to_have_text(
        [
            re.compile("Kitchen.*temperature"),
            re.compile("Anna.*activity label"),
            re.compile("Anna.*activity predicted"),
            re.compile("Anna.*activity confidence"),
            re.compile("Anna.*activity dataset"),
        ]
    )
    page.get_by_role("button", name="first label change").click()
    expect(page).to_have_url(re.compile("cursor="))
    apart = page.locator(".matrix .apart")
    expect(apart.first).to_have_text("eating, but it was cooking")
    same = page.locator(".matrix tr", has=page.locator(".apart")).first.locator(".class")
    expect(same).to_have_text(["cooking", re.compile("eating")])
    assert same.nth(0).evaluate(GROUND) != same.nth(1).evaluate(GROUND)
    spread = page.locator(".coverage tr", has_text="activity predicted").locator(".spread svg")
    expect(spread).to_have_attribute(
        "aria-label", re.compile(r"^Values: cooking \d.*, eating \d.*, sleeping \d.* % of the")
    )
    expect(page.locator(".spread svg")).to_have_count(5)
    page.get_by_role("button", name="random").click()
    expect(page.locator(".matrix tbody tr").first).to_be_visible()
