#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bindings.py INCLUDE OUT: writes the Rust form of the C headers in INCLUDE/kith to OUT: mod.rs for plugin.h, and a module for each service.

It knows what rule A4 lets a header hold, and no more: integers of fixed width, double, pointers, structs, and functions in structs.
"""

import pathlib
import re
import sys

PLAIN = {"uint8_t": "u8", "uint16_t": "u16", "uint32_t": "u32", "uint64_t": "u64", "int32_t": "i32", "int64_t": "i64", "double": "f64",
         "char": "u8", "void": "c_void"}
HEAD = """// SPDX-License-Identifier: MIT
//
// kith/{header}, made by bindings.py. The contract of everything here stands in that header.
"""
MOD = """#![allow(non_camel_case_types, dead_code)]

{modules}
pub use std::ffi::c_void;

"""
SHARED = """
// What is static in a plugin is never written, and it holds pointers to what is static too.
unsafe impl Sync for kith_str {}
unsafe impl Sync for kith_descriptor {}
unsafe impl Sync for kith_entry {}
"""


def name_of(word):
    """As it may stand in Rust."""
    return {"self": "me", "type": "r#type", "loop": "r#loop"}.get(word, word)


def type_of(text):
    """`const kith_peer *` -> `*const kith_peer`; each `*` is const or mut by what stands before it."""
    words = re.findall(r"\w+|\*", text)
    base = next(word for word in words if word not in ("const", "struct"))
    rust, constant = PLAIN.get(base, base), False
    for word in words:
        if word == "*":
            rust, constant = f"*{'const' if constant else 'mut'} {rust}", False
        elif word == "const":
            constant = True
    return rust


def split(declaration):
    """A parameter or field without its type's spelling: type, name, elements of an array or none."""
    found = re.fullmatch(r"(.*?[\s*])(\w+)(?:\[(\w+)\])?", declaration.strip(), re.DOTALL)
    kind = type_of(found[1])
    return name_of(found[2]), f"[{kind}; {found[3]}]" if found[3] else kind


def function(returned, parameters, may_be_absent):
    text = "" if parameters.strip() == "void" else ", ".join(
        f"{name}: {kind}" for name, kind in map(split, parameters.split(",")))
    back = "" if returned.strip() == "void" else f" -> {type_of(returned)}"
    text = f'unsafe extern "C" fn({text}){back}'
    return f"Option<{text}>" if may_be_absent else text


def structs(code):
    for body, name in re.findall(r"(?:typedef )?struct \w+ \{(.*?)\} ?(\w*);", code, re.DOTALL):
        name = name or "kith_host"  # declared before, for the functions in it
        host = name == "kith_host" or name.endswith("_host")
        yield f"\n#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {name} {{"
        for field in (part.strip() for part in body.split(";")):
            called = re.fullmatch(r"(.*?)\(\*(\w+)\)\((.*)\)", field, re.DOTALL)
            if called:
                yield f"    pub {name_of(called[2])}: {function(called[1], called[3], not host)},"
            elif field:
                yield "    pub {}: {},".format(*split(field))
        yield "}"


def constants(code):
    for name, value in re.findall(r"^#define (KITH_\w+) (.+)$", code, re.MULTILINE):
        value = value.strip().strip("()")
        if value.startswith('"'):
            yield f"pub const {name}: &str = {value};"
        elif value in ("UINT32_MAX", "UINT64_MAX"):
            yield f"pub const {name}: u{value[4:6]} = u{value[4:6]}::MAX;"
        elif re.fullmatch(r"\d+u|0x[0-9a-f]+u", value):
            yield f"pub const {name}: u32 = {value[:-1]};"
        elif re.fullmatch(r"-?\d+", value):
            yield f"pub const {name}: i32 = {value};"
        elif name != "KITH_EXPORT":
            raise SystemExit(f"{name} is {value}, which is no number and no string")


def module(header, text, service, modules):
    code = re.sub(r"/\*.*?\*/", "", text.replace("\\\n", " "), flags=re.DOTALL)
    out = [HEAD.format(header=header)]
    if service:
        used = set(re.findall(r'#include "(\w+)\.h"', code))
        out.append("use super::*;\n" + "".join(f"use super::{other}::*;\n" for other in sorted(used)) + "\n")
    else:
        out.append(MOD.format(modules="".join(f"pub mod {name_of(name)};\n" for name in modules)))
    out.append("\n".join(constants(code)) + "\n")
    out.append("\n".join(structs(code)) + "\n")
    if not service:
        out.append(SHARED)
    return "".join(out)


def main(include, out):
    kith = pathlib.Path(include) / "kith"
    services = sorted((kith / "service").glob("*.h"))
    names = [path.stem for path in services]
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "mod.rs").write_text(module("plugin.h", (kith / "plugin.h").read_text(), False, names))
    for path in services:
        (out / f"{path.stem}.rs").write_text(module(f"service/{path.name}", path.read_text(), True, names))


if __name__ == "__main__":
    main(*sys.argv[1:])
