//! What a person most likely meant: the nearest of the names that would have been right.

use strsim::osa_distance;

/// Words longer than this are not worth a comparison of all their letters.
const LONGEST_WORD: usize = 64;

/// The candidate nearest to `word`, if it is near enough to be a slip of the pen: at most a third of the letters (and at
/// least one) wrong, or the same words in another order or case (`until_time` for `time_until`).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > LONGEST_WORD {
        return None;
    }
    let limit = length.max(3) / 3;
    let mut best: Option<(usize, &str)> = None;
    // The distance is at least the difference in length: what differs by more is not compared letter by letter.
    let is_as_long = |candidate: &&str| candidate.chars().take(length + limit + 1).count() <= length + limit;
    for candidate in candidates.into_iter().filter(is_as_long) {
        let found = if words(candidate) == words(word) { 0 } else { osa_distance(word, candidate) };
        if found <= limit && best.is_none_or(|(least, _)| found < least) {
            best = Some((found, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// "did you mean `rate`?" where a candidate is near, otherwise all candidates by name, otherwise nothing.
pub fn suggestion(word: &str, candidates: &[&str], otherwise: &str) -> Option<String> {
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    (!candidates.is_empty()).then(|| format!("{otherwise} {}", listed(candidates)))
}

/// Names in backticks with commas between, cut after the twentieth.
pub fn listed(names: &[&str]) -> String {
    const MOST: usize = 20;
    let mut text: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        text.push(format!("and {} more", names.len() - MOST));
    }
    text.join(", ")
}

/// The words of a name in lower case and alphabetical order.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = name.split(['_', '-', ' ']).map(str::to_lowercase).collect();
    words.sort();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_names_are_suggested() {
        let names = ["rate", "until", "classes", "time_until"];
        assert_eq!(nearest("rat", names), Some("rate"));
        // Two neighbours that changed places are one slip, in letters and not in bytes.
        assert_eq!((nearest("raet", names), nearest("räte", names)), (Some("rate"), Some("rate")));
        assert_eq!(nearest("RATE", names), Some("rate"));
        assert_eq!(nearest("until-time", names), Some("time_until"));
        assert_eq!(nearest("clases", names), Some("classes"));
        assert_eq!(nearest("seed", names), None);
        assert_eq!(nearest(&"rate".repeat(1000), names), None);
        // Ten thousand long names: in moments, which comparing their letters would not be.
        let long = "rate".repeat(1 << 20);
        assert_eq!(nearest("rates", std::iter::repeat_n(long.as_str(), 10_000).chain(["rate"])), Some("rate"));
    }

    #[test]
    fn suggestions_fall_back_to_the_list() {
        assert_eq!(suggestion("rat", &["rate"], "known are").as_deref(), Some("did you mean `rate`?"));
        assert_eq!(suggestion("x", &["rate", "seed"], "known are").as_deref(), Some("known are `rate`, `seed`"));
        assert_eq!(suggestion("x", &[], "known are"), None);
        let many: Vec<&str> = std::iter::repeat_n("name", 25).collect();
        assert!(listed(&many).ends_with("`name`, and 5 more"));
    }
}
