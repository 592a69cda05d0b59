//! Numbers for texts, in the order of first appearance.

/// Finds the place of a text in a dictionary: open addressing, at most half full. The order of the slots is never
/// seen; codes go by first appearance.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    /// A place in the dictionary plus one, or zero; as many as a power of two, or none.
    slots: Vec<u32>,
}

impl Codes {
    const FEWEST_SLOTS: usize = 32;

    /// The code of a text, which is added where the dictionary lacks it. The dictionary is always the same one, changed
    /// by nothing else.
    pub fn code(&mut self, text: &str, dictionary: &mut Vec<String>) -> u32 {
        if self.slots.len() < 2 * (dictionary.len() + 1) {
            self.grow(dictionary);
        }
        let mask = self.slots.len() - 1;
        let mut slot = spread(text) as usize & mask;
        loop {
            match self.slots[slot] {
                0 => {
                    dictionary.push(text.to_string());
                    self.slots[slot] = dictionary.len() as u32;
                    return dictionary.len() as u32 - 1;
                }
                place if dictionary[place as usize - 1] == text => return place - 1,
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    #[cold]
    fn grow(&mut self, dictionary: &[String]) {
        let count = (2 * self.slots.len()).max(Codes::FEWEST_SLOTS);
        self.slots.clear();
        self.slots.resize(count, 0);
        for (place, text) in dictionary.iter().enumerate() {
            let mut slot = spread(text) as usize & (count - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (count - 1);
            }
            self.slots[slot] = place as u32 + 1;
        }
    }

    /// Forgets all texts and keeps the room; for when the dictionary is emptied.
    pub fn clear(&mut self) {
        self.slots.fill(0);
    }
}

/// A hash for the slots alone: eight bytes at a time times the golden ratio, folded so that the low bits feel the high.
fn spread(text: &str) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |state: u64, word: u64| {
        let product = u128::from(state ^ word) * u128::from(GOLDEN);
        (product as u64) ^ (product >> 64) as u64
    };
    let bytes = text.as_bytes();
    let mut state = (bytes.len() as u64).wrapping_mul(GOLDEN);
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        let (words, _) = bytes.as_chunks::<8>();
        for word in &words[1..] {
            state = fold(state, u64::from_le_bytes(*word));
        }
        state = fold(state, u64::from_le_bytes(*first));
        fold(state, u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        fold(state, u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)))
    } else {
        let word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        fold(state, word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many distinct texts: of every length, sharing beginnings and ends.
    #[test]
    fn every_text_keeps_its_code() {
        let texts: Vec<String> =
            (0..20_000).map(|i| format!("{}{i}{}", "a".repeat(i % 19), "z".repeat(i % 23))).collect();
        let (mut codes, mut dictionary) = (Codes::default(), Vec::new());
        for _ in 0..2 {
            for (place, text) in texts.iter().enumerate() {
                assert_eq!(codes.code(text, &mut dictionary), place as u32);
            }
        }
        assert_eq!(dictionary, texts);
    }

    /// With 20 000 texts in slots at most half full, a good hash needs about 1.5 looks; 3 would be a poor one.
    #[test]
    fn texts_spread_over_the_slots() {
        let slots = 65_536usize;
        let mut taken = vec![false; slots];
        let mut looks = 0u64;
        for number in 0..20_000 {
            let mut slot = spread(&format!("node-{number:05}")) as usize & (slots - 1);
            looks += 1;
            while std::mem::replace(&mut taken[slot], true) {
                slot = (slot + 1) & (slots - 1);
                looks += 1;
            }
        }
        assert!(looks < 60_000, "{looks} looks for 20 000 texts");
    }
}
