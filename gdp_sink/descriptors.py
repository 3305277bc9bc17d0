"""How many files this process may have open, and how many of them are for clients of the log server.

Without a share of its own the store could not open its next segment once clients have taken the last descriptor, and
the sink would have to stop.
"""

import resource

from gdp_sink.errors import DescriptorsTooFew

OWN_DESCRIPTORS = 192
"""For broker, metrics, files being written or read, and 100 clients that are just being accepted."""
SEGMENTS_PER_DESCRIPTOR_MIB = 32
"""The commit log keeps its segments of 64 MiB open, at up to twice its budget."""
CLIENTS_MIN = 8


def clients_max(commit_log_mib: int, at_most: int) -> int:
    """Raise the limit as far as we may; return how many clients it leaves room for, `at_most` in any case.

    Raises:
        DescriptorsTooFew: the limit leaves no room for readers.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard == resource.RLIM_INFINITY:
        return at_most
    own = OWN_DESCRIPTORS + commit_log_mib // SEGMENTS_PER_DESCRIPTOR_MIB
    if hard - own < CLIENTS_MIN:
        raise DescriptorsTooFew(
            f"this process may open {hard} files and needs {own + CLIENTS_MIN}: raise the limit (ulimit -Hn, or "
            "LimitNOFILE= of its service), or lower commit_log_mib"
        )
    return min(hard - own, at_most)
