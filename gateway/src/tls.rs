//! TLS on the port that plain HTTP is spoken on too: the first byte of a connection tells which.
//!
//! The certificate is the operator's, or one made here at the first start and kept in the data
//! directory, so that clients that were told to trust it go on to.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ProtocolVersion, ServerConfig};
use tokio_rustls::server::TlsStream;

use crate::options::StartError;

/// The first byte of a TLS connection: a handshake record. No HTTP method starts with it.
pub(crate) const HANDSHAKE: u8 = 0x16;
/// Where a certificate that was made here is kept in the data directory.
const FOLDER: &str = "tls";
const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";
/// Names that reach this machine without a name server, buckets as hosts among them.
const NAMES: [&str; 3] = ["localhost", "*.localhost", "*.s3.localhost"];

/// Where the certificate comes from.
#[derive(Clone, Debug)]
pub enum Tls {
    /// Made here.
    SelfMade,
    /// PEM files: the certificate with those that sign it, and its key.
    Files { certificate: PathBuf, key: PathBuf },
}

/// What connections are accepted with.
#[derive(Clone)]
pub(crate) struct Secure {
    pub acceptor: TlsAcceptor,
    /// What clients are told to trust, in PEM.
    pub certificate: Arc<str>,
}

impl Secure {
    /// Reads or makes the certificate.
    ///
    /// # Errors
    /// When files cannot be read or written, or hold no certificate and its key.
    pub fn open(tls: &Tls, data: Option<&Path>, listen: IpAddr) -> Result<Self, StartError> {
        let (certificate, key) = match tls {
            Tls::Files { certificate, key } => (read(certificate)?, read(key)?),
            Tls::SelfMade => self_made(data, listen)?,
        };
        let wrong = |error: &dyn std::fmt::Display| StartError::Other(format!("TLS: {error}"));
        let chain = CertificateDer::pem_slice_iter(certificate.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| wrong(&error))?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|error| wrong(&error))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(&error))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| wrong(&error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { acceptor, certificate: certificate.into() })
    }
}

/// The version of TLS that a connection came to.
pub(crate) fn version<S>(stream: &TlsStream<S>) -> &'static str {
    match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "1.2",
        _ => "1.3",
    }
}

fn read(path: &Path) -> Result<String, StartError> {
    fs::read_to_string(path).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> StartError {
    StartError::Other(format!("cannot read or write {}: {error}", path.display()))
}

/// The certificate of the data directory, made if there is none, and its key.
fn self_made(data: Option<&Path>, listen: IpAddr) -> Result<(String, String), StartError> {
    let Some(folder) = data.map(|data| data.join(FOLDER)) else { return make(listen) };
    let (certificate, key) = (folder.join(CERTIFICATE), folder.join(KEY));
    // The certificate is written last: where it is, the key is.
    if certificate.exists() {
        return Ok((read(&certificate)?, read(&key)?));
    }
    let made = make(listen)?;
    fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
    write(&key, &made.1).map_err(|error| failed(&key, &error))?;
    write(&certificate, &made.0).map_err(|error| failed(&certificate, &error))?;
    Ok(made)
}

fn make(listen: IpAddr) -> Result<(String, String), StartError> {
    let wrong = |error: rcgen::Error| StartError::Other(format!("TLS: {error}"));
    let mut names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    names.extend(["127.0.0.1".to_owned(), "::1".to_owned()]);
    if !listen.is_unspecified() && !listen.is_loopback() {
        names.push(listen.to_string());
    }
    let mut params = CertificateParams::new(names).map_err(wrong)?;
    params.distinguished_name.push(DnType::CommonName, "Aquifer on this machine");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().map_err(wrong)?;
    let certificate = params.self_signed(&key).map_err(wrong)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

/// Written aside and renamed; for its owner's eyes only.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let aside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&aside, path)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_directory_keeps_its_certificate() {
        let dir = tempfile::tempdir().unwrap();
        let listen = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let open = |data| Secure::open(&Tls::SelfMade, data, listen).unwrap().certificate;
        let first = open(Some(dir.path()));
        assert_eq!(first, open(Some(dir.path())));
        assert_ne!(first, open(None));
        let folder = dir.path().join(FOLDER);
        let (certificate, key) = (folder.join(CERTIFICATE), folder.join(KEY));
        let given = Tls::Files { certificate, key: key.clone() };
        assert_eq!(Secure::open(&given, None, listen).unwrap().certificate, first);
        let swapped = Tls::Files { certificate: key.clone(), key };
        assert!(Secure::open(&swapped, None, listen).is_err());
    }
}
