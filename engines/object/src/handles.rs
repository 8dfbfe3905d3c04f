//! Open file handles kept for the next read: a query reads the same file many times.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::blob::Home;
use crate::error::Result;

const HANDLES_MAX: usize = 256;

/// The number of a zone, and what is in it.
pub(crate) type At = (u8, Home);

/// A bounded set of handles; when it is full the one opened first goes.
#[derive(Default)]
pub(crate) struct Handles {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    files: HashMap<At, Arc<File>>,
    order: VecDeque<At>,
}

impl Handles {
    /// The handle if it is open already.
    pub fn peek(&self, at: At) -> Option<Arc<File>> {
        self.open.lock().files.get(&at).cloned()
    }

    pub fn get(&self, at: At, open: impl FnOnce() -> Result<File>) -> Result<Arc<File>> {
        if let Some(file) = self.peek(at) {
            return Ok(file);
        }
        // Opened outside the lock; two readers may both open it, and one of the handles stays.
        let file = Arc::new(open()?);
        let mut kept = self.open.lock();
        if kept.files.insert(at, file.clone()).is_none() {
            kept.order.push_back(at);
        }
        if kept.order.len() > HANDLES_MAX
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.files.remove(&oldest);
        }
        Ok(file)
    }

    /// Closes a handle, so that the space of a removed file is given back.
    pub fn close(&self, at: At) {
        let mut kept = self.open.lock();
        if kept.files.remove(&at).is_some() {
            kept.order.retain(|other| *other != at);
        }
    }
}
