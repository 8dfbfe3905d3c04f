//! Lines of a text found one by one, for readers that take each as a whole.

use memchr::memchr;

/// The lines found and not yet given out.
pub(super) struct Lines {
    found: Vec<Line>,
    /// Lines of any kind before the place scanned to.
    count: u64,
    /// Where the line being scanned begins.
    line_start: usize,
    /// Where the first line not given out begins.
    start: usize,
    /// Whether lines of blanks only are lines.
    keep_blank: bool,
}

/// A line's place, without its end.
pub(super) struct Line {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) number: u64,
}

impl Lines {
    pub(super) fn new(keep_blank: bool) -> Self {
        Lines { found: Vec::new(), count: 0, line_start: 0, start: 0, keep_blank }
    }

    pub(super) fn scan(&mut self, data: &[u8], from: usize, last: bool, max: usize) -> usize {
        let mut at = from;
        while self.found.len() < max {
            match memchr(b'\n', &data[at..]) {
                Some(length) => {
                    at += length + 1;
                    self.line(data, at - 1);
                    self.line_start = at;
                }
                None if last => {
                    if data.len() > self.line_start {
                        self.line(data, data.len());
                        self.line_start = data.len();
                    }
                    return data.len();
                }
                None => return data.len(),
            }
        }
        at
    }

    /// Notes the line from `line_start` to `end`.
    fn line(&mut self, data: &[u8], end: usize) {
        self.count += 1;
        let text = &data[self.line_start..end];
        if self.keep_blank || text.iter().any(|b| !b.is_ascii_whitespace()) {
            let (from, to) = (self.line_start, end);
            self.push(from, to, self.count);
        } else if self.found.is_empty() {
            self.start = end;
        }
    }

    /// Offsets fit because records and batches are bounded.
    pub(super) fn push(&mut self, from: usize, to: usize, number: u64) {
        self.found.push(Line { from: from as u32, to: to as u32, number });
    }

    pub(super) fn first(&self, n: usize) -> &[Line] {
        &self.found[..n]
    }

    pub(super) fn ready(&self) -> usize {
        self.found.len()
    }

    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// Says that nothing before a place is needed, where no line waits.
    pub(super) fn skip_to(&mut self, start: usize) {
        if self.found.is_empty() {
            self.start = start;
        }
    }

    pub(super) fn line_of(&self, row: usize) -> u64 {
        self.found.get(row).map_or(self.count + 1, |l| l.number)
    }

    pub(super) fn consume(&mut self, n: usize) {
        if let Some(line) = self.found[..n].last() {
            self.start = line.to as usize;
        }
        self.found.drain(..n);
    }

    pub(super) fn rebase(&mut self, by: usize) {
        self.start -= by;
        self.line_start -= by.min(self.line_start);
        for line in &mut self.found {
            line.from -= by as u32;
            line.to -= by as u32;
        }
    }
}
