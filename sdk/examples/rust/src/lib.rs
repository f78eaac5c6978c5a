//! hosts_file: the peers are the hosts of a file such as /etc/hosts whose names have the configured suffix; it is read again after each
//! change.
//!
//! One operation at a time, as in ../c/names_file.c: read the file, then wait for a change of it, or for a pause if it cannot be read.
//! The parser is in hosts.rs. No panic leaves a call (E2), and all state is in the instance (I1).

mod hosts;
#[rustfmt::skip]
mod kith;

use kith::discovery::*;
use kith::file::*;
use kith::options::*;
use kith::timer::*;
use kith::*;
use std::panic::{catch_unwind, AssertUnwindSafe};

const LARGEST: u64 = 1 << 20; // maximum size of the file in bytes
const PAUSE: u64 = 5_000_000_000; // nanoseconds

const fn text(from: &str) -> kith_str {
    kith_str { data: from.as_ptr(), size: from.len() as u64 }
}

/// Memory of the host is valid during the call; a string of the options is valid as long as the instance.
unsafe fn view<'a>(from: kith_str) -> &'a [u8] {
    if from.size == 0 {
        &[]
    } else {
        std::slice::from_raw_parts(from.data, from.size as usize)
    }
}

struct HostsFile {
    face: kith_instance, // first member, because the host gets its address
    host: *const kith_host,
    discovery: &'static kith_discovery_host,
    file: &'static kith_file_host,
    timer: &'static kith_timer_host,
    path: kith_str,
    wanted: hosts::Wanted,
    op: u64,       // the outstanding operation; 0: none
    waiting: bool, // the outstanding operation is a wait, not a read
    stopping: bool,
}

impl HostsFile {
    unsafe fn look(&mut self) {
        self.waiting = false;
        let begun = (self.file.read)(self.host, self.path, LARGEST, 0, &mut self.op);
        self.began(begun);
    }

    unsafe fn began(&mut self, status: i32) {
        if status < 0 {
            self.op = 0;
            ((*self.host).failed)(self.host, status, text("the host could not start an operation"));
        }
    }

    /// Returns true if the instance is stopping and this was the last operation.
    unsafe fn ended(&mut self) -> bool {
        self.op = 0;
        if self.stopping {
            ((*self.host).stopped)(self.host);
        }
        self.stopping
    }

    unsafe fn have_read(&mut self, status: i32, why: kith_str, data: &[u8], version: u64) {
        if self.ended() {
            return;
        }
        if status == KITH_OK {
            self.say(data);
        } else {
            (self.discovery.failed)(self.host, status, why); // the host keeps the last set
        }
        self.waiting = true;
        let begun = if status == KITH_OK || status == KITH_NOT_FOUND {
            (self.file.watch)(self.host, self.path, version, 0, &mut self.op)
        } else {
            (self.timer.start)(self.host, PAUSE, 0, &mut self.op)
        };
        self.began(begun);
    }

    unsafe fn say(&self, data: &[u8]) {
        let found = match std::str::from_utf8(data) {
            Ok(all) => self.wanted.among(all),
            Err(_) => {
                (self.discovery.failed)(self.host, KITH_PROTOCOL, text("the file of hosts is not UTF-8"));
                return;
            }
        };
        let attributes: Vec<kith_attribute> =
            found.iter().map(|one| kith_attribute { name: text("address"), value: text(one.address) }).collect();
        let peers: Vec<kith_peer> = found
            .iter()
            .zip(&attributes)
            .map(|(one, attribute)| kith_peer {
                key: text(one.host),
                name: text(&one.name),
                attributes: attribute,
                attribute_count: 1,
                flags: 0,
                ttl: 0,
            })
            .collect();
        (self.discovery.replace)(self.host, peers.as_ptr(), peers.len() as u32, std::mem::size_of::<kith_peer>() as u32);
    }
}

// ---- the functions that the host calls ----

/// A panic does not leave the call: the instance fails, and the host creates a new one.
unsafe fn enter(me: *mut c_void, work: impl FnOnce(&mut HostsFile)) {
    let me = &mut *(me as *mut HostsFile);
    let host = me.host;
    if catch_unwind(AssertUnwindSafe(|| work(me))).is_err() {
        ((*host).failed)(host, KITH_INTERNAL, text("a panic"));
    }
}

unsafe extern "C" fn start(me: *mut c_void) -> i32 {
    enter(me, |me| me.look());
    KITH_OK
}

unsafe extern "C" fn stop(me: *mut c_void) {
    enter(me, |me| {
        me.stopping = true;
        if me.op == 0 {
            ((*me.host).stopped)(me.host); // otherwise after that operation
        }
    });
}

unsafe extern "C" fn destroy(me: *mut c_void) {
    drop(Box::from_raw(me as *mut HostsFile));
}

unsafe extern "C" fn service(_: *mut c_void, id: kith_str) -> *const c_void {
    static DISCOVERY: kith_discovery_plugin = kith_discovery_plugin { refresh: Some(refresh) };
    static FILE: kith_file_plugin = kith_file_plugin { read: Some(read), written: Some(written), changed: Some(changed) };
    static TIMER: kith_timer_plugin = kith_timer_plugin { fired: Some(fired) };
    let id = view(id);
    if id == KITH_DISCOVERY.as_bytes() {
        &DISCOVERY as *const _ as *const c_void
    } else if id == KITH_FILE.as_bytes() {
        &FILE as *const _ as *const c_void
    } else if id == KITH_TIMER.as_bytes() {
        &TIMER as *const _ as *const c_void
    } else {
        std::ptr::null()
    }
}

unsafe extern "C" fn refresh(me: *mut c_void) {
    enter(me, |me| {
        if me.op != 0 && me.waiting {
            ((*me.host).cancel)(me.host, me.op);
        }
    });
}

unsafe extern "C" fn read(
    me: *mut c_void,
    _user: u64,
    _op: u64,
    status: i32,
    why: kith_str,
    data: *const c_void,
    size: u64,
    info: *const kith_file_info,
) {
    let version = if info.is_null() { 0 } else { (*info).version };
    enter(me, |me| me.have_read(status, why, view(kith_str { data: data as *const u8, size }), version));
}

/// Reads the file after each wait, for any reason.
unsafe fn go_on(me: *mut c_void) {
    enter(me, |me| {
        if !me.ended() {
            me.look();
        }
    });
}

unsafe extern "C" fn changed(me: *mut c_void, _user: u64, _op: u64, _status: i32, _why: kith_str) {
    go_on(me);
}

/// Never called, because nothing is written; a table without the function is refused.
unsafe extern "C" fn written(_: *mut c_void, _user: u64, _op: u64, _status: i32, _why: kith_str) {}

unsafe extern "C" fn fired(me: *mut c_void, _user: u64, _op: u64, _status: i32) {
    go_on(me);
}

// ---- creating an instance ----

unsafe fn offered<T>(host: *const kith_host, id: &str) -> Result<&'static T, (i32, String)> {
    ((((*host).service)(host, text(id))) as *const T)
        .as_ref()
        .ok_or_else(|| (KITH_UNSUPPORTED, format!("the host does not provide {id}")))
}

unsafe fn option(host: *const kith_host, options: &kith_options_host, path: &str) -> Result<kith_str, (i32, String)> {
    let mut out = text("");
    match (options.get_string)(host, text(path), &mut out) {
        KITH_OK => Ok(out),
        status => Err((status, format!("option {path}: expected a string"))),
    }
}

unsafe fn make(host: *const kith_host) -> Result<Box<HostsFile>, (i32, String)> {
    let options = offered::<kith_options_host>(host, KITH_OPTIONS)?;
    let words = |path| option(host, options, path).map(|all| String::from_utf8_lossy(view(all)).into_owned());
    Ok(Box::new(HostsFile {
        face: kith_instance {
            struct_size: std::mem::size_of::<kith_instance>() as u32,
            reserved: 0,
            me: std::ptr::null_mut(),
            start: Some(start),
            stop: Some(stop),
            destroy: Some(destroy),
            service: Some(service),
        },
        host,
        discovery: offered(host, KITH_DISCOVERY)?,
        file: offered(host, KITH_FILE)?,
        timer: offered(host, KITH_TIMER)?,
        path: option(host, options, "/file")?,
        wanted: hosts::Wanted { suffix: words("/suffix")?, prefix: words("/prefix")? },
        op: 0,
        waiting: false,
        stopping: false,
    }))
}

unsafe extern "C" fn create(host: *const kith_host, _id: kith_str, out: *mut *const kith_instance) -> i32 {
    let made = catch_unwind(|| make(host)).unwrap_or_else(|_| Err((KITH_INTERNAL, "a panic".into())));
    match made {
        Ok(one) => {
            let one = Box::into_raw(one);
            (*one).face.me = one as *mut c_void;
            *out = &(*one).face;
            KITH_OK
        }
        Err((status, why)) => {
            ((*host).error)(host, text(&why));
            status
        }
    }
}

static REQUIRED: [kith_str; 4] = [text(KITH_DISCOVERY), text(KITH_FILE), text(KITH_OPTIONS), text(KITH_TIMER)];
static DESCRIPTOR: kith_descriptor = kith_descriptor {
    struct_size: std::mem::size_of::<kith_descriptor>() as u32,
    kind: KITH_KIND_STRATEGY,
    id: text("hosts_file"),
    version: text("1.0.0"),
    licence: text("MIT"),
    summary: text("The hosts of a file such as /etc/hosts whose names have a given suffix."),
    options: text(include_str!("options.json")),
    required: REQUIRED.as_ptr(),
    optional: std::ptr::null(),
    aliases: std::ptr::null(),
    env: std::ptr::null(),
    required_count: 4,
    optional_count: 0,
    alias_count: 0,
    env_count: 0,
    flags: 0,
    prune: KITH_PRUNE_UNSAID,
    parallel: 0,
    reserved: 0,
};

struct Descriptors([*const kith_descriptor; 1]);
unsafe impl Sync for Descriptors {}
static DESCRIPTORS: Descriptors = Descriptors([&DESCRIPTOR]);

#[no_mangle]
pub static kith_plugin_entry: kith_entry = kith_entry {
    struct_size: std::mem::size_of::<kith_entry>() as u32,
    abi_major: KITH_ABI_MAJOR,
    abi_minor: KITH_ABI_MINOR,
    descriptor_count: 1,
    descriptors: DESCRIPTORS.0.as_ptr(),
    create: Some(create),
};
