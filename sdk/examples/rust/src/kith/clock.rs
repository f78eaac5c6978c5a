// SPDX-License-Identifier: MIT
//
// kith/service/clock.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_CLOCK: &str = "kith.clock/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_clock_host {
    pub monotonic: unsafe extern "C" fn(host: *const kith_host) -> u64,
    pub wall: unsafe extern "C" fn(host: *const kith_host) -> i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_clock_plugin {
    pub jumped: Option<unsafe extern "C" fn(me: *mut c_void, delta: i64)>,
}
