// SPDX-License-Identifier: MIT
//
// kith/service/metric.h, made by bindings.py. The contract of everything here stands in that header.
use super::*;

pub const KITH_METRIC: &str = "kith.metric/1";
pub const KITH_METRIC_COUNTER: u32 = 1;
pub const KITH_METRIC_GAUGE: u32 = 2;
pub const KITH_METRIC_HISTOGRAM: u32 = 3;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct kith_metric_host {
    pub define: unsafe extern "C" fn(host: *const kith_host, kind: u32, name: kith_str, help: kith_str, labels: *const kith_attribute, label_count: u32, bounds: *const f64, bound_count: u32, id: *mut u32) -> i32,
    pub add: unsafe extern "C" fn(host: *const kith_host, id: u32, value: f64) -> i32,
    pub set: unsafe extern "C" fn(host: *const kith_host, id: u32, value: f64) -> i32,
    pub observe: unsafe extern "C" fn(host: *const kith_host, id: u32, value: f64) -> i32,
}
