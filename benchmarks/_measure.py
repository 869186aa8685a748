"""What every measurement says of itself: the machine's load and the most memory held."""

import os
import resource


def load() -> str:
    """The load of the last minute; two cores are idle at 0 and full at 2."""
    return f"{os.getloadavg()[0]:.1f}"


def peak_mib() -> int:
    """The most resident memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
