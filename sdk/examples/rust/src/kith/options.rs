// SPDX-License-Identifier: MIT
//
// kith/service/options.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_OPTIONS: &str = "kith.options/1";
pub const KITH_JSON_ABSENT: u32 = 0;
pub const KITH_JSON_NULL: u32 = 1;
pub const KITH_JSON_BOOL: u32 = 2;
pub const KITH_JSON_INTEGER: u32 = 3;
pub const KITH_JSON_NUMBER: u32 = 4;
pub const KITH_JSON_STRING: u32 = 5;
pub const KITH_JSON_ARRAY: u32 = 6;
pub const KITH_JSON_OBJECT: u32 = 7;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_options_host {
    pub r#type: unsafe extern "C" fn(host: *const kith_host, path: kith_str) -> u32,
    pub get_bool: unsafe extern "C" fn(host: *const kith_host, path: kith_str, out: *mut u32) -> i32,
    pub get_integer: unsafe extern "C" fn(host: *const kith_host, path: kith_str, out: *mut i64) -> i32,
    pub get_number: unsafe extern "C" fn(host: *const kith_host, path: kith_str, out: *mut f64) -> i32,
    pub get_string: unsafe extern "C" fn(host: *const kith_host, path: kith_str, out: *mut kith_str) -> i32,
    pub size: unsafe extern "C" fn(host: *const kith_host, path: kith_str, out: *mut u64) -> i32,
    pub member: unsafe extern "C" fn(host: *const kith_host, path: kith_str, index: u64, out: *mut kith_str) -> i32,
    pub json: unsafe extern "C" fn(host: *const kith_host) -> kith_str,
}
