// SPDX-License-Identifier: MIT
//
// kith/service/sink.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_SINK: &str = "kith.sink/1";
pub const KITH_EVENT_TOPOLOGY_STARTED: u32 = 0;
pub const KITH_EVENT_TOPOLOGY_STOPPED: u32 = 1;
pub const KITH_EVENT_TOPOLOGY_STALE: u32 = 2;
pub const KITH_EVENT_TOPOLOGY_FRESH: u32 = 3;
pub const KITH_EVENT_TOPOLOGY_READY: u32 = 4;
pub const KITH_EVENT_OBSERVATION_OK: u32 = 5;
pub const KITH_EVENT_OBSERVATION_FAILED: u32 = 6;
pub const KITH_EVENT_PEER_DISCOVERED: u32 = 7;
pub const KITH_EVENT_PEER_UPDATED: u32 = 8;
pub const KITH_EVENT_PEER_COLLISION: u32 = 9;
pub const KITH_EVENT_PEER_MISSING: u32 = 10;
pub const KITH_EVENT_PEER_HELD: u32 = 11;
pub const KITH_EVENT_PEER_LOST: u32 = 12;
pub const KITH_EVENT_CONNECTOR_ATTACHED: u32 = 13;
pub const KITH_EVENT_CONNECTOR_DETACHED: u32 = 14;
pub const KITH_EVENT_CONNECT_STARTED: u32 = 15;
pub const KITH_EVENT_CONNECT_SUCCEEDED: u32 = 16;
pub const KITH_EVENT_CONNECT_FAILED: u32 = 17;
pub const KITH_EVENT_DISCONNECT_SUCCEEDED: u32 = 18;
pub const KITH_EVENT_DISCONNECT_FAILED: u32 = 19;
pub const KITH_EVENT_LINK_UP: u32 = 20;
pub const KITH_EVENT_LINK_DOWN: u32 = 21;
pub const KITH_EVENT_PLUGIN_LOADED: u32 = 22;
pub const KITH_EVENT_PLUGIN_REFUSED: u32 = 23;
pub const KITH_EVENT_PLUGIN_STALLED: u32 = 24;
pub const KITH_EVENT_PLUGIN_FAILED: u32 = 25;
pub const KITH_EVENT_EVENTS_LOST: u32 = 26;
pub const KITH_EVENT_CONFIG_RELOADED: u32 = 27;
pub const KITH_EVENT_CONFIG_REFUSED: u32 = 28;
pub const KITH_EVENT_SECURITY_WARNING: u32 = 29;
pub const KITH_EVENT_PLUGIN_CHANGED: u32 = 30;
pub const KITH_EVENT_TOPOLOGY_PAUSED: u32 = 31;
pub const KITH_EVENT_TOPOLOGY_RESUMED: u32 = 32;
pub const KITH_EVENT_REMOVAL_CONFIRMED: u32 = 33;
pub const KITH_EVENT_MESSAGE_LOST: u32 = 34;
pub const KITH_EVENT_PLUGIN_CRASHED: u32 = 35;
pub const KITH_EVENT_PLUGIN_QUARANTINED: u32 = 36;
pub const KITH_EVENT_PLUGIN_REPLACED: u32 = 37;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_event {
    pub seq: u64,
    pub time: i64,
    pub duration: u64,
    pub kind: u32,
    pub status: i32,
    pub topology: kith_str,
    pub connector: kith_str,
    pub source: kith_str,
    pub peer: kith_str,
    pub reason: kith_str,
    pub json: kith_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_sink_host {
    pub subscribe: unsafe extern "C" fn(host: *const kith_host, mask: u64) -> i32,
    pub taken: unsafe extern "C" fn(host: *const kith_host, batch: u64) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_sink_plugin {
    pub events: Option<unsafe extern "C" fn(me: *mut c_void, batch: u64, events: *const kith_event, count: u32, stride: u32)>,
}
