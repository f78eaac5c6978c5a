# SPDX-License-Identifier: MIT
"""Tests that run with several releases of OTP: the installed one, and those of the root directories that `tests/real/prepare otp` creates.

The cases of a test file are in mixins without Scenario, whose nodes are started with `root=self.root`; `of_each_release` derives a test
class for each release.
"""

import unittest

from lab import Scenario
from prepared_server_paths import otp

ROOTS = {release: otp(release) for release in ("trixie", "sid")}


def skipped_without(release):
    return unittest.skipIf(ROOTS[release] is None, f"there is no root directory otp-{release}; tests/real/prepare otp makes it, as root")


class Installed(Scenario):
    root = None


class Debian13(Scenario):
    root = ROOTS["trixie"]


class Sid(Scenario):
    """Failures here are printed and do not fail the test, because sid changes without notice."""

    root = ROOTS["sid"]

    def run(self, result=None):
        own = unittest.TestResult()
        super().run(own)
        result.startTest(self)
        for _, text in own.failures + own.errors:
            print(f"{self.id()} failed on sid, which is no failure of this test:\n{text}", flush=True)
            result.addSkip(self, "failed on sid, see above")
            break
        else:
            for _, why in own.skipped:
                result.addSkip(self, why)
                break
            else:
                result.addSuccess(self)
        result.stopTest(self)


def restart_each(nodes, kiths):
    """Ends and starts each node in turn and waits until the kiths of the others report the link to it; kiths: in the order of the nodes."""
    for node, own in zip(nodes, kiths):
        marks = {kith: kith.last() for kith in kiths}
        node.kill()
        own.wait("connector.detached", after=marks[own])
        node.start()
        node.ready()
        for kith in kiths:
            if kith is not own:
                kith.wait("link.up", peer=node.name, after=marks[kith])


def of_installed_release(module, *mixins):
    """Adds to a module (globals()) a test class for each mixin, with nodes of the installed release."""
    for mixin in mixins:
        _add(module, f"{mixin.__name__}InstalledOtp", mixin, Installed)


def of_debian13(module, *mixins):
    """The same for Debian 13; skipped if its root directory does not exist."""
    for mixin in mixins:
        _add(module, f"{mixin.__name__}OtpOfDebian13", skipped_without("trixie"), mixin, Debian13)


def of_prepared_releases(module, *mixins):
    """The same for Debian 13 and sid."""
    of_debian13(module, *mixins)
    for mixin in mixins:
        _add(module, f"{mixin.__name__}OtpOfSid", skipped_without("sid"), mixin, Sid)


def of_mixed_releases(module, mixin):
    """The same for clusters of nodes of several releases, whose root directories are its `roots`; the installed release is always among
    them, and sid in a class of its own, since failures there are not fatal."""
    name = mixin.__name__
    module[f"{name}InstalledAndDebian13"] = skipped_without("trixie")(type(f"{name}InstalledAndDebian13", (mixin, Scenario), {
        "__module__": module["__name__"], "roots": [ROOTS["trixie"]]}))
    module[f"{name}All"] = skipped_without("sid")(skipped_without("trixie")(type(f"{name}All", (mixin, Sid), {
        "__module__": module["__name__"], "roots": [ROOTS["trixie"], ROOTS["sid"]]})))


def _add(module, name, *parts):
    *decorators, mixin, release = parts
    assert not hasattr(mixin, "root"), f"{mixin} would hide the root directory of the release"
    made = type(name, (mixin, release), {"__module__": module["__name__"]})
    for decorator in decorators:
        made = decorator(made)
    module[name] = made
