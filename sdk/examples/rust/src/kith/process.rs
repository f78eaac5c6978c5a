// SPDX-License-Identifier: MIT
//
// kith/service/process.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_PROCESS: &str = "kith.process/1";
pub const KITH_PROCESS_MAX_ARGUMENTS: u32 = 256;
pub const KITH_PROCESS_MAX_TEXT: u32 = 65536;
pub const KITH_PROCESS_MAX_READ: u32 = 1048576;
pub const KITH_PROCESS_MAX_WRITE: u32 = 1048576;
pub const KITH_PROCESS_MAX_OPEN: u32 = 64;
pub const KITH_PROCESS_MAX_ERRORS: u32 = 4096;
pub const KITH_PROCESS_INPUT: u32 = 1;
pub const KITH_PROCESS_OUTPUT: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_process_program {
    pub struct_size: u32,
    pub flags: u32,
    pub path: kith_str,
    pub directory: kith_str,
    pub arguments: *const kith_str,
    pub environment: *const kith_attribute,
    pub argument_count: u32,
    pub environment_count: u32,
    pub timeout: u64,
    pub grace: u64,
    pub max_output: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_process_end {
    pub struct_size: u32,
    pub code: u32,
    pub signal: u32,
    pub reserved: u32,
    pub errors: kith_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_process_host {
    pub start: unsafe extern "C" fn(host: *const kith_host, program: *const kith_process_program, user: u64, op: *mut u64) -> i32,
    pub read: unsafe extern "C" fn(host: *const kith_host, process: u64, max: u32, timeout: u64, user: u64, op: *mut u64) -> i32,
    pub write: unsafe extern "C" fn(host: *const kith_host, process: u64, data: *const c_void, size: u32, timeout: u64, user: u64, op: *mut u64) -> i32,
    pub shutdown: unsafe extern "C" fn(host: *const kith_host, process: u64) -> i32,
    pub wait: unsafe extern "C" fn(host: *const kith_host, process: u64, user: u64, op: *mut u64) -> i32,
    pub end: unsafe extern "C" fn(host: *const kith_host, process: u64) -> i32,
    pub close: unsafe extern "C" fn(host: *const kith_host, process: u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_process_plugin {
    pub started: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, process: u64)>,
    pub read: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, data: *const c_void, size: u32)>,
    pub written: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str)>,
    pub ended: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, end: *const kith_process_end)>,
}
