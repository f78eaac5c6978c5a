// SPDX-License-Identifier: MIT
//
// kith/service/state.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_STATE: &str = "kith.state/1";
pub const KITH_STATE_MAX: u32 = 65536;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_state_host {
    pub load: unsafe extern "C" fn(host: *const kith_host, user: u64, op: *mut u64) -> i32,
    pub save: unsafe extern "C" fn(host: *const kith_host, data: *const c_void, size: u64, user: u64, op: *mut u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_state_plugin {
    pub loaded: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, data: *const c_void, size: u64)>,
    pub saved: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str)>,
}
