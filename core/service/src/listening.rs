//! Where the server is found by programs that it starts itself.

/// The URL of this server for processes on this machine; shared through the context once it listens.
#[derive(Clone, Debug)]
pub struct Listening(pub String);
