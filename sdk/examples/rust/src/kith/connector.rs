// SPDX-License-Identifier: MIT
//
// kith/service/connector.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_CONNECTOR: &str = "kith.connector/1";
pub const KITH_LINK_NOT_CONNECTED: u32 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_link {
    pub name: kith_str,
    pub attributes: *const kith_attribute,
    pub attribute_count: u32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_connector_host {
    pub done: unsafe extern "C" fn(host: *const kith_host, op: u64, status: i32, text: kith_str) -> i32,
    pub attached: unsafe extern "C" fn(host: *const kith_host, node: kith_str, epoch: u64) -> i32,
    pub detached: unsafe extern "C" fn(host: *const kith_host, status: i32, text: kith_str) -> i32,
    pub links: unsafe extern "C" fn(host: *const kith_host, epoch: u64, links: *const kith_link, count: u32, stride: u32) -> i32,
    pub link_up: unsafe extern "C" fn(host: *const kith_host, epoch: u64, link: *const kith_link) -> i32,
    pub link_down: unsafe extern "C" fn(host: *const kith_host, epoch: u64, name: kith_str, reason: kith_str) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_connector_plugin {
    pub connect: Option<unsafe extern "C" fn(me: *mut c_void, op: u64, peer: *const kith_peer) -> i32>,
    pub disconnect: Option<unsafe extern "C" fn(me: *mut c_void, op: u64, peer: *const kith_peer) -> i32>,
    pub cancel: Option<unsafe extern "C" fn(me: *mut c_void, op: u64)>,
    pub refresh: Option<unsafe extern "C" fn(me: *mut c_void)>,
}
