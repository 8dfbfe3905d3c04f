//! Finds where fields and rows end in delimited text: the part that touches every byte.
//!
//! Blocks of 64 bytes are turned into bit masks of delimiters, line ends and quotes; what lies
//! between quotes is masked away by a running parity. A block where parity would mislead (an
//! escape, a quote inside an unquoted field) goes through a plain state machine instead, which is
//! also the definition of what is right: tests hold the two against each other.

use crate::options::{CsvOptions, CsvStyle};

/// Bytes looked at together.
const BLOCK: usize = 64;

/// Where fields end. Offsets are into the caller's buffer and index the ending byte.
#[derive(Default)]
pub(crate) struct Index {
    /// Ends of fields, those of a row's last field included.
    pub ends: Vec<u32>,
    /// Per row, how many `ends` there are up to and including its last.
    pub rows: Vec<u32>,
}

/// Finds field and row ends, block by block; continues where it stopped.
pub(crate) struct Scanner {
    delimiter: u8,
    quote: Option<u8>,
    escape: Option<u8>,
    /// Escapes count between quotes only, before a quote or an escape.
    escape_in_quotes: bool,
    /// Blanks before an opening quote do not make a field unquoted.
    blanks_before_quote: bool,
    state: State,
    /// The byte before the next one was an escape.
    escaped: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Unquoted,
    Quoted,
    /// After a quote in a quoted field: it ended, or the quote is doubled.
    AfterQuote,
}

impl Scanner {
    pub(crate) fn new(options: &CsvOptions) -> Self {
        let open_csv = options.style == CsvStyle::OpenCsv;
        Scanner {
            delimiter: options.delimiter,
            quote: options.quote,
            // A quote that escapes itself is a doubled quote, which is understood anyway.
            escape: options.escape.filter(|e| Some(*e) != options.quote),
            escape_in_quotes: open_csv,
            blanks_before_quote: open_csv,
            state: State::FieldStart,
            escaped: false,
        }
    }

    /// Indexes `data` from `from` until `rows_max` rows are known; returns the offset reached.
    /// Less than a block stays for later unless `last`.
    pub(crate) fn scan(
        &mut self,
        data: &[u8],
        from: usize,
        last: bool,
        rows_max: usize,
        index: &mut Index,
    ) -> usize {
        let mut at = from;
        while index.rows.len() < rows_max {
            let Some(block) = data[at..].first_chunk::<BLOCK>() else {
                if last {
                    self.slow(&data[at..], at, index);
                    return data.len();
                }
                return at;
            };
            self.block(block, at, index);
            at += BLOCK;
        }
        at
    }

    /// Whether the text ends inside quotes.
    pub(super) fn is_quoted(&self) -> bool {
        self.state == State::Quoted
    }

    fn block(&mut self, block: &[u8; BLOCK], at: usize, index: &mut Index) {
        if self.escaped || self.escape.is_some_and(|e| block.contains(&e)) {
            return self.slow(block, at, index);
        }
        let newlines = mask(block, b'\n');
        let mut structural = newlines | mask(block, self.delimiter);
        if let Some(quote) = self.quote {
            let quotes = mask(block, quote);
            if quotes != 0 || self.state == State::Quoted {
                let carry = if self.state == State::Quoted { u64::MAX } else { 0 };
                let inside = prefix_xor(quotes) ^ carry;
                // An opening quote begins a field or doubles the quote before it; any other is
                // an ordinary character, and parity does not hold.
                let after_end = structural << 1 | u64::from(self.state == State::FieldStart);
                let after_quote = quotes << 1 | u64::from(self.state == State::AfterQuote);
                if quotes & inside & !(after_end | after_quote) != 0 {
                    return self.slow(block, at, index);
                }
                structural &= !inside;
                self.state = if inside >> 63 == 1 {
                    State::Quoted
                } else if quotes >> 63 == 1 {
                    State::AfterQuote
                } else {
                    self.state_after(structural, block)
                };
            } else {
                self.state = self.state_after(structural, block);
            }
        }
        push(structural, newlines, at, index);
    }

    /// The state after a block that ends outside quotes and not in one.
    fn state_after(&self, structural: u64, block: &[u8; BLOCK]) -> State {
        if structural >> 63 == 1 {
            return State::FieldStart;
        }
        if self.blanks_before_quote {
            let blanks = block.iter().rev().take_while(|b| **b == b' ').count();
            if blanks == BLOCK {
                return self.state;
            }
            if blanks > 0 && structural >> (BLOCK - 1 - blanks) & 1 == 1 {
                return State::FieldStart;
            }
        }
        State::Unquoted
    }

    fn slow(&mut self, bytes: &[u8], at: usize, index: &mut Index) {
        for (i, &byte) in bytes.iter().enumerate() {
            let newline = byte == b'\n';
            if self.escaped {
                self.escaped = false;
                let taken = if self.escape_in_quotes {
                    Some(byte) == self.quote || Some(byte) == self.escape
                } else {
                    // A line ends whatever precedes its end, unless quotes hold it.
                    !newline || self.state == State::Quoted
                };
                if taken {
                    continue;
                }
            }
            if Some(byte) == self.escape && (!self.escape_in_quotes || self.state == State::Quoted)
            {
                self.escaped = true;
                if self.state != State::Quoted {
                    self.state = State::Unquoted;
                }
                continue;
            }
            let quote = Some(byte) == self.quote;
            self.state = match self.state {
                State::Quoted if quote => State::AfterQuote,
                State::Quoted => State::Quoted,
                State::FieldStart | State::AfterQuote if quote => State::Quoted,
                _ if newline || byte == self.delimiter => {
                    index.ends.push((at + i) as u32);
                    if newline {
                        index.rows.push(index.ends.len() as u32);
                    }
                    State::FieldStart
                }
                State::FieldStart if self.blanks_before_quote && byte == b' ' => State::FieldStart,
                _ => State::Unquoted,
            };
        }
    }
}

/// Records the ends of one block.
fn push(mut structural: u64, newlines: u64, at: usize, index: &mut Index) {
    while structural != 0 {
        let bit = structural.trailing_zeros();
        index.ends.push(at as u32 + bit);
        if newlines >> bit & 1 == 1 {
            index.rows.push(index.ends.len() as u32);
        }
        structural &= structural - 1;
    }
}

/// Bit i is set where byte i is `wanted`. Eight bytes at a time: the high bit of each byte of
/// `!zero` is set where the byte differs, and a multiplication gathers the eight bits.
fn mask(block: &[u8; BLOCK], wanted: u8) -> u64 {
    const LOW7: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let pattern = u64::from(wanted).wrapping_mul(0x0101_0101_0101_0101);
    let (words, _) = block.as_chunks::<8>();
    let mut mask = 0;
    for (i, word) in words.iter().enumerate() {
        let x = u64::from_le_bytes(*word) ^ pattern;
        let equal = !((x & LOW7).wrapping_add(LOW7) | x | LOW7);
        mask |= (equal >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56 << (8 * i);
    }
    mask
}

/// Bit i is the parity of bits 0 to i.
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn masks_are_exact() {
        let mut block = [0u8; BLOCK];
        for (i, byte) in block.iter_mut().enumerate() {
            *byte = [b',', b',' ^ 1, b',' | 0x80, 0, 1, 0xff][i % 6];
        }
        for wanted in [b',', 0, 1, 0xff, 0xac] {
            let naive = (0..BLOCK).filter(|i| block[*i] == wanted).fold(0, |m, i| m | 1u64 << i);
            assert_eq!(mask(&block, wanted), naive, "{wanted}");
        }
    }

    fn indexed(options: &CsvOptions, data: &[u8], slow: bool, step: usize) -> (Vec<u32>, Vec<u32>) {
        let mut scanner = Scanner::new(options);
        let mut index = Index::default();
        if slow {
            scanner.slow(data, 0, &mut index);
        } else {
            let mut at = 0;
            let mut seen = 0;
            while seen < data.len() {
                seen = (seen + step).min(data.len());
                at = scanner.scan(&data[..seen], at, seen == data.len(), usize::MAX, &mut index);
            }
        }
        (index.ends, index.rows)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn blocks_and_bytes_agree(
            text in "([a-b]{0,9}|[,\"\\\\\n ]|\"\"|, \"|,\"|\",|\n\"){0,120}",
            step in 1usize..200,
            style in 0..3,
        ) {
            let options = match style {
                0 => CsvOptions::open_csv(),
                1 => CsvOptions { escape: Some(b'\\'), ..CsvOptions::lazy_simple(b',') },
                _ => CsvOptions { quote: Some(b'"'), ..CsvOptions::lazy_simple(b',') },
            };
            let data = text.as_bytes();
            prop_assert_eq!(
                indexed(&options, data, false, step),
                indexed(&options, data, true, step)
            );
        }
    }
}
