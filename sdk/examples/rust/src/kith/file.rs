// SPDX-License-Identifier: MIT
//
// kith/service/file.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_FILE: &str = "kith.file/1";
pub const KITH_FILE_MAX_READ: u32 = 67108864;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_file_info {
    pub size: u64,
    pub version: u64,
    pub modified: i64,
    pub mode: u32,
    pub owner: u32,
    pub group: u32,
    pub ours: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_file_host {
    pub read: unsafe extern "C" fn(host: *const kith_host, path: kith_str, max: u64, user: u64, op: *mut u64) -> i32,
    pub write: unsafe extern "C" fn(host: *const kith_host, path: kith_str, data: *const c_void, size: u64, mode: u32, user: u64, op: *mut u64) -> i32,
    pub watch: unsafe extern "C" fn(host: *const kith_host, path: kith_str, version: u64, user: u64, op: *mut u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_file_plugin {
    pub read: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, data: *const c_void, size: u64, info: *const kith_file_info)>,
    pub written: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str)>,
    pub changed: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str)>,
}
