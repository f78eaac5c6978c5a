// SPDX-License-Identifier: MIT
//
// kith/service/messages.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_MESSAGES: &str = "kith.messages/1";
pub const KITH_MESSAGES_MAX_SIZE: u32 = 16777216;
pub const KITH_MESSAGES_MAX_CHANNEL: u32 = 64;
pub const KITH_MESSAGES_MAX_BATCH: u32 = 4096;
pub const KITH_MESSAGES_MAX_LISTENING: u32 = 1024;
pub const KITH_MESSAGE_BROADCAST: u32 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_message {
    pub peer: kith_str,
    pub channel: kith_str,
    pub data: *const c_void,
    pub size: u64,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_messages_host {
    pub done: unsafe extern "C" fn(host: *const kith_host, op: u64, status: i32, text: kith_str) -> i32,
    pub arrived: unsafe extern "C" fn(host: *const kith_host, messages: *const kith_message, count: u32, stride: u32) -> i32,
    pub lost: unsafe extern "C" fn(host: *const kith_host, peer: kith_str, channel: kith_str, count: u64, status: i32, text: kith_str) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_messages_plugin {
    pub send: Option<unsafe extern "C" fn(me: *mut c_void, op: u64, message: *const kith_message) -> i32>,
    pub cancel: Option<unsafe extern "C" fn(me: *mut c_void, op: u64)>,
    pub listening: Option<unsafe extern "C" fn(me: *mut c_void, channels: *const kith_str, count: u32)>,
    pub leave: Option<unsafe extern "C" fn(me: *mut c_void, op: u64) -> i32>,
}
