// SPDX-License-Identifier: MIT
//
// kith/service/http.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_HTTP: &str = "kith.http/1";
pub const KITH_HTTP_MAX_URL: u32 = 8192;
pub const KITH_HTTP_MAX_FIELDS: u32 = 64;
pub const KITH_HTTP_MAX_REQUEST: u32 = 16777216;
pub const KITH_HTTP_MAX_READ: u32 = 1048576;
pub const KITH_HTTP_MAX_OPEN: u32 = 64;
pub const KITH_HTTP_FOREVER: u64 = u64::MAX;
pub const KITH_HTTP_INSECURE: u32 = 1;
pub const KITH_HTTP_PLAIN_AUTHORIZATION: u32 = 2;
pub const KITH_HTTP_NO_KEEP_ALIVE: u32 = 4;
pub const KITH_HTTP_IDEMPOTENT: u32 = 8;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_http_client {
    pub struct_size: u32,
    pub flags: u32,
    pub authorities: kith_str,
    pub certificate: kith_str,
    pub key: kith_str,
    pub server_name: kith_str,
    pub proxy: kith_str,
    pub connect_timeout: u64,
    pub response_timeout: u64,
    pub idle_timeout: u64,
    pub keep_alive: u64,
    pub max_header: u32,
    pub reserved: u32,
    pub max_body: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_http_request {
    pub struct_size: u32,
    pub field_count: u32,
    pub method: kith_str,
    pub url: kith_str,
    pub fields: *const kith_attribute,
    pub body: *const c_void,
    pub body_size: u64,
    pub response_timeout: u64,
    pub idle_timeout: u64,
    pub timeout: u64,
    pub max_body: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_http_host {
    pub open: unsafe extern "C" fn(host: *const kith_host, settings: *const kith_http_client, user: u64, op: *mut u64) -> i32,
    pub request: unsafe extern "C" fn(host: *const kith_host, client: u64, request: *const kith_http_request, user: u64, op: *mut u64) -> i32,
    pub read: unsafe extern "C" fn(host: *const kith_host, response: u64, max: u32, user: u64, op: *mut u64) -> i32,
    pub close: unsafe extern "C" fn(host: *const kith_host, id: u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_http_plugin {
    pub opened: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, client: u64)>,
    pub responded: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, response: u64, code: u32, fields: *const kith_attribute, count: u32)>,
    pub read: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, data: *const c_void, size: u32)>,
}
