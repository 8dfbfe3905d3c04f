//! The console: a single page in plain JavaScript modules, embedded in the binary and served at
//! `/_aquifer/`.
//!
//! It is a client like any other: it signs with Signature Version 4 and calls the same AWS APIs,
//! plus the platform's own `/_aquifer/…` for health, clock and bill. This crate only holds its
//! files: it knows no HTTP, no service and no state. There is no build step; what is in `assets/`
//! is what the browser reads. `node --test console/test` checks what the page computes by itself.

use std::sync::OnceLock;

/// One file of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The file's bytes as the browser is to receive them.
    pub bytes: &'static [u8],
    /// The value of `content-type`.
    pub content_type: &'static str,
    /// The value of `etag`, quotes included. It changes exactly when the bytes do.
    pub etag: &'static str,
}

macro_rules! files {
    ($($path:literal)*) => {
        &[$(($path, include_bytes!(concat!("../assets/", $path)))),*]
    };
}

const FILES: &[(&str, &[u8])] = files! {
    "index.html"
    "app.css"
    "favicon.svg"
    "js/app.js"
    "js/aws.js"
    "js/chart.js"
    "js/csv.js"
    "js/dom.js"
    "js/format.js"
    "js/sha256.js"
    "js/sigv4.js"
    "js/sql.js"
    "js/table.js"
    "js/views/athena.js"
    "js/views/catalog.js"
    "js/views/clock.js"
    "js/views/editor.js"
    "js/views/overview.js"
    "js/views/plot.js"
    "js/views/s3.js"
};

/// The file at `path`, relative to where the console is served and without a leading slash. The empty
/// path is the page itself.
///
/// The page names its files relatively, so it must be served under an address that ends in a slash.
pub fn asset(path: &str) -> Option<Asset> {
    static ETAGS: OnceLock<Vec<String>> = OnceLock::new();
    let wanted = if path.is_empty() { "index.html" } else { path };
    let at = FILES.iter().position(|(name, _)| *name == wanted)?;
    let etags = ETAGS.get_or_init(|| FILES.iter().map(|(_, bytes)| etag(bytes)).collect());
    let (name, bytes) = FILES.get(at)?;
    Some(Asset { bytes, content_type: content_type(name), etag: etags.get(at)? })
}

/// FNV-1a: the tag tells versions of our own files apart, nobody chooses them to collide.
fn etag(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3));
    format!("\"{hash:016x}\"")
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn on_disk(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                on_disk(&entry.path(), &format!("{name}/"), found);
            } else {
                found.insert(name);
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        // Asked now: a test built from one folder may be run from another, whose code is the same.
        let here = std::env::var("CARGO_MANIFEST_DIR").unwrap();
        let mut found = BTreeSet::new();
        on_disk(&Path::new(&here).join("assets"), "", &mut found);
        let listed: BTreeSet<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(found, listed);
    }

    #[test]
    fn every_import_and_link_names_an_embedded_file() {
        for (name, bytes) in FILES {
            let text = std::str::from_utf8(bytes).unwrap();
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            for line in text.lines().filter(|line| line.starts_with("import ")) {
                let target = line.split('"').nth(1).expect("an import names a file");
                let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
                for step in target.split('/') {
                    match step {
                        "." => {}
                        ".." => drop(parts.pop()),
                        step => parts.push(step),
                    }
                }
                assert!(asset(&parts.join("/")).is_some(), "{name} imports {target}");
            }
        }
        let page = std::str::from_utf8(asset("").unwrap().bytes).unwrap();
        for linked in ["app.css", "favicon.svg", "js/app.js"] {
            assert!(page.contains(&format!("\"{linked}\"")));
        }
    }

    #[test]
    fn the_page_answers_for_the_empty_path_and_unknown_paths_for_nothing() {
        assert_eq!(asset("").unwrap().content_type, "text/html; charset=utf-8");
        assert_eq!(asset(""), asset("index.html"));
        assert_eq!(asset("../Cargo.toml"), None);
        assert_ne!(asset("app.css").unwrap().etag, asset("js/app.js").unwrap().etag);
    }

    #[test]
    fn data_never_become_markup() {
        let banned = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("];
        for (name, bytes) in FILES.iter().filter(|(name, _)| name.ends_with(".js")) {
            let text = std::str::from_utf8(bytes).unwrap();
            for word in banned {
                assert!(!text.contains(word), "{name} uses {word}");
            }
        }
    }
}
