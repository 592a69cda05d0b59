//! A 128-bit name for bytes: the first half of SHA-256, so that anyone can check one with `sha256sum`.
//!
//! It names things (an input, an output, a scenario) and must not differ between machines or versions. Cutting a digest
//! to its leftmost bits is section 7 of FIPS 180-4 and section 5.1 of NIST SP 800-107.

use sha2::{Digest, Sha256};

/// A hash in progress; how the bytes are cut into updates does not matter.
///
/// ```
/// use reliance::engine::hash::Hasher128;
///
/// let mut hasher = Hasher128::new();
/// hasher.update(b"a");
/// hasher.update(b"bc");
/// assert_eq!(hasher.hex(), "ba7816bf8f01cfea414140de5dae2223");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Hasher128 {
    whole: Sha256,
}

impl Hasher128 {
    /// The hash of nothing so far.
    pub fn new() -> Hasher128 {
        Hasher128::default()
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.whole.update(bytes);
    }

    /// The hash of all bytes so far: 32 lower-case hexadecimal digits, the first half of what `sha256sum` prints.
    pub fn hex(&self) -> String {
        self.whole.clone().finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The hash of a whole piece at once.
pub fn hash_hex(bytes: &[u8]) -> String {
    let mut hasher = Hasher128::new();
    hasher.update(bytes);
    hasher.hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the standard (empty, one block, two blocks) and the long one of a million letters.
    #[test]
    fn it_agrees_with_the_standard() {
        assert_eq!(hash_hex(b""), "e3b0c44298fc1c149afbf4c8996fb924");
        assert_eq!(hash_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223");
        let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hash_hex(two_blocks), "248d6a61d20638b8e5c026930c3e6039");
        assert_eq!(hash_hex(&vec![b'a'; 1_000_000]), "cdc76e5c9914fb9281a1c7e284d73e67");
    }

    #[test]
    fn the_cuts_between_updates_do_not_matter() {
        let bytes: Vec<u8> = (0..300u32).map(|i| (i * 7 % 251) as u8).collect();
        let whole = hash_hex(&bytes);
        for first in 0..bytes.len() {
            for second in [first, first + 1, first + 63, first + 64, first + 65] {
                let second = second.min(bytes.len());
                let mut hasher = Hasher128::new();
                hasher.update(&bytes[..first]);
                hasher.update(&bytes[first..second]);
                hasher.update(&bytes[second..]);
                assert_eq!(hasher.hex(), whole, "cut at {first} and {second}");
            }
        }
    }

    #[test]
    fn reading_the_hash_does_not_end_it() {
        let mut hasher = Hasher128::new();
        hasher.update(b"ab");
        let early = hasher.hex();
        hasher.update(b"c");
        assert_eq!(early, hash_hex(b"ab"));
        assert_eq!(hasher.hex(), hash_hex(b"abc"));
    }

    /// Every length around the block, where the padding takes one block or two: the hash of all the hashes of up to 199
    /// letters, compared with another implementation's.
    #[test]
    fn every_length_is_padded_right() {
        let all: String = (0..200).map(|length| hash_hex(&vec![b'x'; length])).collect();
        assert_eq!(hash_hex(all.as_bytes()), "8152917287eba7486c46d28f8a854816");
    }
}
