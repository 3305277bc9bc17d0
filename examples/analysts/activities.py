"""What are they doing? Learned from the motion and contact sensors of a home, minute by minute, and written back.

python -m ingest replay --user admin --password-file data/secrets/admin.token --device-times …/kasteren
python examples/analysts/activities.py --home kA
"""

import argparse
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.naive_bayes import BernoulliNB
from write_back import Prediction, write_back

from hearthlog import Home

WINDOWS = {
    "kA": {"start": "2008-02-25T00:00:00Z", "end": "2008-03-24T00:00:00Z"},
    "kB": {"start": "2009-07-21T00:00:00Z", "end": "2009-08-18T00:00:00Z"},
}
IDLE = "idle"
"""What nobody noted."""
NIGHT = pd.Timedelta("3h")
"""Days are cut when people are in bed."""
SMALL = 1e-3


def main() -> None:
    """Pin, train, test day by day, publish, and read back what was published."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--home", choices=WINDOWS, default="kA", help="which of the two homes (%(default)s)")
    name = arguments.parse_args().home
    window, topics = WINDOWS[name], f"homes/{name}"
    with Home() as home:
        pinned = home.pin("matrix", f"{topics}/+/state", every="1m", fn="count", field="value", **window)
        changes = home.dataset(pinned).to_pandas().set_index("time").notna()
        if changes.empty:
            raise SystemExit(f"this home has no {topics}/+/state: replay the recorded homes first (docs/analysts.md)")
        labels = home.history(f"{topics}/labels/activity", at=pinned.position, **window).to_pandas()
        truth = activities(labels, changes.index)
        noted = noted_days(truth)
        features, truth = with_last(changes)[noted], truth[noted]
        print(f"dataset {pinned.id}: {len(truth):,} minutes, {changes.shape[1]} sensors, {truth.nunique()} activities")
        alone, sequence = predicted(features, truth), sequences(features, truth)
        for what, said in (("each minute alone", alone), ("as a sequence", sequence)):
            print(f"{what:20} {(said == truth).mean():6.1%} of the minutes, {by_class(said, truth):6.1%} a class")
        topic = f"{topics}/predicted/activity"
        told = [Prediction(at, activity) for at, activity in alone[alone != alone.shift()].items()]
        position = write_back(home, topic, pinned.id, told)
        again = home.history(topic, field="value", at=position, **window)
        print(f"read back from {topic}: {len(again):,} changes of activity")


def activities(labels: pd.DataFrame, minutes: pd.DatetimeIndex) -> pd.Series:
    """The activity that was noted for each minute; of two at a time the one that began later."""
    cells = labels.pivot_table(index="recno", columns="field", values=["value", "text"], aggfunc="first")
    noted = pd.DataFrame(
        {"what": cells["text", "activity"], "start": cells["value", "start"], "length": cells["value", "duration"]}
    )
    truth = pd.Series(IDLE, index=minutes)
    for each in noted.sort_values("start").itertuples():
        begin = pd.Timestamp(each.start, unit="s", tz="UTC")
        # A row stands for the minute before it.
        truth[(minutes > begin) & (minutes <= begin + pd.Timedelta(each.length, unit="s"))] = each.what
    return truth


def noted_days(truth: pd.Series) -> NDArray[np.bool_]:
    """The minutes of days on which anything was noted."""
    return (truth != IDLE).groupby(days(truth)).transform("any").to_numpy()


def days(minutes: pd.Series | pd.DataFrame) -> pd.DatetimeIndex:
    """The day of each minute, from night to night."""
    return (minutes.index - NIGHT).floor("D")


def with_last(changes: pd.DataFrame) -> pd.DataFrame:
    """Which sensors changed in a minute, and which changed last: the features that van Kasteren found to do best."""
    last = changes.astype(float).where(changes.any(axis=1)).ffill().fillna(0).astype(bool)
    return pd.concat([changes, last.add_suffix(" last")], axis=1)


def each_day(features: pd.DataFrame, truth: pd.Series) -> Iterator[tuple[NDArray[np.bool_], BernoulliNB]]:
    """For each day a model that has seen all other days."""
    for day in days(truth).unique():
        tested = days(truth) == day
        yield tested, BernoulliNB().fit(features[~tested], truth[~tested])


def predicted(features: pd.DataFrame, truth: pd.Series) -> pd.Series:
    """Each minute by itself."""
    said = pd.Series(IDLE, index=truth.index)
    for tested, model in each_day(features, truth):
        said[tested] = model.predict(features[tested])
    return said


def sequences(features: pd.DataFrame, truth: pd.Series) -> pd.Series:
    """Each day as the likeliest sequence: a hidden Markov model, whose observations are the same model's."""
    said = pd.Series(IDLE, index=truth.index)
    for tested, model in each_day(features, truth):
        places = np.searchsorted(model.classes_, truth.to_numpy(str))
        follow = ~tested[:-1] & ~tested[1:]
        steps = np.full((len(model.classes_),) * 2, SMALL)
        np.add.at(steps, (places[:-1][follow], places[1:][follow]), 1)
        seen = model.predict_joint_log_proba(features[tested]) - model.class_log_prior_
        path = likeliest(seen, np.log(steps / steps.sum(axis=1, keepdims=True)), model.class_log_prior_)
        said[tested] = model.classes_[path]
    return said


def likeliest(seen: NDArray[np.float64], steps: NDArray[np.float64], first: NDArray[np.float64]) -> list[int]:
    """Viterbi's path through the states; all arguments are logarithms."""
    score, origins = first + seen[0], []
    for row in seen[1:]:
        ways = score[:, None] + steps
        origins.append(ways.argmax(axis=0))
        score = ways.max(axis=0) + row
    path = [int(score.argmax())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return path[::-1]


def by_class(said: pd.Series, truth: pd.Series) -> float:
    """The mean, over activities, of how much of each was recognised."""
    return float((said == truth).groupby(truth).mean().mean())


if __name__ == "__main__":
    main()
