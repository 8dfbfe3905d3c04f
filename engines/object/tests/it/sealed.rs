//! Sealed blobs: what the disk shows, what a key is needed for, what stays as it is without.

use super::*;
use aquifer_object::Error;

const MIB: usize = 1 << 20;

/// A body in which every line is alike, so that a piece of it is easily found.
fn lines(len: usize) -> Bytes {
    b"a line that can be found\n".iter().copied().cycle().take(len).collect()
}

fn shows(dir: &Path, text: &[u8]) -> bool {
    let stored = files(dir, "blob").into_iter().chain(files(dir, "pack"));
    stored.map(|path| std::fs::read(path).unwrap()).any(|bytes| holds(&bytes, text))
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_shows_nothing_and_the_key_everything() {
    let dir = tempfile::tempdir().unwrap();
    let key = Key::new(&[1; 32]);
    for objects in [open(dir.path()), Objects::open(ObjectsOptions::default()).unwrap()] {
        for len in [0, 1, 60, 100, 101, 4_999, 5_000, 5_001, 65_537, 3 * MIB + 17] {
            let body = lines(len);
            let blob = put_sealed(&objects, &body, &key).await;
            assert_eq!((blob.len(), blob.is_sealed()), (len as u64, true));
            let size = len as u64;
            let all = objects.read_all_with(&blob, 0..size, Some(&key)).await.unwrap();
            assert!(all == body, "{len}");
            let cuts = [0, 1, 17, 65_530, 262_149, MIB as u64 + 3, size / 2, size];
            for from in cuts.into_iter().filter(|from| *from <= size) {
                let read = stream_with(&objects, &blob, from..size, Some(&key)).await.unwrap();
                assert!(read == body[from as usize..], "{from}..{size}");
            }
            let row = rmp_serde::to_vec_named(&blob).unwrap();
            assert!(len < 50 || !holds(&row, b"a line that can be found"), "{len}");
        }
    }
    assert!(!shows(dir.path(), b"a line that can be found"));
    let objects = Objects::open(options(&dir.path().join("plain"))).unwrap();
    put(&objects, &lines(5_000)).await;
    put(&objects, &lines(50_000)).await;
    assert!(shows(dir.path(), b"a line that can be found"), "else the test looks wrongly");
}

#[tokio::test]
async fn equal_bodies_look_unlike() {
    let objects = Objects::open(ObjectsOptions::default()).unwrap();
    let (key, body) = (Key::new(&[1; 32]), lines(90));
    let inline = |blob| match blob {
        BlobRef::Sealed(salt, blob) => match *blob {
            BlobRef::Inline(bytes) => (salt, bytes),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let (first, second) = (
        inline(put_sealed(&objects, &body, &key).await),
        inline(put_sealed(&objects, &body, &key).await),
    );
    assert_ne!(first.0, second.0);
    assert_ne!(first.1, second.1);
}

#[tokio::test]
async fn without_the_key_nothing_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let (key, body) = (Key::new(&[1; 32]), lines(9_000));
    let sealed = put_sealed(&objects, &body, &key).await;
    assert!(matches!(get(&objects, &sealed).await, Err(Error::Sealed)));
    assert!(matches!(objects.read(&sealed, 0..1).err(), Some(Error::Sealed)));
    let other = Key::new(&[2; 32]);
    let noise = objects.read_all_with(&sealed, 0..sealed.len(), Some(&other)).await.unwrap();
    assert_ne!(noise, body);

    // What was stored before anything was sealed is read all the same, beside what is.
    let plain = put(&objects, &body).await;
    assert_eq!(objects.read_all_with(&plain, 0..9_000, Some(&key)).await.unwrap(), body);
    let both = BlobRef::chain([plain, sealed]);
    assert!(both.is_sealed());
    assert_eq!(stream(&objects, &both, 100..200).await.unwrap(), body[100..200]);
    let all = stream_with(&objects, &both, 0..18_000, Some(&key)).await.unwrap();
    assert!(all == [&body[..], &body[..]].concat());
}

#[tokio::test]
async fn digests_are_of_the_body_and_damage_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let (key, body) = (Key::new(&[1; 32]), lines(20_000));
    for len in [50, 5_000, 20_000] {
        let body = body.slice(..len);
        let plain = objects.put(body.clone(), Hashes::SHA256).await.unwrap();
        let mut writer = objects.writer(None, Hashes::SHA256).sealed_with(&key).unwrap();
        writer.write(body).await.unwrap();
        assert_eq!(writer.finish().await.unwrap().digests, plain.digests);
    }
    let mut late = objects.writer(None, Hashes::NONE);
    late.write(body.slice(..1)).await.unwrap();
    assert!(late.sealed_with(&key).is_err(), "not once bytes have come");

    let blob = put_sealed(&objects, &body, &key).await;
    let newest = files(dir.path(), "blob").pop().unwrap();
    flip(&newest, 12_345);
    let read = objects.read_all_with(&blob, 0..20_000, Some(&key)).await;
    assert!(matches!(read, Err(Error::Corrupt { .. })));
}
