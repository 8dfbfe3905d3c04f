//! Documents that hold their rows in one array: `{"Records":[{…},{…}]}`, as AWS delivers logs.
//! Finds where each object of that array begins and ends, across pieces.

use super::lines::Lines;

/// Finds the objects of an array named by a key of the document.
pub(super) struct Records {
    key: Vec<u8>,
    /// Brackets and braces open.
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// The string last read at the top of the document.
    name: Vec<u8>,
    /// The array being read is the one that is asked for.
    inside: bool,
    /// Where the object being read begins.
    object: Option<usize>,
    /// Objects found so far.
    count: u64,
}

impl Records {
    pub(super) fn new(key: &str) -> Self {
        Records {
            key: key.as_bytes().to_vec(),
            depth: 0,
            in_string: false,
            escaped: false,
            name: Vec::new(),
            inside: false,
            object: None,
            count: 0,
        }
    }

    pub(super) fn scan(
        &mut self,
        data: &[u8],
        from: usize,
        last: bool,
        max: usize,
        lines: &mut Lines,
    ) -> usize {
        let mut at = from;
        while at < data.len() && lines.ready() < max {
            self.byte(data[at], at, lines);
            at += 1;
        }
        // What was cut in the middle is a row that cannot be read, and said to be so.
        if last && at == data.len() && self.depth > 0 && lines.ready() < max {
            let begun = self.object.take().unwrap_or(data.len());
            self.depth = 0;
            self.count += 1;
            lines.push(begun, data.len(), self.count);
        }
        if self.object.is_none() {
            lines.skip_to(at);
        }
        at
    }

    fn byte(&mut self, byte: u8, at: usize, lines: &mut Lines) {
        if self.in_string {
            if self.escaped {
                self.escaped = false;
            } else if byte == b'\\' {
                self.escaped = true;
                return;
            } else if byte == b'"' {
                self.in_string = false;
                return;
            }
            if self.depth == 1 && self.name.len() <= self.key.len() {
                self.name.push(byte);
            }
            return;
        }
        match byte {
            b'"' if self.depth > 0 => {
                self.in_string = true;
                if self.depth == 1 {
                    self.name.clear();
                }
            }
            b'{' | b'[' => {
                if self.depth == 1 {
                    self.inside = byte == b'[' && self.name == self.key;
                }
                if self.depth == 2 && self.inside && byte == b'{' {
                    self.object = Some(at);
                }
                self.depth += 1;
            }
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                if self.depth == 2
                    && let Some(begun) = self.object.take()
                {
                    self.count += 1;
                    lines.push(begun, at + 1, self.count);
                }
            }
            _ if byte.is_ascii_whitespace() || self.depth > 0 => {}
            // Not a document at all: a row that cannot be read.
            _ => {
                self.count += 1;
                lines.push(at, at + 1, self.count);
            }
        }
    }

    /// The first `by` bytes of the data are gone.
    pub(super) fn rebase(&mut self, by: usize) {
        self.object = self.object.map(|at| at - by.min(at));
    }
}
