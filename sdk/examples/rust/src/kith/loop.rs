// SPDX-License-Identifier: MIT
//
// kith/service/loop.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_LOOP: &str = "kith.loop/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_loop_host {
    pub post: unsafe extern "C" fn(host: *const kith_host, user: u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_loop_plugin {
    pub posted: Option<unsafe extern "C" fn(me: *mut c_void, user: u64)>,
}
