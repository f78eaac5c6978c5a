// SPDX-License-Identifier: MIT
//
// kith/service/udp.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;
use super::tcp::*;

pub const KITH_UDP: &str = "kith.udp/1";
pub const KITH_UDP_MAX_SIZE: u32 = 65507;
pub const KITH_UDP_MAX_BATCH: u32 = 256;
pub const KITH_UDP_MAX_GROUPS: u32 = 64;
pub const KITH_ADDRESS_IPV4: u32 = 4;
pub const KITH_ADDRESS_IPV6: u32 = 6;
pub const KITH_DATAGRAM_TRUNCATED: u32 = 1;
pub const KITH_UDP_SHARED: u32 = 1;
pub const KITH_UDP_BROADCAST: u32 = 2;
pub const KITH_UDP_NO_LOOP: u32 = 4;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_address {
    pub bytes: [u8; 16],
    pub scope: u32,
    pub port: u16,
    pub family: u8,
    pub reserved: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_datagram {
    pub data: *const c_void,
    pub size: u32,
    pub flags: u32,
    pub remote: kith_address,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_udp_socket {
    pub struct_size: u32,
    pub flags: u32,
    pub address: kith_str,
    pub interface: kith_str,
    pub port: u32,
    pub hops: u32,
    pub max_size: u32,
    pub receive_buffer: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_udp_host {
    pub bind: unsafe extern "C" fn(host: *const kith_host, socket: *const kith_udp_socket, user: u64, op: *mut u64) -> i32,
    pub join: unsafe extern "C" fn(host: *const kith_host, socket: u64, group: kith_str, interface: kith_str) -> i32,
    pub leave: unsafe extern "C" fn(host: *const kith_host, socket: u64, group: kith_str, interface: kith_str) -> i32,
    pub receive: unsafe extern "C" fn(host: *const kith_host, socket: u64, max: u32, timeout: u64, user: u64, op: *mut u64) -> i32,
    pub send: unsafe extern "C" fn(host: *const kith_host, socket: u64, datagrams: *const kith_datagram, count: u32, stride: u32, timeout: u64, user: u64, op: *mut u64) -> i32,
    pub close: unsafe extern "C" fn(host: *const kith_host, socket: u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_udp_plugin {
    pub bound: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, socket: u64, local: *const kith_endpoint, receive_buffer: u32)>,
    pub membership: Option<unsafe extern "C" fn(me: *mut c_void, socket: u64, group: kith_str, interface: kith_str, status: i32, text: kith_str)>,
    pub received: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, datagrams: *const kith_datagram, count: u32, stride: u32, lost: u64)>,
    pub sent: Option<unsafe extern "C" fn(me: *mut c_void, user: u64, op: u64, status: i32, text: kith_str, sent: u32)>,
}
