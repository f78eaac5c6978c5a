// SPDX-License-Identifier: MIT
//
// kith/service/timer.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_TIMER: &str = "kith.timer/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_timer_host {
    pub start: unsafe extern "C" fn(host: *const kith_host, delay: u64, user: u64, op: *mut u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_timer_plugin {
    pub fired: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32)>,
}
