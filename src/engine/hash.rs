//! A 128-bit hash of bytes: the first half of SHA-256, so that anyone can check one with `sha256sum`.
//!
//! It names things (an input, an output, a scenario) and must not differ between machines or versions. Source:
//! FIPS 180-4, *Secure Hash Standard* (2015), sections 4.1.2, 4.2.2, 5.1.1, 5.3.3 and 6.2; cutting a digest to its
//! leftmost bits is section 7 of the same and section 5.1 of NIST SP 800-107.

/// Bytes in one block of the compression function.
const BLOCK: usize = 64;

/// The first 32 bits of the fractional parts of the square roots of the first eight primes.
const START: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// The first 32 bits of the fractional parts of the cube roots of the first sixty-four primes.
#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

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
#[derive(Clone, Debug)]
pub struct Hasher128 {
    state: [u32; 8],
    block: [u8; BLOCK],
    length: u64,
}

impl Hasher128 {
    /// The hash of nothing so far.
    pub fn new() -> Hasher128 {
        Hasher128 { state: START, block: [0; BLOCK], length: 0 }
    }

    /// Takes in more bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        let held = (self.length % BLOCK as u64) as usize;
        self.length += bytes.len() as u64;
        if held > 0 {
            let taken = bytes.len().min(BLOCK - held);
            self.block[held..held + taken].copy_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if held + taken < BLOCK {
                return;
            }
            compress(&mut self.state, &self.block);
        }
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        for block in blocks {
            compress(&mut self.state, block);
        }
        self.block[..rest.len()].copy_from_slice(rest);
    }

    /// The hash of all bytes so far: 32 lower-case hexadecimal digits, the first half of what `sha256sum` prints.
    pub fn hex(&self) -> String {
        self.ended().iter().map(|word| format!("{word:08x}")).collect()
    }

    /// The first four words of the state after the padding: a one bit, zeros, the length in bits.
    fn ended(&self) -> [u32; 4] {
        let mut padded = self.clone();
        let held = (self.length % BLOCK as u64) as usize;
        let mut padding = [0u8; 2 * BLOCK];
        padding[0] = 0x80;
        let zeros_end = if held < BLOCK - 8 { BLOCK - 8 - held } else { 2 * BLOCK - 8 - held };
        padding[zeros_end..zeros_end + 8].copy_from_slice(&(self.length * 8).to_be_bytes());
        padded.update(&padding[..zeros_end + 8]);
        [padded.state[0], padded.state[1], padded.state[2], padded.state[3]]
    }
}

impl Default for Hasher128 {
    fn default() -> Hasher128 {
        Hasher128::new()
    }
}

/// The hash of a whole piece at once.
pub fn hash_hex(bytes: &[u8]) -> String {
    let mut hasher = Hasher128::new();
    hasher.update(bytes);
    hasher.hex()
}

/// Section 6.2.2: one block into the state.
fn compress(state: &mut [u32; 8], block: &[u8; BLOCK]) {
    let mut words = [0u32; 64];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for t in 16..64 {
        let early = words[t - 15];
        let late = words[t - 2];
        let small_0 = early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3);
        let small_1 = late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10);
        words[t] = words[t - 16].wrapping_add(small_0).wrapping_add(words[t - 7]).wrapping_add(small_1);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (constant, word) in ROUNDS.iter().zip(&words) {
        let big_1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let first = h.wrapping_add(big_1).wrapping_add(choice).wrapping_add(*constant).wrapping_add(*word);
        let big_0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        (h, g, f, e) = (g, f, e, d.wrapping_add(first));
        (d, c, b, a) = (c, b, a, first.wrapping_add(big_0.wrapping_add(majority)));
    }
    for (word, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(add);
    }
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
