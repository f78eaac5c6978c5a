// SPDX-License-Identifier: MIT
//
// kith/service/members.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_MEMBERS: &str = "kith.members/1";
pub const KITH_MEMBERS_MAX_PAGE: u32 = 4096;
pub const KITH_MEMBER_PRESENT: u32 = 1;
pub const KITH_MEMBER_LINKED: u32 = 2;
pub const KITH_MEMBERS_COMPLETE: u32 = 1;
pub const KITH_MEMBERS_MORE: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_member {
    pub key: kith_str,
    pub name: kith_str,
    pub attributes: *const kith_attribute,
    pub attribute_count: u32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_members_page {
    pub struct_size: u32,
    pub flags: u32,
    pub snapshot: u64,
    pub seq: u64,
    pub total: u64,
    pub topology: kith_str,
    pub reason: kith_str,
    pub members: *const kith_member,
    pub count: u32,
    pub stride: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_members_host {
    pub take: unsafe extern "C" fn(host: *const kith_host, topology: kith_str, max: u32, user: u64, op: *mut u64) -> i32,
    pub read: unsafe extern "C" fn(host: *const kith_host, snapshot: u64, max: u32, user: u64, op: *mut u64) -> i32,
    pub left_out: unsafe extern "C" fn(host: *const kith_host, topology: kith_str, name: kith_str, reason: kith_str) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_members_plugin {
    pub page: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, page: *const kith_members_page)>,
}
