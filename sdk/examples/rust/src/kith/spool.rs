// SPDX-License-Identifier: MIT
//
// kith/service/spool.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_SPOOL: &str = "kith.spool/1";
pub const KITH_SPOOL_MIN_BOUND: u32 = 65536;
pub const KITH_SPOOL_MAX_BOUND: u32 = 1073741824;
pub const KITH_SPOOL_MAX_RECORD: u32 = 1048576;
pub const KITH_SPOOL_MAX_READ: u32 = 1048576;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_spool_record {
    pub number: u64,
    pub data: *const c_void,
    pub size: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_spool_host {
    pub append: unsafe extern "C" fn(host: *const kith_host, data: *const c_void, size: u64, bound: u64, user: u64, op: *mut u64) -> i32,
    pub read: unsafe extern "C" fn(host: *const kith_host, after: u64, max: u64, user: u64, op: *mut u64) -> i32,
    pub acknowledge: unsafe extern "C" fn(host: *const kith_host, number: u64, user: u64, op: *mut u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_spool_plugin {
    pub appended: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, number: u64)>,
    pub read: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, records: *const kith_spool_record, count: u32, stride: u32, dropped: u64)>,
    pub acknowledged: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str)>,
}
