//! Keys that were renamed. A message about an old key gives its new name.

use crate::scenario::schema::notes;

/// The path of each key as it was, any place of a list as 0 and any chosen name as `NAME`, with what is written now.
const RENAMED: &[(&str, &str)] = &[("freeze", "`freeze = true` is now `twin = \"frozen\"`")];

/// What is written now in the place of a key that the table with these keys no longer has.
pub(super) fn help(known: &[&str], key: &str) -> Option<&'static str> {
    let is_meant = |path: &str| {
        let (table, last) = path.rsplit_once('.').unwrap_or(("", path));
        last == key && notes::is_at(table, known)
    };
    RENAMED.iter().find(|(path, _)| is_meant(path)).map(|(_, now)| *now)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An old key is no key of its table, and its table is there still.
    #[test]
    fn old_keys_are_gone_and_their_tables_are_not() {
        for (path, now) in RENAMED {
            let (table, key) = path.rsplit_once('.').unwrap_or(("", path));
            let known = notes::keys_at(table).unwrap_or_else(|| panic!("`{table}` is a table"));
            assert!(!known.contains(&key), "{path}");
            assert_eq!(help(&known, key), Some(*now));
            assert_eq!(help(&["most", "pause"], key), None, "{path} of another table");
        }
    }
}
