// SPDX-License-Identifier: MIT
//
// kith/service/discovery.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_DISCOVERY: &str = "kith.discovery/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_discovery_host {
    pub replace: unsafe extern "C" fn(host: *const kith_host, peers: *const kith_peer, count: u32, stride: u32) -> i32,
    pub update: unsafe extern "C" fn(host: *const kith_host, upserted: *const kith_peer, count: u32, stride: u32, missing: *const kith_str, missing_count: u32, left: *const kith_str, left_count: u32) -> i32,
    pub watching: unsafe extern "C" fn(host: *const kith_host, in_sync: u32) -> i32,
    pub heard: unsafe extern "C" fn(host: *const kith_host) -> i32,
    pub failed: unsafe extern "C" fn(host: *const kith_host, status: i32, text: kith_str) -> i32,
    pub left_out: unsafe extern "C" fn(host: *const kith_host, items: u32, reason: kith_str) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_discovery_plugin {
    pub refresh: Option<unsafe extern "C" fn(me: *mut c_void)>,
}
