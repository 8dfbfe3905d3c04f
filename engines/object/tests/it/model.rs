//! Random histories against a map: whatever was put and not deleted reads back, on disk across
//! reopening, sweeping and compaction, and in memory. Every other body is sealed, all with one key.

use super::*;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

#[derive(Clone, Debug)]
enum Step {
    Put { key: u8, len: usize },
    Delete { key: u8 },
    Join { from: u8, with: u8 },
    Read { key: u8, start: u16, len: u16 },
    Commit,
    Compact,
    Reopen { orphan: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let len = prop_oneof![0..200usize, 1_000..5_200usize, 60_000..140_000usize];
    prop_oneof![
        6 => (0..12u8, len).prop_map(|(key, len)| Step::Put { key, len }),
        2 => (0..12u8).prop_map(|key| Step::Delete { key }),
        1 => (0..12u8, 0..12u8).prop_map(|(from, with)| Step::Join { from, with }),
        4 => (0..12u8, any::<u16>(), any::<u16>())
            .prop_map(|(key, start, len)| Step::Read { key, start, len }),
        3 => Just(Step::Commit),
        1 => Just(Step::Compact),
        1 => (0..9_000usize).prop_map(|orphan| Step::Reopen { orphan }),
    ]
}

type Rows = HashMap<u8, (BlobRef, Bytes)>;

async fn remove(objects: &Objects, rows: &mut Rows, key: u8) {
    if let Some((blob, _)) = rows.remove(&key) {
        objects.delete(&blob).await.unwrap();
    }
}

async fn compact(objects: &Objects, rows: &mut Rows) {
    let live: HashSet<_> = rows.values().flat_map(|(blob, _)| blob.ids()).collect();
    let shared = Arc::new(Mutex::new(std::mem::take(rows)));
    for candidate in objects.compaction_candidates(0.2) {
        let live = live.clone();
        let swap = |moves: Vec<aquifer_object::Moved>| {
            let mut rows = shared.lock().unwrap();
            let mut swapped = Vec::new();
            for moved in moves {
                let old = moved.old.ids()[0];
                let mut rows = rows.values_mut();
                swapped.push(rows.any(|(blob, _)| blob.point_at(old, &moved.new)));
            }
            std::future::ready(Ok(swapped))
        };
        match objects.compact(candidate.pack, move |id| live.contains(id), swap).await {
            Ok(report) => assert!(report.removed && report.corrupt == 0),
            Err(error) => assert!(matches!(error, aquifer_object::Error::Unsettled(_))),
        }
    }
    *rows = std::mem::take(&mut shared.lock().unwrap());
}

async fn play(steps: Vec<Step>, dir: Option<&Path>) {
    let open = || match dir {
        Some(dir) => open(dir),
        None => Objects::open(ObjectsOptions::default()).unwrap(),
    };
    let mut objects = open();
    let mut rows = Rows::new();
    let seal = Key::new(&[7; 32]);
    for (i, step) in steps.into_iter().enumerate() {
        match step {
            Step::Put { key, len } => {
                let body = body(i as u64, len);
                let blob = match i % 2 {
                    0 => put(&objects, &body).await,
                    _ => put_sealed(&objects, &body, &seal).await,
                };
                remove(&objects, &mut rows, key).await;
                rows.insert(key, (blob, body));
            }
            Step::Delete { key } => remove(&objects, &mut rows, key).await,
            Step::Join { from, with } if from != with => {
                let (Some(a), Some(b)) = (rows.remove(&from), rows.remove(&with)) else { continue };
                rows.insert(from, (BlobRef::chain([a.0, b.0]), [a.1, b.1].concat().into()));
            }
            Step::Join { .. } => {}
            Step::Read { key, start, len } => {
                let Some((blob, body)) = rows.get(&key) else { continue };
                let start = usize::from(start).min(body.len());
                let end = (start + usize::from(len)).min(body.len());
                let range = start as u64..end as u64;
                let expected = body.slice(start..end);
                let read = objects.read_all_with(blob, range.clone(), Some(&seal));
                assert_eq!(read.await.unwrap(), expected);
                assert_eq!(
                    stream_with(&objects, blob, range, Some(&seal)).await.unwrap(),
                    expected
                );
            }
            Step::Commit => objects.sync_pending().unwrap(),
            Step::Compact => compact(&objects, &mut rows).await,
            Step::Reopen { orphan } => {
                put(&objects, &body(0, orphan)).await;
                if dir.is_some() {
                    drop(objects);
                    objects = open();
                    let live: HashSet<_> = rows.values().flat_map(|(b, _)| b.ids()).collect();
                    objects.sweep(move |id| live.contains(id)).await.unwrap();
                }
            }
        }
    }
    for (blob, body) in rows.values() {
        let read = objects.read_all_with(blob, 0..blob.len(), Some(&seal));
        assert_eq!(read.await.unwrap(), body);
    }
    let on_disk = rows.values().flat_map(|(b, _)| b.ids());
    let on_disk = on_disk.filter(|id| matches!(id, aquifer_object::BlobId::File(_))).count();
    assert!(objects.stats().files as usize >= on_disk);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_is_kept_reads_back(steps in proptest::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let dir = tempfile::tempdir().unwrap();
        runtime.block_on(play(steps.clone(), Some(dir.path())));
        runtime.block_on(play(steps, None));
    }
}
