//! JSON: one value after the other, of which a path leads to records.
//!
//! A path is followed while the text is read, so a document of any length takes no more room than
//! one of its records. Each value a step looks into gives a record at least: `MISSING` where it
//! has nothing to give.

use std::sync::Arc;

use super::feed::Feed;
use super::json_value::Text;
use super::{Input, ScanRange, Source, is_wild, scan_range};
use crate::ast::PathStep;
use crate::code::{Code, Result};
use crate::value::Tree;

/// A list or structure that is being looked through.
struct Frame {
    /// The step that looks through it.
    step: usize,
    /// How many of its values were passed.
    passed: usize,
    /// What the step's name matched, to tell a second match of another spelling.
    matched: Option<String>,
    /// Whether it gave a record.
    gave: bool,
}

pub(crate) struct JsonReader {
    text: Text,
    range: ScanRange,
    steps: Vec<PathStep>,
    frames: Vec<Frame>,
    value: Tree,
}

impl JsonReader {
    pub fn open(
        input: &Input,
        source: Arc<dyn Source>,
        steps: Vec<PathStep>,
        lines: bool,
    ) -> Result<Self> {
        let range = scan_range(input, source.size())?;
        // A line begins where one ends, so one may begin at the first byte.
        let from = range.first.saturating_sub(1);
        let mut feed = Feed::new(source, input.compression, from)?;
        match range.first {
            0 => feed.skip_mark()?,
            _ => feed.skip_past(b"\n")?,
        }
        let text = Text::new(feed, lines);
        Ok(Self { text, range, steps, frames: Vec::new(), value: Tree::Missing })
    }

    pub fn value(&self) -> &Tree {
        &self.value
    }

    pub fn bytes(&self) -> (u64, u64) {
        self.text.feed().bytes()
    }

    pub fn advance(&mut self) -> Result<bool> {
        loop {
            let gave = match self.frames.pop() {
                Some(frame) => self.resume(frame)?,
                None => {
                    self.text.skip_between()?;
                    let ended = self.text.peek()?.is_none();
                    if ended || self.text.feed().offset() > self.range.last {
                        return Ok(false);
                    }
                    self.text.begin();
                    self.descend(0)?
                }
            };
            if gave {
                return Ok(true);
            }
        }
    }

    /// Follows a step into the value that begins here; whether that gave a record already.
    fn descend(&mut self, step: usize) -> Result<bool> {
        let Some(next) = self.steps.get(step) else {
            self.text.begin();
            self.value = self.text.value()?;
            return Ok(true);
        };
        let open = match next {
            PathStep::Member(_) | PathStep::Members => b'{',
            PathStep::Element(_) | PathStep::Elements => b'[',
        };
        if self.text.peek()? != Some(open) {
            self.text.skip_value()?;
            self.value = Tree::Missing;
            return Ok(true);
        }
        self.text.take()?;
        self.frames.push(Frame { step, passed: 0, matched: None, gave: false });
        Ok(false)
    }

    /// Goes on looking through what is open; whether that gave a record.
    fn resume(&mut self, mut frame: Frame) -> Result<bool> {
        let step = self.steps.get(frame.step).cloned().ok_or(Code::InvalidKeyPath)?;
        let close = match step {
            PathStep::Member(_) | PathStep::Members => b'}',
            PathStep::Element(_) | PathStep::Elements => b']',
        };
        loop {
            if self.text.at_end_of(close, frame.passed == 0)? {
                if frame.gave {
                    return Ok(false);
                }
                self.value = Tree::Missing;
                return Ok(true);
            }
            let key = match close {
                b'}' => Some(self.text.key()?),
                _ => None,
            };
            let index = frame.passed;
            frame.passed += 1;
            let wanted = match (&step, key) {
                (PathStep::Member(name), Some(key)) if name.is(&key) => match &frame.matched {
                    Some(matched) if *matched != key => {
                        return Err(Code::AmbiguousFieldName.into());
                    }
                    Some(_) => false,
                    None => {
                        frame.matched = Some(key);
                        true
                    }
                },
                (PathStep::Element(wanted), _) => *wanted == index,
                (step, _) => is_wild(step),
            };
            if !wanted {
                self.text.skip_value()?;
                continue;
            }
            frame.gave = true;
            let next = frame.step + 1;
            self.frames.push(frame);
            return self.descend(next);
        }
    }
}
