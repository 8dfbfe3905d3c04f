//! The root secret: where it is kept, how its loss is noticed, what is derived from it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aquifer_store::{Blob, Row, Store, StoreError, Table};
use aquifer_types::Scope;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::sealing::{SealingKey, secret_bytes};

const FILE: &str = "root.secret";
/// What the check holds, sealed.
const CHECKED: &[u8] = b"this is the root secret of this directory";

/// Sealed under the root secret when it was made, so that another file in its place is told apart.
static CHECK: Table<(), Check> = Table::global("seal.check");

#[derive(Serialize, Deserialize)]
struct Check {
    sealed: Blob,
}

impl Row for Check {}

/// Why the root secret of a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot read or write {path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{0} does not hold 64 hexadecimal digits")]
    Malformed(PathBuf),
    #[error(
        "{0} is not the root secret that this data directory was made with; without that one its \
         keys and what they encrypt cannot be read. Put the file back as it was"
    )]
    Another(PathBuf),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The secret from which all keys of a data directory are derived. Clones share nothing secret
/// beyond the process.
#[derive(Clone)]
pub struct RootSecret([u8; 32]);

impl RootSecret {
    /// A secret that ends with the process.
    pub fn fresh() -> Self {
        Self(secret_bytes())
    }

    /// The secret of an open data directory, made if the directory has none yet.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not the one the directory was made with:
    /// starting with another would leave everything sealed before unreadable, and say so only when
    /// it is needed.
    pub async fn open(store: &Store, directory: &Path) -> Result<Self, OpenError> {
        let path = directory.join(FILE);
        let scope = Scope::default();
        let check = store.read(&scope, |tx| CHECK.get(tx, &()))?;
        let failed = |source| OpenError::File { path: path.clone(), source };
        let kept = match fs::read_to_string(&path) {
            Ok(text) => Some(parse(&text).ok_or_else(|| OpenError::Malformed(path.clone()))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let secret = match (kept, check) {
            (Some(secret), Some(check)) => {
                let opened = secret.checking().open(&check.sealed.0, b"");
                if opened.as_deref() != Ok(CHECKED) {
                    return Err(OpenError::Another(path));
                }
                return Ok(secret);
            }
            (None, Some(_)) => return Err(OpenError::Another(path)),
            // A crash came between file and row: nothing was sealed yet.
            (Some(secret), None) => secret,
            (None, None) => {
                let secret = Self::fresh();
                write(directory, &path, &secret).map_err(failed)?;
                secret
            }
        };
        let check = Check { sealed: Blob(secret.checking().seal(CHECKED, b"")) };
        store.write(&scope, |tx| CHECK.put(tx, &(), &check)).await?;
        Ok(secret)
    }

    /// The key for a purpose, such as `kms.keys`. The same purpose has the same key, and no key
    /// tells anything of another.
    pub fn derive(&self, purpose: &str) -> SealingKey {
        SealingKey::new(&self.derive_bytes(purpose))
    }

    /// The bytes of the key for a purpose, for other uses than sealing, such as signing tokens.
    pub fn derive_bytes(&self, purpose: &str) -> [u8; 32] {
        // HKDF-Expand of RFC 5869 for one block; the secret is random, so it needs no extraction.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any size");
        mac.update(purpose.as_bytes());
        mac.update(&[1]);
        mac.finalize().into_bytes().into()
    }

    fn checking(&self) -> SealingKey {
        self.derive("seal.check")
    }
}

/// Never shows the secret.
impl std::fmt::Debug for RootSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RootSecret")
    }
}

fn parse(text: &str) -> Option<RootSecret> {
    let mut secret = [0; 32];
    hex::decode_to_slice(text.trim(), &mut secret).ok()?;
    Some(RootSecret(secret))
}

/// Written aside and renamed, so that a crash leaves no half of it; for its owner's eyes only from
/// the moment it exists.
fn write(directory: &Path, path: &Path, secret: &RootSecret) -> io::Result<()> {
    let aside = directory.join("root.secret.new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    writeln!(file, "{}", hex::encode(secret.0))?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use aquifer_store::{Backend, Durability, StoreOptions};

    use super::*;

    fn store() -> Store {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Strict };
        Store::open(options).unwrap()
    }

    #[tokio::test]
    async fn a_directory_keeps_its_secret_and_refuses_another() {
        let (dir, store) = (tempfile::tempdir().unwrap(), store());
        let file = dir.path().join(FILE);
        let first = RootSecret::open(&store, dir.path()).await.unwrap();
        let sealed = first.derive("a").seal(b"x", b"");
        let again = RootSecret::open(&store, dir.path()).await.unwrap();
        assert_eq!(again.derive("a").open(&sealed, b"").unwrap(), b"x");
        assert!(again.derive("b").open(&sealed, b"").is_err());

        let text = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let lost = RootSecret::open(&store, dir.path()).await.unwrap_err();
        assert!(matches!(lost, OpenError::Another(_)));
        assert!(!file.exists(), "a new one is not made in its place");
        fs::write(&file, "00".repeat(32)).unwrap();
        let other = RootSecret::open(&store, dir.path()).await.unwrap_err();
        assert!(matches!(other, OpenError::Another(_)));
        fs::write(&file, "short").unwrap();
        let malformed = RootSecret::open(&store, dir.path()).await.unwrap_err();
        assert!(matches!(malformed, OpenError::Malformed(_)));
        fs::write(&file, text).unwrap();
        RootSecret::open(&store, dir.path()).await.unwrap();
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_its_owner_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        RootSecret::open(&store(), dir.path()).await.unwrap();
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
