//! Keys wrapped by keys: AES Key Wrap with Padding, RFC 5649. Only unwrapping: clients wrap.

use aes_gcm::aes::cipher::{BlockCipherDecrypt, KeyInit};
use aes_gcm::aes::{Aes128, Aes192, Aes256};

use super::Unfit;

/// The first half of the value that comes out where nothing is wrong; the second is the length.
const INITIAL: [u8; 4] = [0xa6, 0x59, 0x59, 0xa6];

/// What was wrapped.
pub(crate) fn unwrap(key: &[u8], wrapped: &[u8]) -> Result<Vec<u8>, Unfit> {
    match key.len() {
        16 => with(&Aes128::new_from_slice(key).map_err(|_| Unfit)?, wrapped),
        24 => with(&Aes192::new_from_slice(key).map_err(|_| Unfit)?, wrapped),
        32 => with(&Aes256::new_from_slice(key).map_err(|_| Unfit)?, wrapped),
        _ => Err(Unfit),
    }
}

fn with<C>(cipher: &C, wrapped: &[u8]) -> Result<Vec<u8>, Unfit>
where
    C: BlockCipherDecrypt<BlockSize = aes_gcm::aes::cipher::consts::U16>,
{
    let (halves, rest) = wrapped.as_chunks::<8>();
    if halves.len() < 2 || !rest.is_empty() {
        return Err(Unfit);
    }
    let decrypt = |first: [u8; 8], second: [u8; 8]| {
        let mut block = [0; 16];
        block[..8].copy_from_slice(&first);
        block[8..].copy_from_slice(&second);
        cipher.decrypt_block((&mut block).into());
        let (mut one, mut two) = ([0; 8], [0; 8]);
        one.copy_from_slice(&block[..8]);
        two.copy_from_slice(&block[8..]);
        (one, two)
    };
    let (mut check, mut halves) = (halves[0], halves[1..].to_vec());
    if let [only] = halves.as_mut_slice() {
        (check, *only) = decrypt(check, *only);
    } else {
        let count = halves.len();
        for step in (1..=6 * count).rev() {
            let half = &mut halves[(step - 1) % count];
            let counter = (step as u64).to_be_bytes();
            let mixed = std::array::from_fn(|at| check[at] ^ counter[at]);
            (check, *half) = decrypt(mixed, *half);
        }
    }
    let mut length = [0; 4];
    length.copy_from_slice(&check[4..]);
    let length = u32::from_be_bytes(length) as usize;
    let mut bytes: Vec<u8> = halves.concat();
    let padded = bytes.len();
    let fits = length <= padded && padded - length < 8 && check[..4] == INITIAL;
    if !fits || bytes[length..].iter().any(|byte| *byte != 0) {
        return Err(Unfit);
    }
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wrapped: &str, plain: &str) {
        let key = hex::decode("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8").unwrap();
        let wrapped = hex::decode(wrapped).unwrap();
        assert_eq!(hex::encode(unwrap(&key, &wrapped).unwrap()), plain);
        let mut changed = wrapped.clone();
        changed[3] ^= 1;
        assert_eq!(unwrap(&key, &changed), Err(Unfit));
    }

    #[test]
    fn keys_unwrap_as_in_rfc_5649() {
        check(
            "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
            "c37b7e6492584340bed12207808941155068f738",
        );
        check("afbeb0f07dfbf5419200f2ccb50bb24f", "466f7250617369");
        assert_eq!(unwrap(&[0; 32], &[0; 8]), Err(Unfit));
        assert_eq!(unwrap(&[0; 5], &[0; 16]), Err(Unfit));
    }
}
