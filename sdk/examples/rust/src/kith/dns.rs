// SPDX-License-Identifier: MIT
//
// kith/service/dns.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_DNS: &str = "kith.dns/1";
pub const KITH_DNS_MAX_NAME: u32 = 253;
pub const KITH_DNS_MAX_OPEN: u32 = 64;
pub const KITH_DNS_MAX_SERVERS: u32 = 8;
pub const KITH_DNS_TTL_UNKNOWN: u32 = u32::MAX;
pub const KITH_DNS_A: u32 = 1;
pub const KITH_DNS_TXT: u32 = 16;
pub const KITH_DNS_AAAA: u32 = 28;
pub const KITH_DNS_SRV: u32 = 33;
pub const KITH_DNS_RECORDS: u32 = 1;
pub const KITH_DNS_NODATA: u32 = 2;
pub const KITH_DNS_NXDOMAIN: u32 = 3;
pub const KITH_DNS_SEARCH: u32 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_dns_query {
    pub struct_size: u32,
    pub r#type: u32,
    pub flags: u32,
    pub reserved: u32,
    pub name: kith_str,
    pub servers: kith_str,
    pub timeout: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_dns_record {
    pub r#type: u32,
    pub ttl: u32,
    pub address: [u8; 16],
    pub priority: u16,
    pub weight: u16,
    pub port: u16,
    pub reserved: u16,
    pub target: kith_str,
    pub text: kith_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_dns_answer {
    pub struct_size: u32,
    pub kind: u32,
    pub ttl: u32,
    pub count: u32,
    pub stride: u32,
    pub reserved: u32,
    pub name: kith_str,
    pub records: *const kith_dns_record,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_dns_host {
    pub query: unsafe extern "C" fn(host: *const kith_host, query: *const kith_dns_query, user: u64, op: *mut u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_dns_plugin {
    pub answered: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, answer: *const kith_dns_answer)>,
}
