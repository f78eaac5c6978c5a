// SPDX-License-Identifier: MIT
//
// kith/service/log.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_LOG: &str = "kith.log/1";
pub const KITH_LOG_TRACE: u32 = 0;
pub const KITH_LOG_DEBUG: u32 = 1;
pub const KITH_LOG_INFO: u32 = 2;
pub const KITH_LOG_WARNING: u32 = 3;
pub const KITH_LOG_ERROR: u32 = 4;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_log_host {
    pub level: unsafe extern "C" fn(host: *const kith_host) -> u32,
    pub write: unsafe extern "C" fn(host: *const kith_host, level: u32, message: kith_str, fields: *const kith_attribute, field_count: u32),
}
