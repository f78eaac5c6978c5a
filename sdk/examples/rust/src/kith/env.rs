// SPDX-License-Identifier: MIT
//
// kith/service/env.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_ENV: &str = "kith.env/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_env_host {
    pub get: unsafe extern "C" fn(host: *const kith_host, name: kith_str, out: *mut kith_str) -> i32,
}
