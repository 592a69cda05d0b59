//! What `new` writes is a good beginning: it is whole, right, and asks what it says.

use std::fs;

use super::desk::{Desk, json};

/// Each file is checked without a problem or a warning, and its name stands in it.
#[test]
fn every_template_is_right() {
    let desk = Desk::new("new-templates");
    for (words, files) in [
        ("new shop-1", &["shop-1.toml"][..]),
        ("new --template market shop-2", &["shop-2.toml"]),
        ("new --template verification verified", &["verified.toml"]),
        ("new --study asked", &["asked.toml", "asked-base.toml"]),
    ] {
        let before = desk.names();
        let printed = desk.print(words);
        let mut written: Vec<String> = desk.names().into_iter().filter(|name| !before.contains(name)).collect();
        written.sort_by_key(|name| name.len());
        assert_eq!(written, files, "{words}");
        for file in files {
            assert!(printed.contains(file), "`{words}`: {printed}");
            let checked = &json(&desk.print(&format!("check {file} --format json")))[0];
            assert_eq!(checked["ok"], true, "{checked}");
            assert_eq!(checked["warnings"].as_array().map(Vec::len), Some(0), "{checked}");
            let text = fs::read_to_string(desk.path(file)).expect("the file");
            let name = file.trim_end_matches(".toml");
            assert!(text.contains(&format!("name = \"{name}\"")) && !text.contains("NAME"), "{text}");
        }
    }
    let same = |name: &str| fs::read_to_string(desk.path(&format!("{name}.toml"))).expect("a file").replace(name, "");
    assert_eq!(same("shop-1"), same("shop-2"), "the template that is meant where none is named");
}

/// Checks take place and cost something, and some of them find what is wrong.
#[test]
fn the_template_of_verification_verifies() {
    let desk = Desk::new("new-verification");
    desk.print("new --template verification shop");
    let run = json(&desk.print("run shop.toml --format json"));
    let number = |column: &str| run[column].as_f64().unwrap_or_else(|| panic!("no number `{column}`"));
    for column in ["checks", "wrong_alarmed", "charged_verification", "slashed", "final_right_share"] {
        assert!(number(column) > 0.0, "{column}");
    }
    let share = number("checks") / (number("fate_final_right") + number("fate_final_wrong") + number("revoked"));
    assert!((0.03..0.07).contains(&share), "one answer in twenty is checked: {share}");
}

#[test]
fn what_is_there_stays_and_nothing_else_is_written() {
    let desk = Desk::new("new-refused");
    for taken in ["shop.toml", "shop-base.toml"] {
        fs::write(desk.path(taken), "precious").expect("written");
        let message = desk.fail("new --study shop", 2);
        assert!(message.contains(&format!("`{taken}` is there already")), "{message}");
        assert_eq!(desk.names(), [taken]);
        assert_eq!(fs::read_to_string(desk.path(taken)).expect("the file"), "precious");
        fs::remove_file(desk.path(taken)).expect("removed");
    }
    for words in ["new --template weather shop", "new --template verification --study shop", "new --study a.b"] {
        desk.fail(words, 2);
    }
    assert!(desk.names().is_empty());
}
