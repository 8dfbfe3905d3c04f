//! Keeps files under the hands of their readers: a file doomed while it is being read is
//! unlinked when its last reader is done. Knows names only; unlinking is the caller's.

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::blob::Home;

#[derive(Default)]
struct Pin {
    readers: u32,
    doomed: bool,
}

/// The files being read and those about to go. A file in neither state has no entry.
#[derive(Default)]
pub(crate) struct Pins {
    pins: Mutex<HashMap<Home, Pin>>,
}

impl Pins {
    /// Pins all of `homes` (which may repeat), or none if one of them is doomed: that one.
    pub fn take(&self, homes: &[Home]) -> Result<(), Home> {
        let mut pins = self.pins.lock();
        let doomed = |home: &&Home| pins.get(home).is_some_and(|pin| pin.doomed);
        if let Some(home) = homes.iter().find(doomed) {
            return Err(*home);
        }
        for home in homes {
            pins.entry(*home).or_default().readers += 1;
        }
        Ok(())
    }

    /// Undoes one `take`. What it returns must be unlinked, then reported to `gone`.
    #[must_use]
    pub fn release(&self, homes: &[Home]) -> Vec<Home> {
        let mut pins = self.pins.lock();
        let mut unlink = Vec::new();
        for home in homes {
            let Some(pin) = pins.get_mut(home) else { continue };
            pin.readers -= 1;
            match (pin.readers, pin.doomed) {
                (0, true) => unlink.push(*home),
                (0, false) => _ = pins.remove(home),
                _ => {}
            }
        }
        unlink
    }

    /// Dooms all of `homes` at once: from now on none can be pinned. What it returns must be
    /// unlinked, then reported to `gone`; the rest is still being read, or already doomed.
    #[must_use]
    pub fn doom(&self, homes: &[Home]) -> Vec<Home> {
        let mut pins = self.pins.lock();
        let mut unlink = Vec::new();
        for home in homes {
            let pin = pins.entry(*home).or_default();
            if !pin.doomed && pin.readers == 0 {
                unlink.push(*home);
            }
            pin.doomed = true;
        }
        unlink
    }

    /// `homes` are no more. (All at once, so that a chain does not go missing by halves.)
    pub fn gone(&self, homes: &[Home]) {
        let mut pins = self.pins.lock();
        for home in homes {
            pins.remove(home);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Home = Home::File(1);
    const B: Home = Home::File(2);

    #[test]
    fn a_doomed_file_goes_with_its_last_reader() {
        let pins = Pins::default();
        pins.take(&[A, A]).unwrap();
        pins.take(&[A]).unwrap();
        assert_eq!(pins.doom(&[A, B]), [B]);
        assert_eq!(pins.take(&[A]), Err(A));
        assert_eq!(pins.take(&[B]), Err(B));
        assert_eq!(pins.release(&[A, A]), []);
        assert_eq!(pins.doom(&[A]), [], "dooming twice unlinks once");
        assert_eq!(pins.release(&[A]), [A]);
        pins.gone(&[A, B]);
        assert!(pins.pins.lock().is_empty());
    }

    #[test]
    fn a_refused_pin_pins_nothing() {
        let pins = Pins::default();
        assert_eq!(pins.doom(&[B]), [B]);
        assert_eq!(pins.take(&[A, B]), Err(B));
        assert_eq!(pins.doom(&[A]), [A], "not pinned by the refusal");
    }
}
