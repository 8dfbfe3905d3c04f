//! Listeners and routing: from a socket to an operation and back. No business rules.
//!
//! `services.rs` is the list of rooms, one line each; `dispatch.rs` is the way of a request.

mod admin;
mod answer;
mod authenticate;
mod body;
mod breaking;
mod browser;
mod cross;
mod digest;
mod dispatch;
mod doors;
mod endpoint;
mod form;
#[cfg(test)]
mod fuzz;
mod hoisted;
mod manner;
mod nobody;
mod options;
mod page;
mod peer;
mod reception;
mod refusal;
mod route;
mod server;
mod services;
mod tls;
mod unreadable;
mod watch;

pub use options::{ServeOptions, StartError};
pub use platform::{AccountId, AuthMode, Bounds, Closed, Durability, RootKey};
pub use server::Server;
pub use tls::Tls;
