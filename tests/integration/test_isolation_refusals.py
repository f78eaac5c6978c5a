# SPDX-License-Identifier: MIT
"""What keeps an isolated plugin from its work before it begins, and the words about it that reach the operator: a library that it needs, another
glibc, a kernel without Landlock or seccomp, the helper of another build, limits of descriptors, sockets of its own that nobody granted."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from helper_processes import helpers
from lab import main
from test_isolation import Isolated
from waiting import BUILD, KITH, PLUGINS, ROOT, TEST_PLUGINS, wait_until

HELPER = BUILD / "kith-plugin-host"
WITHOUT = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("without_system_calls.py"))]
ROOT_ONLY = unittest.skipUnless(os.geteuid() == 0, "only root can mount")


class Refusals(Isolated):
    def healthy(self):
        """No process is ended because the machine is busy."""
        config = super().healthy()
        config["plugins"]["limits"]["answer"] = 60000
        return config

    def directory(self):
        """A new directory of a stranger's plugins."""
        directory = pathlib.Path(tempfile.mkdtemp(prefix="refusals-", dir=BUILD.resolve()))
        directory.chmod(0o755)
        self.addCleanup(shutil.rmtree, directory)
        return directory

    def home(self):
        """A directory with a copy of kith, and plugins of its build."""
        home = self.directory()
        (home / "plugins").mkdir()
        shutil.copy(KITH, home)
        for name in ("libstrategy_epmd.so", "libconnector_log.so"):
            shutil.copy(pathlib.Path(PLUGINS) / name, home / "plugins")
        shutil.copy(BUILD / "plugins.sha256", home)
        return home

    def topology(self, strategy, **more):
        config = self.healthy()
        config["topologies"]["t"] = {"strategy": strategy, "connector": "log", "connector_config": {"node": "me@127.0.0.2"}, **more}
        return config

    def build(self, file, *arguments):
        """mortal.c, linked with these arguments."""
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-fvisibility=hidden", f"-I{ROOT}/sdk/include", f"-Wl,--version-script={ROOT}/sdk/cmake/kith_plugin.map",
                        "-o", file, ROOT / "tests/plugins/mortal.c", *arguments], check=True)

    def refusal(self, config, **settings):
        """Of the topology t, whose strategy is refused for good, while the other one works."""
        kith = self.lab.kith(config, **settings)
        reason = kith.wait("plugin.refused", topology="t")["reason"]
        kith.wait("link.up", topology="healthy")
        self.assertEqual(kith.found("plugin.crashed"), [])
        self.assertEqual(kith.terminate(), 0)
        return reason


class Libraries(Refusals):
    def words(self, config):
        """With which the command line refuses it, both before and when kith is started."""
        file = self.lab.write("config.json", config)
        check, run = (self.lab.command(command, file) for command in ("check", "run"))
        self.assertNotEqual((check.returncode, run.returncode), (0, 0))
        self.assertEqual(check.stderr, run.stderr)
        return check.stderr

    def test_one_that_is_missing_is_named(self):
        directory = self.directory()
        shutil.copy(BUILD / "bad_plugins/libabsent_library.so", directory)
        config = self.topology("bad")
        config["plugins"]["dir"] = [PLUGINS, str(directory)]
        self.assertRegex(self.words(config), r"libabsent_library\.so: L2: it cannot be loaded: libkith_absent\.so: cannot open shared object file: .*; "
                                             "install the library that it needs")

    def test_another_glibc_is_refused_with_the_words_of_the_dynamic_linker(self):
        directory = self.directory()
        stub, script = self.lab.write("stub.c", "int kith_later(void) { return 1; }\n"), self.lab.write("stub.map", "GLIBC_9.99 { kith_later; };\n")
        subprocess.run(["gcc", "-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libc.so.6", f"-Wl,--version-script={script}", "-o", self.lab.dir / "stub.so", stub], check=True)
        more = self.lab.write("more.c", "extern int kith_later(void);\nint kith_call(void);\nint kith_call(void) { return kith_later(); }\n")
        self.build(directory / "libmortal.so", more, self.lab.dir / "stub.so")
        config = self.topology("mortal", config={"death": "none"})
        config["plugins"]["dir"] = [PLUGINS, str(directory)]
        self.assertRegex(self.words(config), r"libmortal\.so: L2: it cannot be loaded: .*GLIBC_9\.99.*; the plugin was possibly built on a newer system")

    @ROOT_ONLY
    def test_one_that_is_not_root_s_is_refused_by_rule_l1(self):
        library = pathlib.Path("/lib/x86_64-linux-gnu/libanl.so.1")
        if not library.exists():
            self.skipTest(f"there is no {library}")
        directory = self.directory()
        self.build(directory / "libmortal.so", "-Wl,--no-as-needed", library, "-Wl,--as-needed")
        config = self.topology("mortal", config={"death": "none"})
        config["plugins"]["dir"] = [PLUGINS, str(directory)]
        kith = self.lab.kith(config)
        kith.wait("link.up", topology="t")  # as it is installed
        self.assertEqual(kith.terminate(), 0)
        theirs = self.lab.dir / "theirs.so"
        shutil.copy(library, theirs)
        os.chown(theirs, 65534, 65534)
        under = ["unshare", "--mount", "sh", "-c", f'mount --bind {theirs} {library.resolve()} && exec "$@"', "sh"]
        self.assertRegex(self.refusal(config, before=under), r"it needs .*libanl\.so\.1: .*(owner|owned|belongs)")


class Kernels(Refusals):
    """As on kernels that do not have a mechanism of the sandbox."""

    def test_without_landlock_plugins_work_and_their_calls_are_refused(self):
        config = self.config("strategy", ["socket", "segv"], "start")
        kith = self.lab.kith(config, before=[*WITHOUT, "landlock", "--"])
        kith.wait("link.up", topology="socket")
        self.assertEqual(kith.wait("security.warning", topology="socket")["reason"], "mortal: the system call socket was refused by its sandbox")
        self.assertRegex(kith.wait("plugin.crashed", topology="segv")["reason"], "was killed by signal 11 ")
        self.assertEqual(kith.terminate(), 0)

    def test_without_landlock_sockets_of_a_plugin_s_own_are_refused(self):
        reason = self.refusal(self.topology("mortal_foreign_io"), before=[*WITHOUT, "landlock", "--"])
        self.assertRegex(reason, 'KITH_FLAG_FOREIGN_IO.*only where the kernel has Landlock .*write "isolate": "crash"')

    def test_without_seccomp_a_plugin_is_refused_unless_it_may_run_without_a_sandbox(self):
        before = [*WITHOUT, "seccomp", "--"]
        config = self.topology("mortal", config={"death": "none"})
        self.assertRegex(self.refusal(config, before=before), 'it cannot be isolated: .*seccomp.*"isolate": "crash"')
        config["topologies"]["t"]["isolate"] = "crash"
        kith = self.lab.kith(config, before=before)
        kith.wait("link.up", topology="t")
        self.assertEqual(len(helpers(kith.pid)), 1)


class Unit(Refusals):
    @unittest.skipUnless(shutil.which("systemd-analyze") and shutil.which("setpriv"), "there is no systemd-analyze, or no setpriv; Debian: systemd, util-linux")
    def test_in_the_filter_of_the_unit_the_sandbox_works(self):
        """With that filter, no capabilities and no_new_privs."""
        config = self.config("strategy", ["socket", "segv"], "start")
        config["topologies"]["foreign"] = {"strategy": "mortal_foreign_io", "config": {"death": "socket", "moment": "start"}, "connector": "log",
                                           "connector_config": {"node": "f@127.0.0.1"}}
        config["connectors"]["c"] = {"plugin": "mortal", "config": {"death": "none"}}
        config["topologies"]["socket"].pop("connector_config")
        config["topologies"]["socket"]["connector"] = "c"
        for unit in ("kith.service", "kith@.service"):
            with self.subTest(unit):
                before = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("as_in_unit.py")), str(ROOT / "packaging/systemd" / unit), "--"]
                if os.geteuid() == 0:
                    before = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", *before]
                kith = self.lab.kith(config, before=before)
                for topology in ("healthy", "socket", "foreign"):
                    kith.wait("link.up", topology=topology)
                self.assertRegex(kith.wait("plugin.crashed", topology="segv")["reason"], "was killed by signal 11 ")
                kith.wait("security.warning", topology="socket")
                self.assertEqual([event["reason"] for event in kith.found("security.warning", topology="socket")],
                                 ["mortal: the system call socket was refused by its sandbox"])
                self.assertEqual(kith.found("plugin.refused"), [])
                self.assertEqual(kith.terminate(), 0)


class ForeignIo(Refusals):
    """A stranger's plugin that declares sockets of its own."""

    def run_it(self, **plugins):
        config = self.topology("mortal_foreign_io", config={"death": "socket", "moment": "start"})
        config["plugins"].update(plugins)
        kith = self.lab.kith(config)
        kith.wait("link.up", topology="t")
        kith.wait("link.up", topology="healthy")
        self.assertEqual(kith.terminate(), 0)
        self.assertEqual(kith.found("plugin.crashed"), [])
        return [event["reason"] for event in kith.found("security.warning")]

    def test_runs_with_one_warning(self):
        warning, = self.run_it()
        self.assertRegex(warning, 'libmortal_foreign_io.so .*reaches every address, and reads every file that kith can read; if that is meant, add "foreign_io" to')

    def test_the_grant_ends_the_warning(self):
        grants = {"libmortal_foreign_io.so": ["foreign_io"]}
        self.assertEqual(self.run_it(grants=grants), [])
        self.assertEqual(self.run_it(grants=grants, isolate="all"), [])

    def test_all_refuses_it_and_names_the_grant(self):
        config = self.topology("mortal_foreign_io")
        config["plugins"]["isolate"] = "all"
        for command in ("check", "run"):
            answer = self.lab.command(command, self.lab.write("all.json", config))
            self.assertNotEqual(answer.returncode, 0)
            self.assertRegex(answer.stderr, r'all\.json:\d+:\d+: error: topologies\.t\.strategy: .*plugins\.isolate "all" refuses; to permit it, add "foreign_io" '
                                            'to the list of "libmortal_foreign_io.so" in plugins.grants')


class Helpers(Refusals):
    """The program kith-plugin-host is missing, or is not that of this kith."""

    def kith_with_helper(self, content, mode=0o755):
        """A kith beside which this is the helper."""
        home = self.home()
        (home / "kith-plugin-host").write_bytes(content)
        (home / "kith-plugin-host").chmod(mode)
        config = self.topology("mortal", config={"death": "none"})
        config["plugins"]["dir"] = [str(home / "plugins"), TEST_PLUGINS]
        return self.lab.kith(config, before=["sh", "-c", 'shift && exec "$0" "$@"', str(home / "kith")])

    def test_of_another_build(self):
        program = HELPER.read_bytes()
        build_id, = set(re.findall(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", program))
        kith = self.kith_with_helper(program.replace(build_id, build_id[::-1]))
        self.assertRegex(kith.wait("plugin.crashed", topology="t")["reason"], "it is of another build than kith: install both from one package, and restart kith")
        kith.wait("plugin.quarantined", topology="t")
        kith.wait("link.up", topology="healthy")

    def test_that_cannot_be_executed(self):
        for content, mode, why in ((b"", 0o644, "Permission denied"), (b"no program", 0o755, "Exec format error")):
            with self.subTest(why):
                kith = self.kith_with_helper(content, mode)
                self.assertRegex(kith.wait("plugin.failed", topology="t")["reason"],
                                 f"kith-plugin-host cannot be started: {why}; it is part of kith: install the package kith, in the version that runs, again")
                kith.wait("link.up", topology="healthy")
                self.assertEqual(kith.terminate(), 0)

    def test_check_warns_of_one_that_is_missing(self):
        home = self.home()
        config = self.topology("mortal", config={"death": "none"})
        config["plugins"]["dir"] = [str(home / "plugins"), TEST_PLUGINS]
        file = self.lab.write("config.json", config)
        warned = subprocess.run([home / "kith", "check", file], capture_output=True, text=True, check=True).stderr
        self.assertRegex(warned, "the plugin mortal runs in a process of its own, and the program for it, .*/kith-plugin-host, cannot be started: "
                                 "No such file or directory; it is part of kith")
        self.assertNotIn("kith-plugin-host", self.lab.command("check", file).stderr)

    def test_descriptors_are_used_up(self):
        config = self.healthy()
        for number in range(20):
            config["topologies"][f"t{number}"] = {"strategy": "mortal", "config": {"death": "none", "node": str(number)}, "connector": "log",
                                                  "connector_config": {"node": f"n{number}@127.0.0.1"}}
        kith = self.lab.kith(config, before=["sh", "-c", 'ulimit -n 64 && exec "$@"', "sh"])
        reason = kith.wait("plugin.failed")["reason"]
        self.assertRegex(reason, r"Too many open files; kith needs 5 descriptors for each process of a plugin: raise its limit \(LimitNOFILE")
        wait_until(lambda: helpers(kith.pid), "some of them run", None, kith.tail)
        kith.wait("link.up", topology="healthy")
        self.assertEqual(kith.terminate(), 0)


class Listing(Refusals):
    def test_kith_plugins_lists_what_the_files_of_a_configuration_request_and_got(self):
        config = self.topology("mortal_foreign_io")
        config["plugins"]["grants"] = {"libmortal_foreign_io.so": ["foreign_io", "file:/etc/x/*"]}
        file = self.lab.write("listed.json", config)
        answer = self.lab.command("plugins", "--details", "--config", file)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        details = re.search(r"(?ms)^strategy mortal_foreign_io\n(.*?)^\n", answer.stdout)[1]
        self.assertIn(f"  file       {TEST_PLUGINS}/libmortal_foreign_io.so\n", details)
        self.assertIn("  flags      foreign_io\n  origin     not of this build: it is isolated\n  grants     foreign_io, file:/etc/x/*\n", details)
        self.assertRegex(answer.stdout, r"(?m)^strategy epmd\n")  # of the other directory
        answer = self.lab.command("plugins", TEST_PLUGINS, "--details", "--config", file)
        self.assertNotRegex(answer.stdout, r"(?m)^strategy epmd\n")

    def test_a_file_that_was_refused_is_named_where_its_plugin_is_missing(self):
        directory = self.directory()
        shutil.copy(pathlib.Path(TEST_PLUGINS) / "libmortal.so", directory)
        (directory / "libmortal.so").chmod(0o666)
        config = self.topology("mortal", config={"death": "none"})
        config["plugins"]["dir"] = [PLUGINS, str(directory)]
        answer = self.lab.command("check", self.lab.write("refused.json", config))
        self.assertRegex(answer.stderr, f'no strategy plugin "mortal" is installed; .*possibly it is in a file that was refused: {re.escape(str(directory))}/libmortal.so: L1: ')


class Manifest(Refusals):
    """Whose a file is: the manifest of the build decides."""

    def test_a_file_is_of_the_build_by_its_sum_in_a_manifest_that_others_cannot_write(self):
        home = self.home()
        manifest = home / "plugins.sha256"

        def strangers():
            done = subprocess.run([home / "kith", "plugins", "--json"], capture_output=True, text=True, check=True)
            return {one["id"] for one in json.loads(done.stdout)["plugins"] if one["stranger"]}

        self.assertEqual(strangers(), set())
        with open(home / "plugins/libstrategy_epmd.so", "ab") as file:
            file.write(b"\0")
        self.assertEqual(strangers(), {"epmd"})
        manifest.chmod(0o666)
        self.assertEqual(strangers(), {"epmd", "log"})
        manifest.unlink()
        self.assertEqual(strangers(), {"epmd", "log"})


if __name__ == "__main__":
    main()
