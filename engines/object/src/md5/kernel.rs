//! MD5's compression of several streams side by side (RFC 1321): the k-th word of all of them is one
//! vector, so that one stream costs hardly less than sixteen.
//!
//! A step of MD5 needs the result of the one before: alone, a stream leaves most of a core idle.

use pulp::{Arch, WithSimd};

/// Bytes of a block.
pub(super) const BLOCK: usize = 64;
/// Most streams side by side: a vector of AVX-512, or two of AVX2.
pub(super) const LANES: usize = 16;

/// What is carried from block to block.
pub(super) type State = [u32; 4];

pub(super) const INITIAL: State = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// The constants of the steps: the first 32 bits of the fractions of the sines.
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

/// Compresses whole blocks of one stream.
pub(super) fn alone(state: &mut State, blocks: &[[u8; BLOCK]]) {
    let mut states = state.map(|word| [word]);
    for block in blocks {
        compress(&mut states, &words([block]));
    }
    *state = states.map(|[word]| word);
}

/// Compresses as many whole blocks of each of `N` streams.
pub(super) fn together<const N: usize>(states: &mut [State; N], blocks: [&[[u8; BLOCK]]; N]) {
    Arch::new().dispatch(Together { states, blocks });
}

struct Together<'a, const N: usize> {
    states: &'a mut [State; N],
    blocks: [&'a [[u8; BLOCK]]; N],
}

impl<const N: usize> WithSimd for Together<'_, N> {
    type Output = ();

    // Inlined into a function for each set of instructions, in which the loops over the streams
    // become vectors.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Self { states, blocks } = self;
        let mut vectors = [[0; N]; 4];
        for (lane, state) in states.iter().enumerate() {
            for (vector, word) in vectors.iter_mut().zip(state) {
                vector[lane] = *word;
            }
        }
        let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
        for at in 0..count {
            compress(&mut vectors, &words(blocks.map(|blocks| &blocks[at])));
        }
        for (lane, state) in states.iter_mut().enumerate() {
            *state = vectors.map(|vector| vector[lane]);
        }
    }
}

/// The words of a block of each stream, those of the same place side by side.
#[inline(always)]
fn words<const N: usize>(blocks: [&[u8; BLOCK]; N]) -> [[u32; N]; 16] {
    let mut words = [[0; N]; 16];
    for (lane, block) in blocks.iter().enumerate() {
        let (bytes, _) = block.as_chunks::<4>();
        for (word, bytes) in words.iter_mut().zip(bytes) {
            word[lane] = u32::from_le_bytes(*bytes);
        }
    }
    words
}

#[inline(always)]
fn compress<const N: usize>(state: &mut [[u32; N]; 4], words: &[[u32; N]; 16]) {
    let [mut a, mut b, mut c, mut d] = *state;
    // Written out, so that shifts and places are constants.
    macro_rules! steps {
        ($mix:expr, $from:literal, $times:literal + $plus:literal, $shifts:expr) => {
            steps!(@four $mix, $from, $times, $plus, $shifts, 0);
            steps!(@four $mix, $from, $times, $plus, $shifts, 4);
            steps!(@four $mix, $from, $times, $plus, $shifts, 8);
            steps!(@four $mix, $from, $times, $plus, $shifts, 12);
        };
        (@four $mix:expr, $from:literal, $times:literal, $plus:literal, $shifts:expr, $at:literal) => {
            steps!(@one $mix, a, b, c, d, $from, $times, $plus, $shifts[0], $at);
            steps!(@one $mix, d, a, b, c, $from, $times, $plus, $shifts[1], $at + 1);
            steps!(@one $mix, c, d, a, b, $from, $times, $plus, $shifts[2], $at + 2);
            steps!(@one $mix, b, c, d, a, $from, $times, $plus, $shifts[3], $at + 3);
        };
        (@one $mix:expr, $a:ident, $b:ident, $c:ident, $d:ident,
         $from:literal, $times:literal, $plus:literal, $shift:expr, $at:expr) => {
            let word = &words[($times * ($at) + $plus) % 16];
            for lane in 0..N {
                let mixed = $mix($b[lane], $c[lane], $d[lane]);
                let sum = $a[lane]
                    .wrapping_add(mixed)
                    .wrapping_add(word[lane])
                    .wrapping_add(SINES[$from + $at]);
                $a[lane] = sum.rotate_left($shift).wrapping_add($b[lane]);
            }
        };
    }
    steps!(|b: u32, c: u32, d: u32| d ^ (b & (c ^ d)), 0, 1 + 0, [7_u32, 12, 17, 22]);
    steps!(|b: u32, c: u32, d: u32| c ^ (d & (b ^ c)), 16, 5 + 1, [5_u32, 9, 14, 20]);
    steps!(|b: u32, c: u32, d: u32| b ^ c ^ d, 32, 3 + 5, [4_u32, 11, 16, 23]);
    steps!(|b: u32, c: u32, d: u32| c ^ (b | !d), 48, 7 + 0, [6_u32, 10, 15, 21]);
    for (state, more) in state.iter_mut().zip([a, b, c, d]) {
        for lane in 0..N {
            state[lane] = state[lane].wrapping_add(more[lane]);
        }
    }
}
