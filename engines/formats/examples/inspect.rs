//! What is in these files: `cargo run --release --example inspect FILE…` prints the guess made
//! from each file's first MiB, then reads the whole file as guessed.

use std::io::Read;
use std::time::Instant;

use aquifer_formats::{Format, TextDecoder, infer};
use bytes::Bytes;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for name in std::env::args().skip(1) {
        let mut file = std::fs::File::open(&name)?;
        let size = file.metadata()?.len();
        let mut head = Vec::new();
        file.by_ref().take(1 << 20).read_to_end(&mut head)?;
        let began = Instant::now();
        let guess = infer(&head, &name, head.len() as u64 == size);
        println!(
            "{name}: {} {} header={} ~{} rows, guessed in {:?}",
            guess.classification.name(),
            guess.compression.name(),
            guess.header,
            guess.estimated_rows(size),
            began.elapsed()
        );
        for (column, ty) in &guess.columns {
            println!("  {column} {ty}");
        }
        let Some(format @ (Format::Csv(_) | Format::Json(_))) = &guess.format else { continue };
        let all: Vec<usize> = (0..guess.columns.len()).collect();
        let began = Instant::now();
        let mut decoder = TextDecoder::new(format, guess.compression, &guess.columns, &all, 8192)?;
        let mut batches = decoder.push(Bytes::from(head))?;
        let mut rest = Vec::new();
        file.read_to_end(&mut rest)?;
        batches.extend(decoder.push(Bytes::from(rest))?);
        batches.extend(decoder.finish()?);
        let rows: usize = batches.iter().map(|b| b.num_rows()).sum();
        println!("  {rows} rows read in {:?}; NULLs:", began.elapsed());
        for (i, (column, _)) in guess.columns.iter().enumerate() {
            let nulls: usize = batches.iter().map(|b| b.column(i).null_count()).sum();
            if nulls > 0 {
                println!("  {column} {nulls}");
            }
        }
    }
    Ok(())
}
