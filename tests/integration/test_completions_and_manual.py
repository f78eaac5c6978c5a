# SPDX-License-Identifier: MIT
"""Completions for shells and manual pages, which are made of the same table as --help."""

import shutil
import subprocess
import unittest

from lab import main
from waiting import KITH, PATIENCE, PLUGINS


def output(*arguments, **more):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE, **more)


class CompletionsAndManual(unittest.TestCase):
    def commands(self):
        lines = output(KITH, "--help").stdout.splitlines()
        return [line.split()[0] for line in lines if line.startswith("  ")]

    def options(self, command):
        return {word for line in output(KITH, command, "--help").stdout.split("Options:")[-1].splitlines() for word in line.split()[:3]
                if word.startswith("--")}

    def complete(self, *words):
        """What bash offers for the last word."""
        script = (f"source <({KITH} completions bash); COMP_WORDS=({' '.join(repr(word) for word in words)}); "
                  f"COMP_CWORD={len(words) - 1}; _kith; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        found = output("bash", "-c", script)
        self.assertEqual((found.returncode, found.stderr), (0, ""))
        return found.stdout.split()

    def test_bash_completes_commands_and_options(self):
        self.assertEqual(self.complete("kith", "stat"), ["status"])
        self.assertEqual(set(self.complete("kith", "")) - {"--help", "--version"}, set(self.commands()))
        for command in self.commands():
            self.assertEqual(set(self.complete("kith", command, "--")), self.options(command), command)

    def test_zsh_and_fish_name_every_command(self):
        for shell, check in {"zsh": ["zsh", "-n"], "fish": ["fish", "-n"]}.items():
            text = output(KITH, "completions", shell).stdout
            for command in self.commands():
                self.assertIn(command, text)
            self.assertIn("--dry-run" if shell == "zsh" else "-l dry-run", text)
            if shutil.which(shell):
                checked = output(*check, "/dev/stdin", input=text)
                self.assertEqual((checked.returncode, checked.stderr), (0, ""), shell)
        self.assertEqual(output(KITH, "completions", "tcsh").returncode, 2)

    @unittest.skipUnless(shutil.which("groff"), "groff is missing")
    def test_manual_pages(self):
        for page, arguments, words in (("kith", [], ["reload", "--dry-run", "--page-hosts", "EXIT STATUS"]),
                                       ("kith.json", [], ["topologies", "max_removal", "control_group"]),
                                       ("kith-plugins", [PLUGINS], ["connector log", "strategy gossip", "multicast_addr"])):
            text = output(KITH, "manual", page, *arguments).stdout
            shown = output("groff", "-man", "-Tutf8", "-ww", "-P-cbou", input=text)
            self.assertEqual((shown.returncode, shown.stderr), (0, ""), page)
            for word in words:
                self.assertIn(word, shown.stdout, page)
        self.assertEqual(output(KITH, "manual", "none").returncode, 2)


if __name__ == "__main__":
    main()
