//! Prints how many writes a second many writers get through, sharing syncs, and what opening
//! costs: `cargo run --release -p aquifer-store --example group_commit -- DIRECTORY [WRITERS]`.

use std::{path::PathBuf, time::Instant};

use aquifer_store::{Backend, Blob, Durability, Store, StoreError, StoreOptions, Table};
use aquifer_types::Scope;
use tokio::task::JoinSet;

static ROWS: Table<(u64, u64), Blob> = Table::regional("load.rows");

const WRITES: u64 = 20_000;

fn open(path: &std::path::Path, durability: Durability) -> Result<Store, StoreError> {
    let started = Instant::now();
    let store = Store::open(StoreOptions { backend: Backend::Disk(path.into()), durability })?;
    println!("opened in {:?}", started.elapsed());
    Ok(store)
}

async fn load(store: &Store, writers: u64) -> Result<(), StoreError> {
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        let store = store.clone();
        tasks.spawn(async move {
            let scope = Scope::default();
            for number in 0..WRITES / writers {
                let row = Blob(vec![7; 200]);
                store.write(&scope, |tx| ROWS.put(tx, &(writer, number), &row)).await?;
            }
            Ok(())
        });
    }
    tasks.join_all().await.into_iter().collect::<Result<(), StoreError>>()?;
    let rate = WRITES as f64 / started.elapsed().as_secs_f64();
    println!("{:?}, {writers} writers: {rate:.0} durable writes a second", store.durability());
    let started = Instant::now();
    let scope = Scope::default();
    let count = store.read(&scope, |tx| Ok::<_, StoreError>(ROWS.scan(tx).keys().count()))?;
    println!("scanned {count} keys in {:?}", started.elapsed());
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path: PathBuf = arguments.next().ok_or("a directory is needed")?.into();
    let writers = arguments.next().map_or(Ok(64), |text| text.parse())?;
    for durability in [Durability::Strict, Durability::Relaxed] {
        let store = open(&path, durability)?;
        load(&store, writers).await?;
        store.close()?;
    }
    open(&path, Durability::Strict)?;
    Ok(())
}
