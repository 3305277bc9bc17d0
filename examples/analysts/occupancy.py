"""Is somebody in the room? Learned from an office room's climate, minute by minute, and written back.

python -m ingest replay --user admin --password-file data/secrets/admin.token --device-times …/occupancy-room
python examples/analysts/occupancy.py
"""

import argparse
from typing import NamedTuple

import pandas as pd
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier
from write_back import Prediction, write_back

from hearthlog import Home

WINDOW = {"start": "2015-02-02T00:00:00Z", "end": "2015-02-19T00:00:00Z"}
TRAINING = slice("2015-02-04 12:00", "2015-02-11 12:00")
TESTS = {"test 1": slice(None, "2015-02-04 12:00"), "test 2": slice("2015-02-11 12:00", None)}
LABEL = "occupancy"
FEATURES = {
    "temperature": ["temperature"],
    "light": ["light"],
    "temperature, light": ["temperature", "light"],
    "all five": ["temperature", "humidity", "light", "co2", "humidity_ratio"],
    "all five, time, weekday": ["temperature", "humidity", "light", "co2", "humidity_ratio", "second", "workday"],
}
MODELS = {
    "LDA": LinearDiscriminantAnalysis,
    "CART": lambda: DecisionTreeClassifier(max_depth=4, random_state=1),
    "RF": lambda: RandomForestClassifier(100, random_state=1),
}


class Trained(NamedTuple):
    """A model, what it looks at, and how it did."""

    model: object
    columns: list[str]
    accuracy: dict[str, float]


def main() -> None:
    """Pin, train, test, publish, and read back what was published."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--room", default="office/room1", help="topics below this (%(default)s)")
    room = arguments.parse_args().room
    with Home() as home:
        pinned = home.pin("matrix", f"{room}/+", every="1m", fn="last", fill="none", **WINDOW)
        frame = minutes(home.dataset(pinned).to_pandas())
        if LABEL not in frame:
            raise SystemExit(f"this home has no {room}/{LABEL}: replay the recorded room first (docs/analysts.md)")
        print(f"dataset {pinned.id}: {len(frame):,} minutes, {int(frame[LABEL].sum()):,} of them occupied")
        trained = {(what, name): train(frame, name, what) for what in FEATURES for name in MODELS}
        for (what, name), each in trained.items():
            print(f"{what:26}{name:6}" + "".join(f"{test} {part:7.2%}   " for test, part in each.accuracy.items()))
        # Chosen by the first test, so that the second one is an honest measure.
        best = max(trained.values(), key=lambda each: each.accuracy["test 1"])
        topic = f"{room}/predicted/{LABEL}"
        position = write_back(home, topic, pinned.id, predictions(frame[TESTS["test 2"]], best))
        print(f"read back from {topic}: {agreement(home, room, topic, position):.2%} as the room's own label says")


def minutes(frame: pd.DataFrame) -> pd.DataFrame:
    """A row a minute that has all columns, under short names, with the time of day and of the week."""
    frame = frame.set_index("time").dropna()
    frame.columns = [name.removesuffix("#value").rpartition("/")[2] for name in frame.columns]
    frame["second"] = frame.index.hour * 3600 + frame.index.minute * 60
    frame["workday"] = frame.index.day_of_week < 5
    return frame


def train(frame: pd.DataFrame, name: str, what: str) -> Trained:
    """A model of this name on these features, with its accuracy on each block that it has not seen."""
    columns, known = FEATURES[what], frame[TRAINING]
    model = MODELS[name]().fit(known[columns], known[LABEL])
    return Trained(
        model, columns, {test: model.score(frame[at][columns], frame[at][LABEL]) for test, at in TESTS.items()}
    )


def predictions(frame: pd.DataFrame, best: Trained) -> list[Prediction]:
    """What the model says of each minute."""
    chances = best.model.predict_proba(frame[best.columns])[:, 1]
    return [Prediction(at, bool(p > 0.5), float(p)) for at, p in zip(frame.index, chances, strict=True)]


def agreement(home: Home, room: str, topic: str, position: str) -> float:
    """The share of predictions that the label of their minute bears out, as the home itself joins the two."""
    label = f"{room}/{LABEL}#value"
    joined = home.asof(topic, f"{room}/{LABEL}", left_field="value", equal=True, hold_for="1m", at=position, **WINDOW)
    frame = joined.to_pandas()
    return float((frame["value"] == frame[label]).mean())


if __name__ == "__main__":
    main()
