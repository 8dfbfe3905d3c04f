//! What is measured: which requests, over which keys, and what must stand before.
//!
//! PUT writes new keys for the smallest size and writes over a fixed set for the larger ones, so
//! that a run of any length fits on the disk. GET reads from a fixed set in no order. LIST asks for
//! pages of 1,000 keys of a large bucket and of a small one: if the cost is the page's, both cost
//! the same.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;

use super::BUCKET;
use crate::endpoint::{Body, Outgoing};
use crate::load::{Expect, Workload};
use crate::table::grouped;

/// Keys of the small bucket that the large one is compared with.
const SMALL_KEYS: u64 = 10_000;
/// Keys below one folder of a listed bucket, and the keys of a page.
const PAGE_KEYS: u64 = 1_000;

/// What the command line decides.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Keys of the large bucket.
    pub keys: u64,
    /// Whether bodies stay out of signatures.
    pub unsigned: bool,
}

/// One line of the result.
pub struct Cell {
    /// Its name.
    pub name: String,
    /// What is sent.
    pub workload: Arc<Workload>,
    /// What is read, if anything is.
    pub source: Option<Source>,
}

/// Objects that must stand before a cell runs.
pub struct Source {
    /// Cells with a source of the same name share it.
    pub name: String,
    /// Where they are.
    pub bucket: String,
    /// Writes them.
    pub workload: Arc<Workload>,
    /// How many they are.
    pub count: u64,
}

/// A size of objects.
struct Size {
    name: &'static str,
    bytes: usize,
    /// PUT goes over this many keys; none: every key is new.
    put_keys: Option<u64>,
    get_keys: u64,
    /// Whether reading and writing side by side is measured too.
    mixed: bool,
}

const SIZES: [Size; 3] = [
    Size { name: "1 KiB", bytes: 1 << 10, put_keys: None, get_keys: 10_000, mixed: true },
    Size { name: "64 KiB", bytes: 64 << 10, put_keys: Some(2_000), get_keys: 2_000, mixed: false },
    Size { name: "8 MiB", bytes: 8 << 20, put_keys: Some(32), get_keys: 32, mixed: false },
];

/// All cells.
pub fn all(layout: Layout) -> Vec<Cell> {
    let mut cells = Vec::new();
    for size in &SIZES {
        let body = body(size.bytes, layout.unsigned);
        cells.push(put(size, &body));
        cells.push(get(size, &body));
        if size.mixed {
            cells.push(mixed(size, &body));
        }
    }
    let buckets = [("bench-small", SMALL_KEYS), ("bench-large", layout.keys)];
    let buckets = buckets.into_iter().filter(|(_, keys)| *keys >= PAGE_KEYS);
    let lists: Vec<_> = buckets.map(|(bucket, keys)| lists(bucket, keys)).collect();
    // The same question of both buckets side by side, not one bucket after the other.
    let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    loop {
        let row: Vec<Cell> = lists.iter_mut().filter_map(Iterator::next).collect();
        if row.is_empty() {
            return cells;
        }
        cells.extend(row);
    }
}

fn put(size: &Size, body: &Body) -> Cell {
    let folder = format!("/{BUCKET}/put/{}", size.bytes);
    let (keys, content) = (size.put_keys, body.clone());
    let request = move |n| {
        let key = keys.map_or(n, |keys| n % keys);
        let path = format!("{folder}/{:02x}/{key:09}", key % 256);
        Outgoing::s3(Method::PUT, path, String::new(), content.clone())
    };
    let workload = workload(request, Expect::Success, size.bytes);
    Cell { name: format!("PUT {}", size.name), workload, source: None }
}

fn get(size: &Size, body: &Body) -> Cell {
    let (path, keys) = (read_folder(size), size.get_keys);
    let read = move |n| read(&path, n, keys);
    Cell {
        name: format!("GET {}", size.name),
        workload: workload(read, Expect::Body(body.bytes.clone()), size.bytes),
        source: Some(source(size, body)),
    }
}

/// Nine reads to a write.
fn mixed(size: &Size, body: &Body) -> Cell {
    let (path, keys) = (read_folder(size), size.get_keys);
    let (folder, content) = (format!("/{BUCKET}/mixed/{}", size.bytes), body.clone());
    let request = move |n| match n % 10 {
        0 => {
            let path = format!("{folder}/{:02x}/{n:09}", n / 10 % 256);
            Outgoing::s3(Method::PUT, path, String::new(), content.clone())
        }
        _ => read(&path, n, keys),
    };
    Cell {
        name: format!("MIX 90/10 {}", size.name),
        workload: workload(request, Expect::Read(body.bytes.clone()), size.bytes),
        source: Some(source(size, body)),
    }
}

fn read_folder(size: &Size) -> String {
    format!("/{BUCKET}/get/{}", size.bytes)
}

fn read(folder: &str, n: u64, keys: u64) -> Outgoing {
    let path = format!("{folder}/{:09}", scattered(n) % keys);
    Outgoing::s3(Method::GET, path, String::new(), Body::none())
}

/// The objects that are read.
fn source(size: &Size, body: &Body) -> Source {
    let (folder, content) = (read_folder(size), body.clone());
    let write = move |n| {
        let path = format!("{folder}/{n:09}");
        Outgoing::s3(Method::PUT, path, String::new(), content.clone())
    };
    Source {
        name: format!("{} objects of {}", grouped(size.get_keys as i64), size.name),
        bucket: BUCKET.to_owned(),
        workload: workload(write, Expect::Success, size.bytes),
        count: size.get_keys,
    }
}

/// The pages of one bucket: below a prefix, after a key, and its folders.
fn lists(bucket: &'static str, keys: u64) -> Vec<Cell> {
    let folders = keys / PAGE_KEYS;
    let list = move |query: String| {
        let query = format!("list-type=2&max-keys={PAGE_KEYS}&{query}");
        Outgoing::s3(Method::GET, format!("/{bucket}"), query, Body::none())
    };
    // Queries stand in the order in which a signature reads them, so no proxy would change them.
    let prefix = move |n| list(format!("prefix={}", encode(&folder(scattered(n) % folders))));
    let after = move |n| {
        let last = keys.saturating_sub(PAGE_KEYS).max(1);
        list(format!("start-after={}", encode(&key(scattered(n) % last))))
    };
    let tree = move |_| list("delimiter=%2F&prefix=data%2F".to_owned());
    let among = grouped(keys as i64);
    let page = PAGE_KEYS as usize;
    let folders_of_page = folders.min(PAGE_KEYS) as usize;
    let cell = |name: String, workload| Cell { name, workload, source: Some(listed(bucket, keys)) };
    vec![
        cell(
            format!("LIST 1,000 of {among} by prefix"),
            workload(prefix, Expect::Count("<Key>", page), 0),
        ),
        cell(
            format!("LIST 1,000 of {among} after a key"),
            workload(after, Expect::Count("<Key>", page), 0),
        ),
        cell(
            format!("LIST {} folders of {among}", grouped(folders_of_page as i64)),
            workload(tree, Expect::Count("<CommonPrefixes>", folders_of_page), 0),
        ),
    ]
}

fn listed(bucket: &'static str, keys: u64) -> Source {
    let content = Body::signed(Bytes::from_static(b"sixteen bytes ok"));
    let write = move |n| {
        let path = format!("/{bucket}/{}", key(n));
        Outgoing::s3(Method::PUT, path, String::new(), content.clone())
    };
    Source {
        name: format!("{} small objects", grouped(keys as i64)),
        bucket: bucket.to_owned(),
        workload: workload(write, Expect::Success, 16),
        count: keys,
    }
}

fn folder(number: u64) -> String {
    format!("data/{number:04}/")
}

fn key(n: u64) -> String {
    format!("{}{:09}", folder(n / PAGE_KEYS), n)
}

fn workload(
    request: impl Fn(u64) -> Outgoing + Send + Sync + 'static,
    expect: Expect,
    content_bytes: usize,
) -> Arc<Workload> {
    let content_bytes = content_bytes as u64;
    Arc::new(Workload { request: Box::new(request), expect, content_bytes })
}

fn encode(key: &str) -> String {
    key.replace('/', "%2F")
}

/// Content that no compression makes smaller.
pub fn body(bytes: usize, unsigned: bool) -> Body {
    let words = (0..bytes.div_ceil(8) as u64).flat_map(|n| scattered(n).to_le_bytes());
    let content: Bytes = words.take(bytes).collect::<Vec<u8>>().into();
    if unsigned { Body::unsigned(content) } else { Body::signed(content) }
}

/// The n-th of a fixed sequence without visible order (SplitMix64).
fn scattered(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_and_a_small_bucket_stand_side_by_side() {
        let layout = Layout { keys: 1_000_000, unsigned: false };
        let names: Vec<String> = all(layout).into_iter().map(|cell| cell.name).collect();
        assert_eq!(names.len(), 13);
        assert_eq!(names[0], "PUT 1 KiB");
        assert_eq!(names[7], "LIST 1,000 of 10,000 by prefix");
        assert_eq!(names[8], "LIST 1,000 of 1,000,000 by prefix");
        assert_eq!(names[12], "LIST 1,000 folders of 1,000,000");
        assert_eq!(all(Layout { keys: 0, unsigned: false }).len(), 10);
    }

    #[test]
    fn listed_keys_sort_as_they_are_numbered() {
        assert_eq!(key(0), "data/0000/000000000");
        assert_eq!(key(999_999), "data/0999/000999999");
        assert!(key(1_999) < key(2_000));
    }

    #[test]
    fn content_is_as_long_as_asked() {
        assert_eq!(body(1 << 10, true).bytes.len(), 1 << 10);
        assert_eq!(body(5, true).bytes.len(), 5);
    }
}
