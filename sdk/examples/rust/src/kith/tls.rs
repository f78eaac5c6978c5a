// SPDX-License-Identifier: MIT
//
// kith/service/tls.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_TLS: &str = "kith.tls/1";
pub const KITH_TLS_MAX_FILE: u32 = 1048576;
pub const KITH_TLS_MAX_CONTEXTS: u32 = 64;
pub const KITH_TLS_MAX_KEYS: u32 = 16;
pub const KITH_TLS_KEY_SIZE: u32 = 32;
pub const KITH_TLS_MAX_IDENTITY: u32 = 128;
pub const KITH_TLS_1_2: u32 = 0x0303;
pub const KITH_TLS_1_3: u32 = 0x0304;
pub const KITH_TLS_INSECURE: u32 = 1;
pub const KITH_TLS_SERVER: u32 = 2;
pub const KITH_TLS_ANONYMOUS: u32 = 4;
pub const KITH_TLS_COMMON_NAME: u32 = 1;
pub const KITH_TLS_DNS: u32 = 2;
pub const KITH_TLS_ADDRESS: u32 = 3;
pub const KITH_TLS_URI: u32 = 4;
pub const KITH_TLS_EMAIL: u32 = 5;
pub const KITH_TLS_NO_KEY: u32 = u32::MAX;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_tls_shared_key {
    pub identity: kith_str,
    pub key: *const c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_tls_settings {
    pub struct_size: u32,
    pub flags: u32,
    pub authorities_file: kith_str,
    pub certificate_file: kith_str,
    pub key_file: kith_str,
    pub password: kith_str,
    pub min_version: u32,
    pub max_version: u32,
    pub shared_keys: *const kith_tls_shared_key,
    pub shared_key_count: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_tls_certificate {
    pub der: *const c_void,
    pub size: u64,
    pub subject: kith_str,
    pub issuer: kith_str,
    pub fingerprint: kith_str,
    pub not_before: i64,
    pub not_after: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_tls_name {
    pub kind: u32,
    pub reserved: u32,
    pub value: kith_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_tls_credentials {
    pub struct_size: u32,
    pub chain_count: u32,
    pub chain: *const kith_tls_certificate,
    pub names: *const kith_tls_name,
    pub name_count: u32,
    pub identity_count: u32,
    pub identities: *const kith_str,
    pub authorities_not_after: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_tls_peer {
    pub struct_size: u32,
    pub version: u32,
    pub verified: u32,
    pub chain_count: u32,
    pub chain: *const kith_tls_certificate,
    pub names: *const kith_tls_name,
    pub name_count: u32,
    pub shared_key: u32,
    pub cipher: kith_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_tls_host {
    pub open: unsafe extern "C" fn(host: *const kith_host, settings: *const kith_tls_settings, user: u64, op: *mut u64) -> i32,
    pub secure: unsafe extern "C" fn(host: *const kith_host, context: u64, stream: u64, server_name: kith_str, timeout: u64, user: u64, op: *mut u64) -> i32,
    pub close: unsafe extern "C" fn(host: *const kith_host, context: u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_tls_plugin {
    pub opened: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, context: u64, own: *const kith_tls_credentials)>,
    pub secured: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, peer: *const kith_tls_peer)>,
}
