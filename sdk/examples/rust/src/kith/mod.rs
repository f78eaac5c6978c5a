// SPDX-License-Identifier: MIT
//
// kith/plugin.h, made by bindings.py. The contract of everything here stands in that header.
#![allow(non_camel_case_types, dead_code)]

pub mod clock;
pub mod connector;
pub mod discovery;
pub mod dns;
pub mod env;
pub mod file;
pub mod http;
pub mod log;
pub mod r#loop;
pub mod members;
pub mod messages;
pub mod metric;
pub mod node;
pub mod options;
pub mod process;
pub mod random;
pub mod sink;
pub mod spool;
pub mod state;
pub mod tcp;
pub mod timer;
pub mod tls;
pub mod udp;

pub use std::ffi::c_void;

pub const KITH_ABI_MAJOR: u32 = 1;
pub const KITH_ABI_MINOR: u32 = 0;
pub const KITH_OK: i32 = 0;
pub const KITH_CANCELLED: i32 = -1;
pub const KITH_INVALID: i32 = -2;
pub const KITH_UNSUPPORTED: i32 = -3;
pub const KITH_DENIED: i32 = -4;
pub const KITH_NOT_FOUND: i32 = -5;
pub const KITH_EXISTS: i32 = -6;
pub const KITH_BUSY: i32 = -7;
pub const KITH_LIMIT: i32 = -8;
pub const KITH_TIMED_OUT: i32 = -9;
pub const KITH_STALE: i32 = -10;
pub const KITH_CLOSED: i32 = -11;
pub const KITH_RESET: i32 = -12;
pub const KITH_REFUSED: i32 = -13;
pub const KITH_UNREACHABLE: i32 = -14;
pub const KITH_UNRESOLVED: i32 = -15;
pub const KITH_UNAUTHORIZED: i32 = -16;
pub const KITH_PROTOCOL: i32 = -17;
pub const KITH_UNAVAILABLE: i32 = -18;
pub const KITH_IO: i32 = -19;
pub const KITH_INTERNAL: i32 = -20;
pub const KITH_KIND_STRATEGY: u32 = 1;
pub const KITH_KIND_CONNECTOR: u32 = 2;
pub const KITH_KIND_SINK: u32 = 3;
pub const KITH_FLAG_AUTHENTICATED: u32 = 1;
pub const KITH_FLAG_ROTATING: u32 = 2;
pub const KITH_FLAG_FOREIGN_IO: u32 = 4;
pub const KITH_FLAG_THREADS: u32 = 8;
pub const KITH_FLAG_TRUSTS_PEERS: u32 = 16;
pub const KITH_PRUNE_UNSAID: u32 = 0;
pub const KITH_PRUNE_DISCONNECT: u32 = 1;
pub const KITH_PRUNE_KEEP: u32 = 2;
pub const KITH_PRUNE_REPORT: u32 = 3;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_str {
    pub data: *const u8,
    pub size: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_attribute {
    pub name: kith_str,
    pub value: kith_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_peer {
    pub key: kith_str,
    pub name: kith_str,
    pub attributes: *const kith_attribute,
    pub attribute_count: u32,
    pub flags: u32,
    pub ttl: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_host {
    pub struct_size: u32,
    pub abi_minor: u32,
    pub topology: kith_str,
    pub source: kith_str,
    pub instance: kith_str,
    pub engine: *mut c_void,
    pub world: *mut c_void,
    pub service: unsafe extern "C" fn(host: *const kith_host, id: kith_str) -> *const c_void,
    pub cancel: unsafe extern "C" fn(host: *const kith_host, op: u64) -> i32,
    pub error: unsafe extern "C" fn(host: *const kith_host, text: kith_str),
    pub stopped: unsafe extern "C" fn(host: *const kith_host),
    pub failed: unsafe extern "C" fn(host: *const kith_host, status: i32, text: kith_str),
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_descriptor {
    pub struct_size: u32,
    pub kind: u32,
    pub id: kith_str,
    pub version: kith_str,
    pub licence: kith_str,
    pub summary: kith_str,
    pub options: kith_str,
    pub required: *const kith_str,
    pub optional: *const kith_str,
    pub aliases: *const kith_str,
    pub env: *const kith_str,
    pub required_count: u32,
    pub optional_count: u32,
    pub alias_count: u32,
    pub env_count: u32,
    pub flags: u32,
    pub prune: u32,
    pub parallel: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_instance {
    pub struct_size: u32,
    pub reserved: u32,
    pub me: *mut c_void,
    pub start: Option<unsafe extern "C" fn(me: *mut c_void) -> i32>,
    pub stop: Option<unsafe extern "C" fn(me: *mut c_void)>,
    pub destroy: Option<unsafe extern "C" fn(me: *mut c_void)>,
    pub service: Option<unsafe extern "C" fn(me: *mut c_void, id: kith_str) -> *const c_void>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_entry {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub descriptor_count: u32,
    pub descriptors: *const *const kith_descriptor,
    pub create: Option<unsafe extern "C" fn(host: *const kith_host, id: kith_str, out: *mut *const kith_instance) -> i32>,
}

// What is static in a plugin is never written, and it holds pointers to what is static too.
unsafe impl Sync for kith_str {}
unsafe impl Sync for kith_descriptor {}
unsafe impl Sync for kith_entry {}
