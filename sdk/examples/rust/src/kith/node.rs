// SPDX-License-Identifier: MIT
//
// kith/service/node.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_NODE: &str = "kith.node/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_node_host {
    pub get: unsafe extern "C" fn(host: *const kith_host, name: *mut kith_str, epoch: *mut u64),
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_node_plugin {
    pub changed: Option<unsafe extern "C" fn(me: *mut c_void, name: kith_str, epoch: u64)>,
}
