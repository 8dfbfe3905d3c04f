//! Doors: listeners by which requests come from inside of a private network.
//!
//! On one machine every client is at the same address, so a client is inside of a network by the port
//! it connects to. A door stands in a subnet and takes an address there, as a host would; who comes
//! through it is sent the way that the subnet's routes have for them. Doors are gone when the server
//! ends.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hyper::StatusCode;
use parking_lot::Mutex;
use platform::{CancellationToken, Ctx, Entry, Network, Place, Platform, Scope};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::reception::{Entrance, Reception};

/// Doors at once, at most.
const DOORS_MAX: usize = 256;

/// The open doors.
pub(crate) struct Doors {
    platform: Platform,
    reception: Reception,
    /// By port.
    open: Mutex<BTreeMap<u16, Door>>,
}

struct Door {
    place: Arc<Place>,
    until: CancellationToken,
}

/// What is asked of a new door.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Wanted {
    subnet_id: String,
    private_ip: Option<Ipv4Addr>,
    /// A door has a public address unless it is said to have none.
    public_ip: Option<bool>,
}

/// A refusal.
type Refused = (StatusCode, String);

impl Doors {
    pub fn new(platform: Platform, reception: Reception) -> Self {
        Self { platform, reception, open: Mutex::default() }
    }

    /// Opens a door: `{"SubnetId":"subnet-…"}`, with `PrivateIp` and `PublicIp` if they matter.
    pub async fn open(&self, wanted: &[u8]) -> Result<Value, Refused> {
        let bad = |text: String| (StatusCode::BAD_REQUEST, text);
        let wanted: Wanted =
            serde_json::from_slice(wanted).map_err(|error| bad(error.to_string()))?;
        if self.open.lock().len() >= DOORS_MAX {
            return Err((StatusCode::CONFLICT, format!("{DOORS_MAX} doors are open, the most")));
        }
        let failed = |error: std::io::Error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let entry = Entry {
            subnet: wanted.subnet_id,
            address: wanted.private_ip,
            public: wanted.public_ip.unwrap_or(true),
        };
        let parts = self.reception.parts();
        let ctx = Ctx::root(parts, Scope::default());
        let place = self.network()?.enter(&ctx, &entry).map_err(|fail| {
            let status = StatusCode::from_u16(fail.status()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, fail.to_string())
        })?;
        let place = Arc::new(place);
        let until = parts.shutdown_token().child_token();
        let entrance = Entrance::Door(Arc::clone(&place));
        parts.spawn("door", self.reception.clone().accept(listener, entrance, until.clone()));
        let shown = shown(port, &place);
        self.open.lock().insert(port, Door { place, until });
        Ok(shown)
    }

    /// The open doors.
    pub fn list(&self) -> Value {
        self.open.lock().iter().map(|(port, door)| shown(*port, &door.place)).collect()
    }

    /// Closes the door at a port.
    pub fn close(&self, port: &str) -> Result<Value, Refused> {
        let door = port.parse().ok().and_then(|port| self.open.lock().remove_entry(&port));
        let Some((port, door)) = door else {
            return Err((StatusCode::NOT_FOUND, format!("no door is open at port {port}")));
        };
        self.shut(&door);
        Ok(shown(port, &door.place))
    }

    /// Closes all doors.
    pub fn close_all(&self) {
        let doors = std::mem::take(&mut *self.open.lock());
        doors.values().for_each(|door| self.shut(door));
    }

    fn shut(&self, door: &Door) {
        door.until.cancel();
        if let Some(network) = self.platform.registry().network() {
            network.leave(&door.place);
        }
    }

    fn network(&self) -> Result<&Arc<dyn Network>, Refused> {
        let absent = || (StatusCode::NOT_FOUND, "the service ec2 is not open here".to_owned());
        self.platform.registry().network().ok_or_else(absent)
    }
}

fn shown(port: u16, place: &Place) -> Value {
    json!({
        "Endpoint": format!("http://127.0.0.1:{port}"),
        "Port": port,
        "SubnetId": place.subnet,
        "VpcId": place.network,
        "PrivateIp": place.address,
        "PublicIp": place.public,
        "Account": place.scope.account.as_str(),
        "Region": place.scope.region.as_str(),
    })
}
