# SPDX-License-Identifier: MIT
"""What `cmake --install` puts where, component by component; that it can be moved, and names nothing of where it was built."""

import pathlib
import re
import shutil
import subprocess
import unittest

from installed import BUILD, Home, mentions

SOURCE = pathlib.Path(__file__).resolve().parents[3]

def tree(root):
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def library(tree):
    """The library directory, which a distribution may call otherwise."""
    return next(iter({found[1] for found in (re.match(r"(lib(?!exec)\w*(?:/[\w-]+-linux-gnu)?)/(?:kith|cmake)", name) for name in tree) if found}))


class Components(unittest.TestCase):
    def install(self, *parts):
        home = Home(parts)
        self.addCleanup(home.close)
        return home

    def test_sdk(self):
        home = self.install("sdk")
        there = tree(home.kith)
        lib = library(there)
        rest = {name for name in there if not name.startswith(("include/kith/", "share/", f"{lib}/cmake/kith/"))}
        self.assertEqual(rest, {"bin/kith-check-plugin", "libexec/kith/kith-check-isolated", f"{lib}/libkith_testkit.a"})
        for wanted in ("include/kith/plugin.h", "include/kith/plugin.hpp", "include/kith/service/tcp.h", "include/kith/testkit/plugin_harness.hpp",
                       f"{lib}/cmake/kith/kithConfig.cmake", "share/kith/template/README.md", "share/kith/examples/rust/Cargo.toml",
                       "share/pkgconfig/kith.pc", "share/pkgconfig/kith-testkit.pc", "include/kith/version.h", "share/doc/kith/sdk/LICENSE", "share/kith/template/Makefile", "share/kith/examples/watch/etcd.cpp",
                       "share/doc/kith/sdk/README.md", "share/doc/kith/sdk/ABI.md", "share/doc/kith/sdk/check/README.md"):
            self.assertIn(wanted, there)
        for name in there - rest:
            text = (home.kith / name).read_text()
            self.assertFalse(mentions(text, BUILD) or mentions(text, SOURCE), f"{name} names the tree it was built from")

    def test_the_version_of_the_sdk(self):
        home = self.install("sdk")
        program = home.dir / "version.c"
        program.write_text('#include <kith/version.h>\n#include <stdio.h>\n#if KITH_SDK_VERSION_NUMBER < 100\n#error too old\n#endif\n'
                           'int main(void) { return printf("%d.%d.%d=%s", KITH_SDK_VERSION_MAJOR, KITH_SDK_VERSION_MINOR, KITH_SDK_VERSION_PATCH, '
                           'KITH_SDK_VERSION) < 0; }')
        home.run(["cc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{home.kith}/include", "-o", "version", str(program)])
        numbers, text = home.run(["./version"]).split("=")
        self.assertEqual(numbers, text)
        self.assertRegex((SOURCE / "CMakeLists.txt").read_text(), rf"project\(kith VERSION {re.escape(text)} ")

    def test_what_cannot_work_is_refused_with_its_reason(self):
        home = self.install("sdk")
        include = f"-I{home.kith}/include"
        for flags, header, reason in ((["-std=c++20", "-D_GLIBCXX_DEBUG"], "testkit/plugin_harness.hpp", "compiled without _GLIBCXX_DEBUG"),
                                      (["-std=c++17"], "plugin.hpp", "compile with -std=c++20")):
            said = home.run(["c++", *flags, include, "-fsyntax-only", "-include", f"kith/{header}", "-x", "c++", "/dev/null"], expected=1)
            self.assertIn(reason, said)
        unfinished = home.dir / "unfinished.cpp"
        unfinished.write_text("""#include <kith/plugin.hpp>
            struct mine : kith::strategy {
                static constexpr kith::about about{.id = "mine", .version = "1.0.0", .licence = "MIT", .summary = "None."};
                using strategy::strategy;
            };
            KITH_PLUGIN(mine)""")
        self.assertIn("a strategy `void refresh()`", home.run(["c++", "-std=c++20", include, "-fsyntax-only", str(unfinished)], expected=1))
        project = home.dir / "nonsense"
        project.mkdir()
        for wanted, reason in (("COMPONENTS nonsense", "kith has no component nonsense"), ("0.0.9", "0.1.0")):
            (project / "CMakeLists.txt").write_text(f"cmake_minimum_required(VERSION 3.25)\nproject(p C)\nfind_package(kith {wanted} REQUIRED)\n")
            self.assertIn(reason, home.run(["cmake", "-G", "Ninja", "-S", str(project), "-B", str(project / "build"), f"-DCMAKE_PREFIX_PATH={home.kith}"], expected=1))

    def test_the_testkit_shows_no_boost(self):
        home = self.install("sdk")
        archive = next(home.kith.rglob("libkith_testkit.a"))
        seen = home.run(["nm", "--extern-only", "--demangle", str(archive)])
        self.assertIn("kith::testkit::PluginHarness::start()", seen)
        self.assertEqual(re.findall(r".*\bboost::.*", seen), [])

    def test_each_header_of_the_testkit_alone(self):
        home = self.install("sdk")
        for header in sorted((home.kith / "include/kith/testkit").glob("*.hpp")):
            home.run(["c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{home.kith}/include", "-include", str(header),
                      "-x", "c++", "/dev/null"])

    def test_host_and_plugins(self):
        home = self.install("host")
        lib = library(tree(home.kith))
        documents = {name for name in tree(home.kith) if name.startswith("share/doc/kith/")}
        for wanted in ("README.md", "LICENSE", "config/README.md", "config/epmd.json", "host/api/README.md", "tests/sim/README.md"):
            self.assertIn("share/doc/kith/" + wanted, documents)
        for name in documents:
            self.assertFalse(mentions((home.kith / name).read_text(), SOURCE), name)
        self.assertEqual(tree(home.kith) - documents, {"bin/kith", "libexec/kith/kith-plugin-host", "libexec/kith/kith-sim", f"{lib}/kith/libkith_tls.so"})
        home = self.install("host", "plugins")
        plugins = {pathlib.Path(name).name for name in tree(home.kith) if name.startswith(f"{lib}/kith/plugins/")}
        self.assertIn("libstrategy_gossip.so", plugins)
        # Moved somewhere else they are found there, and all of them are taken.
        moved = home.dir / "elsewhere"
        shutil.move(home.kith, moved)
        said = home.run([str(moved / "bin/kith"), "plugins"])
        for kind, name in (found for found in (re.fullmatch(r"lib(strategy|connector|sink)_(\w+)\.so", file).groups() for file in plugins)):
            self.assertRegex(said, rf"(?m)^{name} +{kind} ")
        self.assertIn("Usage: kith sim", home.run([str(moved / "bin/kith"), "sim", "--help"]))
        mine = subprocess.run([str(moved / "bin/kith"), "discover", "/dev/stdin"], text=True, capture_output=True, input="""{"topologies": {"t": {
            "strategy": "epmd", "config": {"hosts": ["a@127.0.0.1"]}, "connector": "log", "connector_config": {"node": "me@here"}}}}""")
        self.assertIn("a@127.0.0.1", mine.stdout + mine.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
