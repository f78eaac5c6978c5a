// SPDX-License-Identifier: MIT
//
// kith/service/tcp.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_TCP: &str = "kith.tcp/1";
pub const KITH_TCP_MAX_READ: u32 = 1048576;
pub const KITH_TCP_MAX_WRITE: u32 = 16777216;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_endpoint {
    pub address: kith_str,
    pub port: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_tcp_host {
    pub connect: unsafe extern "C" fn(host: *const kith_host, name: kith_str, port: u32, timeout: u64, user: u64, op: *mut u64) -> i32,
    pub listen: unsafe extern "C" fn(host: *const kith_host, address: kith_str, port: u32, backlog: u32, user: u64, op: *mut u64) -> i32,
    pub accept: unsafe extern "C" fn(host: *const kith_host, listener: u64, user: u64, op: *mut u64) -> i32,
    pub read: unsafe extern "C" fn(host: *const kith_host, stream: u64, max: u32, timeout: u64, user: u64, op: *mut u64) -> i32,
    pub write: unsafe extern "C" fn(host: *const kith_host, stream: u64, data: *const c_void, size: u32, timeout: u64, user: u64, op: *mut u64) -> i32,
    pub shutdown: unsafe extern "C" fn(host: *const kith_host, stream: u64) -> i32,
    pub close: unsafe extern "C" fn(host: *const kith_host, id: u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_tcp_plugin {
    pub connected: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, stream: u64, remote: *const kith_endpoint)>,
    pub listening: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, listener: u64, local: *const kith_endpoint)>,
    pub accepted: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, stream: u64, remote: *const kith_endpoint)>,
    pub read: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, data: *const c_void, size: u32)>,
    pub written: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str)>,
}
