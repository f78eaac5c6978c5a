# SPDX-License-Identifier: MIT
"""The Rust bindings say what the headers say: they are what bindings.py makes of the installed headers, and rustc finds every struct,
field and constant of sdk/test/layout.h in them, with the size, the offset and the value that stand there."""

import filecmp
import pathlib
import re
import shutil
import sys
import unittest

from installed import Home

LAYOUT = pathlib.Path(__file__).parent.parent / "layout.h"
PROGRAM = """#![allow(dead_code)]
#[path = "{bindings}/mod.rs"]
mod kith;
use kith::*;
{uses}
macro_rules! offset {{
    ($type:ty, $field:ident) => {{{{
        let one = std::mem::MaybeUninit::<$type>::uninit();
        let at = one.as_ptr();
        unsafe {{ std::ptr::addr_of!((*at).$field) as usize - at as usize }}
    }}}};
}}
fn check(what: &str, is: i128, expected: i128) {{
    if is != expected {{
        println!("{{}} is {{}}", what, is);
    }}
}}
fn main() {{
{checks}
}}
"""
NAMES = {"self": "me", "type": "r#type"}  # as bindings.py has them
LARGEST = {"UINT32_MAX": 2**32 - 1, "UINT64_MAX": 2**64 - 1}


def checks():
    """A line of Rust for each line of layout.h that promises something."""
    for kind, words in re.findall(r"^(SIZE|OFFSET|VALUE)\((\w.*)\)$", LAYOUT.read_text(), re.MULTILINE):
        name, *rest = words.split(", ")
        expected = LARGEST.get(rest[-1], rest[-1])
        found = {"SIZE": lambda: f"std::mem::size_of::<{name}>()", "VALUE": lambda: name,
                 "OFFSET": lambda: f"offset!({name}, {NAMES.get(rest[0], rest[0])})"}[kind]()
        yield f'    check("{kind}({words})", {found} as i128, {expected});'


class Bindings(unittest.TestCase):
    def setUp(self):
        self.home = Home(parts=("sdk",))
        self.addCleanup(self.home.close)
        self.rust = next(self.home.kith.rglob("examples/rust"))

    def said_by_rustc(self, bindings):
        uses = "\n".join(f"use kith::{'r#loop' if path.stem == 'loop' else path.stem}::*;" for path in bindings.glob("*.rs") if path.stem != "mod")
        program = self.home.dir / "layout.rs"
        program.write_text(PROGRAM.format(bindings=bindings, uses=uses, checks="\n".join(checks())))
        self.home.run(["rustc", "--edition", "2021", "-A", "unused_imports", "-o", "layout", str(program)])
        return self.home.run(["./layout"])

    def test_they_are_made_of_these_headers(self):
        made = self.home.dir / "made"
        self.home.run([sys.executable, str(self.rust / "bindings.py"), str(self.home.kith / "include"), str(made)])
        names = sorted(path.name for path in made.iterdir())
        self.assertEqual(names, sorted(path.name for path in (self.rust / "src/kith").iterdir()))
        _, other, unread = filecmp.cmpfiles(made, self.rust / "src/kith", names, shallow=False)
        self.assertEqual(other + unread, [], "run sdk/examples/rust/bindings.py sdk/include sdk/examples/rust/src/kith")

    def test_sizes_offsets_and_values(self):
        if not shutil.which("rustc"):
            self.skipTest("no rustc; Debian: rustc")
        self.assertGreater(len(list(checks())), 400)
        self.assertEqual(self.said_by_rustc(self.rust / "src/kith"), "")
        # And it can fail: with a field that the header does not have, and with a constant of another value.
        file = self.rust / "src/kith/mod.rs"
        file.write_text(file.read_text().replace("    pub ttl: u64,", "    pub more: u64,\n    pub ttl: u64,")
                        .replace("KITH_BUSY: i32 = -7", "KITH_BUSY: i32 = -8"))
        said = self.said_by_rustc(self.rust / "src/kith")
        self.assertIn("OFFSET(kith_peer, ttl, 48) is 56\n", said)
        self.assertIn("SIZE(kith_peer, 56) is 64\n", said)
        self.assertIn("VALUE(KITH_BUSY, -7) is -8\n", said)
        self.assertEqual(len(said.splitlines()), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
