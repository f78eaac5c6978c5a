# SPDX-License-Identifier: MIT
"""Figures that tests and benchmarks print."""

import datetime
import math


def percentile(values, share):
    """Returns the smallest value that this share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def stamp(event):
    """Returns the time of an event, in seconds since 1970."""
    return datetime.datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc).timestamp()
