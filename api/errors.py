"""The errors of the api, one hierarchy; `api.web.problem` turns those that a caller caused into problem+json."""


class ApiError(Exception):
    """Root of everything that the api raises on purpose."""


class StartError(ApiError):
    """The process cannot start; the text is one sentence for a person, with what to do."""


class StoreReplaced(ApiError):
    """The store that is followed is another one now; the process ends, so that the next one begins with that."""


class ReadModelDamaged(ApiError):
    """The files of the read model cannot be used; they are derived, so the cure is to rebuild them from the feed."""


class TimeError(ApiError):
    """A text that is no time; the text of the error names what would do."""


class StoreUnavailable(ApiError):
    """What only the log server holds (payloads, datums) cannot be read now."""


class StoreUnreadable(StoreUnavailable):
    """The log server answers, but cannot read this."""


class DatasetError(ApiError):
    """Bytes that are not the manifest of a dataset, or not of this one."""


class TooManyBytes(ApiError):
    """What is being made is larger than it may be."""
