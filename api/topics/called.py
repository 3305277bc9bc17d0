"""Calling topics by their names, as of a moment: out of the read model."""

from api.readmodel.model import ReadModel
from api.topics.names import topic_name
from ingest.declared import by_fields


class Names:
    """What a person calls topics. Made on the loop; may be asked in a thread."""

    def __init__(self, model: ReadModel) -> None:
        self._context = model.known.context
        self._position = model.view.position
        self._selector = model.selector

    def __call__(self, topic: str) -> str:
        """The name of a topic."""
        fields = sorted(self._selector.series_of(topic).fields)
        return topic_name(topic, fields, by_fields(self._context, topic, self._position))
