// SPDX-License-Identifier: MIT
//
// kith/service/random.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_RANDOM: &str = "kith.random/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_random_host {
    pub fill: unsafe extern "C" fn(host: *const kith_host, out: *mut c_void, size: u64),
}
