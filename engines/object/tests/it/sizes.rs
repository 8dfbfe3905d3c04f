//! Round trips: size classes, ranges, chains, corruption, concurrency, the memory variant.

use super::*;
use aquifer_object::Error;

const MIB: usize = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn every_size_class_comes_back_identical() {
    let dir = tempfile::tempdir().unwrap();
    for objects in [open(dir.path()), Objects::open(ObjectsOptions::default()).unwrap()] {
        for len in [0, 1, 100, 101, 4_999, 5_000, 5_001, 65_536, 65_537, MIB - 1, 3 * MIB + 17] {
            let body = body(len as u64, len);
            let blob = put(&objects, &body).await;
            assert_eq!(blob.len(), len as u64);
            assert_eq!(get(&objects, &blob).await.unwrap(), body, "{len}");
            assert_eq!(stream(&objects, &blob, 0..len as u64).await.unwrap(), body, "{len}");
        }
    }
}

#[tokio::test]
async fn the_class_is_chosen_by_size() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    assert!(matches!(put(&objects, &body(1, 100)).await, BlobRef::Inline(_)));
    assert!(matches!(put(&objects, &body(1, 101)).await, BlobRef::Packed { .. }));
    assert!(matches!(put(&objects, &body(1, 5_000)).await, BlobRef::Packed { .. }));
    assert!(matches!(put(&objects, &body(1, 5_001)).await, BlobRef::File { .. }));
    // A hint is a hint: what turns out small is small, what turns out large is large.
    for (hint, len) in [(Some(9_999), 50), (Some(10), 9_999), (None, 9_999), (Some(u64::MAX), 1)] {
        let mut writer = objects.writer(hint, Hashes::NONE);
        let body = body(2, len);
        for chunk in body.chunks(7) {
            writer.write(Bytes::copy_from_slice(chunk)).await.unwrap();
        }
        let written = writer.finish().await.unwrap();
        assert_eq!(matches!(written.blob, BlobRef::Inline(_)), len <= 100);
        assert_eq!(matches!(written.blob, BlobRef::File { .. }), len > 5_000);
        assert_eq!(get(&objects, &written.blob).await.unwrap(), body);
    }
}

#[tokio::test]
async fn digests_do_not_depend_on_how_the_body_comes() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let all = Hashes::CRC32
        | Hashes::CRC32C
        | Hashes::SHA1
        | Hashes::SHA256
        | Hashes::SHA512
        | Hashes::XXH64
        | Hashes::XXH3
        | Hashes::XXH128;
    for len in [90, 4_000, 2 * MIB + 5] {
        let body = body(3, len);
        let whole = objects.put(body.clone(), all).await.unwrap();
        for size in [3_000, MIB + 1] {
            let mut writer = objects.writer(None, all);
            for chunk in body.chunks(size) {
                writer.write(Bytes::copy_from_slice(chunk)).await.unwrap();
            }
            let written = writer.finish().await.unwrap();
            assert_eq!((written.size, written.digests), (len as u64, whole.digests));
        }
        assert!(whole.digests.sha512.is_some() && whole.digests.xxh128.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_across_every_border() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let body = body(4, 2 * MIB + 300_000);
    let blob = put(&objects, &body).await;
    let borders = [0, 1, 65_535, 65_536, 65_537, 262_144, MIB, MIB + 65_536, 2 * MIB, body.len()];
    for (i, &start) in borders.iter().enumerate() {
        for &end in &borders[i..] {
            for end in [end.saturating_sub(1).max(start), end] {
                let (from, to) = (start as u64, end as u64);
                let all = objects.read_all(&blob, from..to).await.unwrap();
                assert!(all == body[start..end], "{start}..{end}");
                assert!(stream(&objects, &blob, from..to).await.unwrap() == body[start..end]);
            }
        }
    }
    let beyond = body.len() as u64 + 1;
    assert!(matches!(objects.read(&blob, 0..beyond), Err(Error::Range { .. })));
    #[expect(clippy::reversed_empty_ranges, reason = "that is the point")]
    let reversed = objects.read_all(&blob, 5..4).await;
    assert!(matches!(reversed, Err(Error::Range { .. })));
}

#[tokio::test]
async fn a_chain_reads_as_one() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let (mut parts, mut whole) = (Vec::new(), Vec::new());
    for (i, len) in [10, 3_000, 70_000, 0, 99, 9_000].into_iter().enumerate() {
        let body = body(i as u64, len);
        parts.push(put(&objects, &body).await);
        whole.extend_from_slice(&body);
    }
    let chain = BlobRef::chain(parts);
    assert_eq!(chain.len(), whole.len() as u64);
    for start in (0..whole.len()).step_by(997) {
        let end = (start + 4_500).min(whole.len());
        let (from, to) = (start as u64, end as u64);
        assert_eq!(objects.read_all(&chain, from..to).await.unwrap(), whole[start..end]);
        assert_eq!(stream(&objects, &chain, from..to).await.unwrap(), whole[start..end]);
    }
    // The reference survives being kept in a row.
    let row = rmp_serde::to_vec(&chain).unwrap();
    assert_eq!(rmp_serde::from_slice::<BlobRef>(&row).unwrap(), chain);

    objects.delete(&chain).await.unwrap();
    assert!(matches!(get(&objects, &chain).await, Err(Error::NotFound(_))));
    assert!(files(dir.path(), "blob").is_empty());
}

#[tokio::test]
async fn a_flipped_byte_is_an_error_where_it_is_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let body = body(5, 300_000);
    let (large, small) = {
        let objects = open(dir.path());
        (put(&objects, &body).await, put(&objects, &body.slice(..4_000)).await)
    };
    flip(&files(dir.path(), "blob")[0], 70_000);
    let pack = &files(dir.path(), "pack")[0];
    flip(pack, std::fs::metadata(pack).unwrap().len() as usize - 1);

    let objects = open(dir.path());
    let corrupt = |result: Result<Vec<u8>>| match result {
        Err(Error::Corrupt { offset, .. }) => offset,
        other => panic!("{other:?}"),
    };
    assert_eq!(corrupt(stream(&objects, &large, 0..300_000).await), 65_536);
    assert_eq!(corrupt(stream(&objects, &large, 131_071..131_072).await), 65_536);
    assert_eq!(objects.read_all(&large, 0..65_536).await.unwrap(), body[..65_536]);
    assert_eq!(objects.read_all(&large, 131_072..300_000).await.unwrap(), body[131_072..]);
    assert_eq!(corrupt(stream(&objects, &small, 0..10).await), 0);
    let mut primed = objects.read(&small, 0..10).unwrap();
    assert!(matches!(primed.prime().await, Err(Error::Corrupt { .. })));
}

#[tokio::test]
async fn cut_lost_and_exchanged_files_are_errors() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let (a, b) = (put(&objects, &body(1, 70_000)).await, put(&objects, &body(2, 70_000)).await);
    let paths = files(dir.path(), "blob");
    std::fs::copy(&paths[1], &paths[0]).unwrap();
    assert!(matches!(get(&objects, &a).await, Err(Error::Corrupt { .. })));
    std::fs::File::options().write(true).open(&paths[1]).unwrap().set_len(66_000).unwrap();
    assert!(matches!(get(&objects, &b).await, Err(Error::Corrupt { .. })));
    std::fs::remove_file(&paths[0]).unwrap();
    assert!(matches!(get(&objects, &a).await, Err(Error::NotFound(_))));
    let hostile = BlobRef::Packed { pack: 1, offset: u64::MAX, len: u32::MAX, crc: 0 };
    assert!(get(&objects, &hostile).await.is_err());
    let hostile = BlobRef::File { id: 1, len: u64::MAX };
    assert!(get(&objects, &hostile).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_finishes_though_the_blob_is_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let body = body(6, 4 * MIB);
    let chain = BlobRef::chain([put(&objects, &body).await, put(&objects, &body).await]);
    let mut reading = objects.read(&chain, 0..chain.len()).unwrap();
    let mut bytes = reading.next().await.unwrap().unwrap().to_vec();
    objects.delete(&chain).await.unwrap();
    assert!(matches!(objects.read(&chain, 0..1), Err(Error::NotFound(_))), "no new reader");
    while let Some(chunk) = reading.next().await {
        bytes.extend_from_slice(&chunk.unwrap());
    }
    assert!(bytes == [&body[..], &body[..]].concat());
    assert_eq!(objects.stats().files, 2);
    drop(reading);
    eventually(|| objects.stats().files == 0);
    assert!(files(dir.path(), "blob").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_read_here_and_there_though_the_blob_is_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let body = body(6, 4 * MIB);
    let chain = BlobRef::chain([put(&objects, &body).await, put(&objects, &body).await]);
    let held = objects.hold(&chain, None).unwrap();
    objects.delete(&chain).await.unwrap();
    assert!(matches!(objects.hold(&chain, None), Err(Error::NotFound(_))), "no new holder");
    let whole = [&body[..], &body[..]].concat();
    for range in [0..10, 4 * MIB - 5..4 * MIB + 5, 8 * MIB - 1..8 * MIB, 7..7, 0..8 * MIB] {
        let wanted = &whole[range.start..range.end];
        assert!(held.read(range.start as u64..range.end as u64).unwrap() == wanted);
    }
    assert!(held.read(0..chain.len() + 1).is_err());
    drop(held);
    eventually(|| objects.stats().files == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_writers_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let write = |seed: u64| {
        let objects = objects.clone();
        async move {
            let mut kept = Vec::new();
            for round in 0..12 {
                let body = body(seed * 100 + round, [50, 3_000, 4_900, 90_000][round as usize % 4]);
                let blob = put(&objects, &body).await;
                if round % 3 == 0 {
                    tokio::task::spawn_blocking({
                        let objects = objects.clone();
                        move || objects.sync_pending().unwrap()
                    })
                    .await
                    .unwrap();
                }
                kept.push((blob, body));
            }
            kept
        }
    };
    let kept = futures::future::join_all((0..64).map(write)).await.concat();
    assert!(files(dir.path(), "pack").len() > 10);
    drop(objects);
    let objects = open(dir.path());
    for (blob, body) in kept {
        assert_eq!(get(&objects, &blob).await.unwrap(), body);
    }
}

#[tokio::test]
async fn stats_follow_what_is_stored() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let (small, large) =
        (put(&objects, &body(1, 4_000)).await, put(&objects, &body(2, 9_000)).await);
    let stats = objects.stats();
    assert_eq!((stats.files, stats.packs, stats.dead_bytes), (1, 1, 0));
    assert_eq!(stats.live_bytes(), stats.file_bytes + stats.pack_bytes);
    objects.delete(&small).await.unwrap();
    objects.delete(&large).await.unwrap();
    let stats = objects.stats();
    assert_eq!((stats.files, stats.file_bytes), (0, 0));
    assert_eq!(stats.dead_bytes, 4_024);
}

#[tokio::test]
async fn disk_space_is_taken_for_what_comes_not_for_what_is_said_to() {
    use std::os::unix::fs::MetadataExt;
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let mut writer = objects.writer(Some(1 << 30), Hashes::NONE);
    for seed in 0..3 {
        writer.write(body(seed, MIB)).await.unwrap();
    }
    let taken: u64 = std::fs::read_dir(dir.path().join("tmp"))
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().blocks() * 512)
        .sum();
    assert!(taken <= 16 << 20, "{taken} bytes");
    let written = writer.finish().await.unwrap();
    let file = &files(dir.path(), "blob")[0];
    assert!(file.metadata().unwrap().blocks() * 512 < 4 << 20, "what was not needed is given back");
    assert_eq!(get(&objects, &written.blob).await.unwrap().len(), 3 * MIB);
}

#[tokio::test]
async fn a_run_that_keeps_nothing_can_forget_all() {
    let objects = Objects::open(ObjectsOptions::default()).unwrap();
    let blob = put(&objects, &body(1, 9_000)).await;
    objects.clear();
    assert_eq!((objects.stats().files, objects.stats().file_bytes), (0, 0));
    assert!(matches!(get(&objects, &blob).await, Err(Error::NotFound(_))));
    let other = put(&objects, &body(2, 9_000)).await;
    assert_ne!(blob, other, "ids go on");
}
