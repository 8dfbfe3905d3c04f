//! Open file handles kept for the next read: a query reads the same file many times.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::blob::Home;
use crate::error::Result;

const HANDLES_MAX: usize = 256;

/// A bounded set of handles; when it is full the one opened first goes.
#[derive(Default)]
pub(crate) struct Handles {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    files: HashMap<Home, Arc<File>>,
    order: VecDeque<Home>,
}

impl Handles {
    /// The handle if it is open already.
    pub fn peek(&self, home: Home) -> Option<Arc<File>> {
        self.open.lock().files.get(&home).cloned()
    }

    pub fn get(&self, home: Home, open: impl FnOnce() -> Result<File>) -> Result<Arc<File>> {
        if let Some(file) = self.peek(home) {
            return Ok(file);
        }
        // Opened outside the lock; two readers may both open it, and one of the handles stays.
        let file = Arc::new(open()?);
        let mut kept = self.open.lock();
        if kept.files.insert(home, file.clone()).is_none() {
            kept.order.push_back(home);
        }
        if kept.order.len() > HANDLES_MAX
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.files.remove(&oldest);
        }
        Ok(file)
    }

    /// Closes a handle, so that the space of a removed file is given back.
    pub fn close(&self, home: Home) {
        let mut kept = self.open.lock();
        if kept.files.remove(&home).is_some() {
            kept.order.retain(|other| *other != home);
        }
    }
}
