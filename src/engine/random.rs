//! The two kinds of randomness, and no third.
//!
//! A *stream* is a generator that belongs to one entity and lives as long as it does: the arrivals of a client, the failures
//! of a node, the path of a price. A *draw* is about one happening (a job, an attempt, a check) and is computed where it is
//! needed from the key of that happening, so it depends on nothing drawn before it.
//!
//! Both are addressed by a `purpose`, a number from a closed list that is never reused. Adding an entity, a rule or a draw
//! therefore disturbs nobody, and two runs that differ in one setting stay paired after their paths part.

use crate::engine::mistake::Mistake;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use rand::TryRng;
use rand::rand_core::utils;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

/// What all randomness of a run is derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// The number a person gives.
    pub root: u64,
    /// The number of the replication, from zero.
    pub replication: u64,
}

impl Seed {
    /// Another seed, for new draws in a copy of a run. Its replication is at least 2⁶³ away: no study has so many.
    pub fn anew(self) -> Seed {
        Seed { replication: self.replication.wrapping_add(1 << 63), ..self }
    }

    /// The same root in another replication.
    pub fn replicate(self, replication: u64) -> Seed {
        Seed { replication, ..self }
    }
}

impl From<u64> for Seed {
    fn from(root: u64) -> Seed {
        Seed { root, replication: 0 }
    }
}

/// Reads what it shows: `1`, or `1/3` for replication 3.
impl FromStr for Seed {
    type Err = Mistake;
    fn from_str(text: &str) -> Result<Seed, Mistake> {
        let (root, replication) = text.split_once('/').unwrap_or((text, "0"));
        let number = |part: &str| {
            let help = "write `1`, or `1/3` for replication 3";
            part.parse().map_err(|_| Mistake::of_value(format!("`{text}` is no seed"), help))
        };
        Ok(Seed { root: number(root)?, replication: number(replication)? })
    }
}

impl fmt::Display for Seed {
    /// `1`, or `1/3` in replication 3.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.replication {
            0 => write!(f, "{}", self.root),
            replication => write!(f, "{}/{replication}", self.root),
        }
    }
}

/// The address of a draw, mixed to 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub u64);

/// The key of draw `n` about the `index`th happening of `source`.
///
/// Two layers of folded multiplication (64 × 64 → 128 bits, halves xored), the building block of wyhash (W. Yi, 2019); a `KeyedRng`
/// adds a third layer. Two keys of a run with `k` of them are equal with probability about `k²/2⁶⁵`.
#[inline]
pub fn key(seed: Seed, purpose: u32, source: u64, index: u64, n: u32) -> Key {
    let run = fold(seed.root ^ SALT[0], seed.replication ^ SALT[1]);
    let happening = fold(index ^ SALT[2], source ^ SALT[3]);
    let what = u64::from(purpose) << 32 | u64::from(n);
    Key(fold(run ^ what, happening ^ SALT[4]))
}

/// The first binary digits of the fractional parts of π, e, √2, √3 and √5: numbers nobody chose.
const SALT: [u64; 5] =
    [0x243f_6a88_85a3_08d3, 0xb7e1_5162_8aed_2a6a, 0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b];

/// Both halves of the product, xored.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// A number scattered over all 64 bits, one to one: the finaliser of SplitMix64 after a step of its counter.
#[inline]
pub fn mix(number: u64) -> u64 {
    KeyedRng(number).bits()
}

/// A source of uniform random bits and what is commonly made of them.
pub trait RandomSource {
    /// The next 64 uniform bits.
    fn bits(&mut self) -> u64;

    /// Uniform in (0, 1), open at both ends: the odd multiples of 2⁻⁵³, so `1 - unit()` is exact and as uniform.
    #[inline]
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11 | 1) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform among 0, 1, …, n − 1, without bias. Panics where `n` is zero.
    ///
    /// D. Lemire, "Fast random integer generation in an interval", ACM Transactions on Modeling and Computer Simulation 29 (2019).
    #[inline]
    fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "a choice among none");
        let mut product = u128::from(self.bits()) * u128::from(n);
        if (product as u64) < n {
            let unfair = n.wrapping_neg() % n;
            while (product as u64) < unfair {
                product = u128::from(self.bits()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// True with probability `p`; never at 0 or below, always at 1 or above.
    #[inline]
    fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }
}

/// The randomness of one happening: SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014) started at its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyedRng(u64);

impl KeyedRng {
    /// A draw at `key`; the same key gives the same numbers, always.
    #[inline]
    pub fn new(key: Key) -> KeyedRng {
        KeyedRng(key.0)
    }
}

impl From<Key> for KeyedRng {
    #[inline]
    fn from(key: Key) -> KeyedRng {
        KeyedRng::new(key)
    }
}

impl RandomSource for KeyedRng {
    #[inline]
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

/// The randomness of one entity: a generator of period 2²⁵⁶ − 1 with a start of its own.
///
/// xoshiro256++ (D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", 2021).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The stream of `entity` for `purpose`. A purpose serves streams or draws, not both.
    pub fn new(seed: Seed, purpose: u32, entity: u64) -> Stream {
        Stream(Xoshiro256PlusPlus::seed_from_u64(key(seed, purpose, entity, u64::MAX, u32::MAX).0))
    }
}

impl RandomSource for Stream {
    #[inline]
    fn bits(&mut self) -> u64 {
        let Ok(bits) = self.0.try_next_u64();
        bits
    }
}

/// Makes a `RandomSource` a generator of the `rand` crate as well.
macro_rules! serve_rand {
    ($name:ty) => {
        impl TryRng for $name {
            type Error = Infallible;
            #[inline]
            fn try_next_u32(&mut self) -> Result<u32, Infallible> {
                Ok((self.bits() >> 32) as u32)
            }
            #[inline]
            fn try_next_u64(&mut self) -> Result<u64, Infallible> {
                Ok(self.bits())
            }
            fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
                utils::fill_bytes_via_next_word(bytes, || self.try_next_u64())
            }
        }
    };
}

serve_rand!(KeyedRng);
serve_rand!(Stream);

/// Any generator of the `rand` crate as a `RandomSource`.
pub struct Borrowed<'a, R: ?Sized>(pub &'a mut R);

impl<R: rand::Rng + ?Sized> RandomSource for Borrowed<'_, R> {
    #[inline]
    fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::gamma_cdf;

    /// The published first outputs of SplitMix64 from 1234567.
    #[test]
    fn a_draw_is_splitmix64() {
        let mut draw = KeyedRng::new(Key(1_234_567));
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!([(); 5].map(|()| draw.bits()), expected);
    }

    /// The published first outputs of xoshiro256++ from the state 1, 2, 3, 4.
    #[test]
    fn a_stream_is_xoshiro256_plus_plus() {
        let mut state = [0; 32];
        (0..4).for_each(|word| state[8 * word] = word as u8 + 1);
        let mut stream = Stream(Xoshiro256PlusPlus::from_seed(state));
        let expected =
            [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386, 9_228_616_714_210_784_205];
        assert_eq!([(); 5].map(|()| stream.bits()), expected);
    }

    /// Changing a key changes every result ever published, so a few are written down.
    #[test]
    fn keys_never_change() {
        let found = [
            key(Seed::from(1), 0, 0, 0, 0),
            key(Seed::from(1), 0, 0, 1, 0),
            key(Seed { root: 1, replication: 3 }, 7, 11, 13, 17),
            key(Seed::from(u64::MAX), u32::MAX, u64::MAX, u64::MAX, u32::MAX),
        ];
        assert_eq!(found.map(|key| key.0), KNOWN_KEYS);
        assert_eq!(Stream::new(Seed::from(1), 2, 3).bits(), KNOWN_STREAM);
    }

    const KNOWN_KEYS: [u64; 4] =
        [0x91b0_eee9_a6ef_e08e, 0x71bd_b390_8dad_8a56, 0xc14e_da90_37f8_4821, 0xc2ea_aa70_ffdc_a747];
    const KNOWN_STREAM: u64 = 0x0d11_a430_671f_f220;

    #[test]
    fn small_addresses_have_keys_of_their_own() {
        let mut keys = std::collections::BTreeSet::new();
        for at in 0..1u64 << 20 {
            let seed = Seed::from(1).replicate(at & 3);
            keys.insert(key(seed, (at >> 2 & 15) as u32, at >> 6 & 15, at >> 10 & 127, (at >> 17) as u32));
        }
        assert_eq!(keys.len(), 1 << 20);
    }

    #[test]
    fn units_are_open_at_both_ends() {
        struct Fixed(u64);
        impl RandomSource for Fixed {
            fn bits(&mut self) -> u64 {
                self.0
            }
        }
        let (least, most) = (Fixed(0).unit(), Fixed(u64::MAX).unit());
        assert!(least > 0.0 && most < 1.0 && least == 1.0 - most);
        assert!(!Fixed(0).chance(0.0) && Fixed(u64::MAX).chance(1.0) && !Fixed(0).chance(f64::NAN));
        assert_eq!((Fixed(u64::MAX).below(7), Fixed(u64::MAX).below(u64::MAX)), (6, u64::MAX - 1));
    }

    /// Every bit of the address moves every bit of the first number with probability a half, from ordinary small addresses.
    #[test]
    fn every_input_bit_moves_every_output_bit() {
        const BASES: u64 = 4096;
        let first = |x: [u64; 5]| {
            let seed = Seed { root: x[0], replication: x[1] };
            KeyedRng::new(key(seed, (x[4] >> 32) as u32, x[2], x[3], x[4] as u32)).bits()
        };
        for bit in 0..320 {
            let mut moved = [0u32; 64];
            for base in 0..BASES {
                let mut address = [1 + base / 1024, base % 4, base / 4 % 16, base, (base % 32) << 32 | (base / 512)];
                let before = first(address);
                address[bit / 64] ^= 1 << (bit % 64);
                let change = before ^ first(address);
                (0..64).for_each(|out| moved[out] += (change >> out & 1) as u32);
            }
            for (out, &moved) in moved.iter().enumerate() {
                // 20 480 cells: 5.9 standard deviations leave one false alarm in 13 000 designs.
                let z = (f64::from(moved) - BASES as f64 / 2.0) / (BASES as f64 / 4.0).sqrt();
                assert!(z.abs() < 5.9, "input bit {bit} moves output bit {out} {moved} times in {BASES}");
            }
        }
    }

    /// Draws at neighbouring addresses: χ² of bytes at both ends of the word, χ² of pairs, and lag correlations.
    #[test]
    fn neighbours_are_independent() {
        const COUNT: usize = 1_000_000;
        let seed = Seed::from(1);
        let walks: [(&str, &dyn Fn(u64) -> Key); 5] = [
            ("index", &|i| key(seed, 1, 0, i, 0)),
            ("source", &|i| key(seed, 1, i, 0, 0)),
            ("n", &|i| key(seed, 1, 0, 0, i as u32)),
            ("purpose", &|i| key(seed, i as u32, 0, 0, 0)),
            ("replication", &|i| key(seed.replicate(i), 1, 0, 0, 0)),
        ];
        for (name, address) in walks {
            let words: Vec<u64> = (0..COUNT as u64).map(|i| KeyedRng::new(address(i)).bits()).collect();
            judge(name, &words);
        }
        let mut stream = Stream::new(seed, 2, 0);
        judge("stream", &(0..COUNT).map(|_| stream.bits()).collect::<Vec<_>>());
        let streams: Vec<u64> = (0..COUNT as u64).map(|entity| Stream::new(seed, 2, entity).bits()).collect();
        judge("streams", &streams);
    }

    /// 7 walks × 11 tests; each limit is passed by chance once in a million.
    fn judge(name: &str, words: &[u64]) {
        let count = words.len() as f64;
        let chi_squared = |what: &str, cells: usize, cell: &dyn Fn(usize) -> usize| {
            let mut seen = vec![0.0; cells];
            (1..words.len()).for_each(|i| seen[cell(i)] += 1.0);
            let expected = (count - 1.0) / cells as f64;
            let sum: f64 = seen.iter().map(|seen| (seen - expected) * (seen - expected) / expected).sum();
            let p = gamma_cdf((cells - 1) as f64 / 2.0, sum / 2.0);
            assert!((5e-7..1.0 - 5e-7).contains(&p), "{name}: χ² of {what} is {sum}, at {p} of its distribution");
        };
        chi_squared("low bytes", 256, &|i| words[i] as usize & 255);
        chi_squared("high bytes", 256, &|i| (words[i] >> 56) as usize);
        chi_squared("pairs", 4096, &|i| (words[i] >> 58 << 6 | words[i - 1] >> 58) as usize);
        let units: Vec<f64> = words.iter().map(|word| (word >> 11) as f64 / (1u64 << 53) as f64 - 0.5).collect();
        for lag in [1, 2, 3, 4, 7, 16, 64, 256] {
            let sum: f64 = units.iter().zip(&units[lag..]).map(|(a, b)| a * b).sum();
            // Each product has variance 1/144, and the products at one lag are uncorrelated.
            let z = sum * 12.0 / (count - lag as f64).sqrt();
            assert!(z.abs() < 4.89, "{name}: lag {lag} has z {z}");
        }
    }

    #[test]
    fn the_traits_of_rand_are_served_from_the_same_bits() {
        use rand::Rng;
        let start = Stream::new(Seed::from(1), 1, 1);
        let (mut a, mut b) = (start.clone(), start);
        assert_eq!(a.next_u64(), b.bits());
        assert_eq!(u64::from(a.next_u32()), b.bits() >> 32);
        assert_eq!(Borrowed(&mut a).bits(), b.bits());
        let mut bytes = [0; 8];
        a.fill_bytes(&mut bytes);
        assert_eq!(u64::from_le_bytes(bytes), b.bits());
    }

    #[test]
    fn seeds_show_their_replication() {
        assert_eq!(Seed::from(1).to_string(), "1");
        assert_eq!(Seed::from(1).replicate(3).to_string(), "1/3");
        assert_eq!("1".parse(), Ok(Seed::from(1)));
        assert_eq!("1/3".parse(), Ok(Seed::from(1).replicate(3)));
        assert!(["", "1/", "/3", "-1", "1/2/3"].iter().all(|text| text.parse::<Seed>().is_err()));
    }
}
