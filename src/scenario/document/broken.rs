//! Broken documents and what is said of them, word by word.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Document, Set};
use crate::domain::money::Money;
use crate::engine::time::SimDuration;
use crate::scenario::problems::Problems;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "its fields are only read by serde")]
struct Scenario {
    seed: u64,
    until: SimDuration,
    #[serde(default)]
    demand: Demand,
    #[serde(default)]
    nodes: Vec<Nodes>,
    #[serde(default)]
    classes: BTreeMap<String, Class>,
    corners: Option<[f64; 2]>,
    method: Option<Method>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(dead_code, reason = "its fields are only read by serde")]
struct Demand {
    rule: Rule,
    rate: f64,
    drain: bool,
    trace: Option<String>,
    price: Option<Money>,
    honest: Option<Share>,
    small: Option<u8>,
    pair: Option<Pair>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "its fields are only read by serde")]
struct Nodes {
    name: String,
    count: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "its fields are only read by serde")]
struct Class {
    value: f64,
    harm: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Rule {
    #[default]
    Poisson,
    Day,
    OnOff,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(dead_code, reason = "its fields are only read by serde")]
enum Method {
    None,
    Again(u32),
    Sample { share: f64 },
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "f64")]
#[allow(dead_code, reason = "its fields are only read by serde")]
struct Share(f64);

impl TryFrom<f64> for Share {
    type Error = String;
    fn try_from(share: f64) -> Result<Share, String> {
        if (0.0..=1.0).contains(&share) { Ok(Share(share)) } else { Err(format!("`{share}` is not between 0 and 1")) }
    }
}

/// Two numbers of which the first must be the smaller: a rule that spans fields.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RawPair")]
#[allow(dead_code, reason = "its fields are only read by serde")]
struct Pair(f64, f64);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawPair {
    low: f64,
    high: f64,
}

impl Default for RawPair {
    fn default() -> RawPair {
        RawPair { low: 0.0, high: 0.0 }
    }
}

impl TryFrom<RawPair> for Pair {
    type Error = String;
    fn try_from(raw: RawPair) -> Result<Pair, String> {
        if raw.low < raw.high { Ok(Pair(raw.low, raw.high)) } else { Err("`low` must be below `high`".into()) }
    }
}

/// What is wrong with a text, however far it gets.
fn said(text: &str, sets: &[&str]) -> String {
    let sets: Vec<Set> = sets.iter().map(|set| set.parse().unwrap()).collect();
    let parsed = Document::from_text("x.toml", text, &sets).and_then(|document| document.parse::<Scenario>());
    parsed.map(|_| "all is well".to_owned()).unwrap_or_else(|problems: Problems| problems.to_string())
}

/// The same for a text that begins well.
fn said_after_head(text: &str) -> String {
    said(&format!("seed = 1\nuntil = \"24h\"\n{text}"), &[])
}

#[test]
fn a_good_document_reads() {
    let text = r#"
        corners = [1, 2.5]
        method = { sample = { share = 0.5 } }
        [demand]
        rule = "on-off"
        rate = 3
        price = "0.0125"
        honest = 1
        pair = { low = 1, high = 2 }
        [[nodes]]
        name = "fast"
        count = 5
        [classes.chat]
        value = 1.0
        harm = 0
    "#;
    assert_eq!(said_after_head(text), "all is well");
    assert_eq!(said("seed = 18446744073709551615\nuntil = \"0\"\nmethod = \"none\"", &[]), "all is well");
    assert_eq!(said("seed = 0x10\nuntil = \"0\"\nmethod.again = 2", &["demand.rule=day", "until=5m"]), "all is well");
}

#[test]
fn unknown_keys_and_names() {
    assert_eq!(
        said_after_head("[demand]\n  rat = 0.8\n"),
        "error: unknown key `rat`\n  --> x.toml:4:3\n   |\n 4 |   rat = 0.8\n   |   ^^^\n   = help: did you mean `rate`?"
    );
    assert_eq!(
        said_after_head("[[nodes]]\nname = \"a\"\ncount = 1\nspeed = 2"),
        "error: unknown key `speed`\n  --> x.toml:6:1\n   |\n 6 | speed = 2\n   | ^^^^^\n   = help: the keys here are `name`, `count`"
    );
    assert_eq!(
        said_after_head("[demand]\nrule = \"onoff\""),
        "error: unknown name `onoff`\n  --> x.toml:4:8\n   |\n 4 | rule = \"onoff\"\n   |        ^^^^^^^\n   = help: did you mean `on-off`?"
    );
    assert_eq!(
        said_after_head("method = { smaple = { share = 1 } }"),
        "error: unknown name `smaple`\n  --> x.toml:3:12\n   |\n 3 | method = { smaple = { share = 1 } }\n   |            ^^^^^^\n   = help: did you mean `sample`?"
    );
}

#[test]
fn missing_keys() {
    assert_eq!(said("until = \"1h\"", &[]), "error: missing key `seed`\n  --> x.toml");
    assert_eq!(
        said_after_head("[classes.chat]\nvalue = 1"),
        "error: missing key `harm`\n  --> x.toml:3:1\n   |\n 3 | [classes.chat]\n   | ^^^^^^^^^^^^^^"
    );
    assert_eq!(
        said_after_head("nodes = [{ name = \"a\", count = 1 }, { name = \"b\" }]"),
        "error: missing key `count`\n  --> x.toml:3:37\n   |\n 3 | nodes = [{ name = \"a\", count = 1 }, { name = \"b\" }]\n   |                                     ^^^^^^^^^^^^^^"
    );
}

#[test]
fn wrong_types_and_ranges() {
    for (line, message, place, help) in [
        ("rate = \"0.8\"", "expected a number, found `\"0.8\"`", "4:8", "write it without quotes: `0.8`"),
        ("rate = \"abc\"", "expected a number, found `\"abc\"`", "4:8", ""),
        ("rate = [1]", "expected a number, found an array", "4:8", ""),
        ("drain = 1", "expected `true` or `false`, found `1`", "4:9", ""),
        ("trace = 3", "expected a string, found `3`", "4:9", "write it in quotes: `\"3\"`"),
        ("price = true", "expected an amount, found `true`", "4:9", ""),
        (
            "price = 2e-7",
            "`0.0000002` is not an amount",
            "4:9",
            "write a decimal with at most six decimals, such as `0.0125`",
        ),
        ("rate = \"5%\"", "expected a number, found `\"5%\"`", "4:8", "write a share as a part of one: `0.05`"),
        ("small = 256", "expected a whole number from 0 to 255, found `256`", "4:9", ""),
        ("small = -1", "expected a whole number from 0 to 255, found `-1`", "4:9", ""),
        ("small = 1.0", "expected a whole number from 0 to 255, found `1.0`", "4:9", ""),
        ("honest = 1.5", "`1.5` is not between 0 and 1", "4:10", ""),
        ("rule = 3", "expected a name, found `3`", "4:8", ""),
        ("pair = [1, 2]", "expected a table, found an array", "4:8", ""),
        ("pair = { low = 2 }", "`low` must be below `high`", "4:8", ""),
    ] {
        let said = said_after_head(&format!("[demand]\n{line}"));
        let mut lines = said.lines();
        assert_eq!(lines.next(), Some(format!("error: {message}").as_str()));
        assert_eq!(lines.next(), Some(format!("  --> x.toml:{place}").as_str()));
        let helps: Vec<&str> = lines.filter_map(|line| line.strip_prefix("   = help: ")).collect();
        assert_eq!(helps.concat(), help, "{said}");
    }
    assert_eq!(
        said("seed = 1\nuntil = \"5 parsecs\"", &[]),
        "error: `5 parsecs` is not a duration\n  --> x.toml:2:9\n   |\n 2 | until = \"5 parsecs\"\n   |         ^^^^^^^^^^^\n   = help: write a number and a unit (ns, us, ms, s, min, h, d), such as `250ms`"
    );
    assert_eq!(
        said_after_head("corners = [1, 2, 3]"),
        "error: expected an array of 2 values, found 3 values\n  --> x.toml:3:11\n   |\n 3 | corners = [1, 2, 3]\n   |           ^^^^^^^^^"
    );
    assert_eq!(
        said_after_head("method = \"sample\""),
        "error: expected a table such as `{ sample = … }`, found `\"sample\"`\n  --> x.toml:3:10\n   |\n 3 | method = \"sample\"\n   |          ^^^^^^^^"
    );
    assert_eq!(
        said("seed = 99999999999999999999\nuntil = \"0\"", &[]).lines().next(),
        Some("error: expected a whole number, 0 or more, found `99999999999999999999`")
    );
}

#[test]
fn all_problems_at_once() {
    let text = "seed = -1\nutnil = \"24h\"\n\n[demand]\nrat = 0.8\nrule = \"dya\"\npair = { low = \"2\", high = 1 }\n[[nodes]]\nname = 5\ncount = 1\n[[nodes]]\nname = \"b\"\ncont = 2\n[classes]\nchat = { harm = true }\n";
    let expected = "\
error: expected a whole number, 0 or more, found `-1`
  --> x.toml:1:8
   |
 1 | seed = -1
   |        ^^

error: unknown key `utnil`
  --> x.toml:2:1
   |
 2 | utnil = \"24h\"
   | ^^^^^
   = help: did you mean `until`?

error: unknown key `rat`
  --> x.toml:5:1
   |
 5 | rat = 0.8
   | ^^^
   = help: did you mean `rate`?

error: unknown name `dya`
  --> x.toml:6:8
   |
 6 | rule = \"dya\"
   |        ^^^^^
   = help: did you mean `day`?

error: expected a number, found `\"2\"`
  --> x.toml:7:16
   |
 7 | pair = { low = \"2\", high = 1 }
   |                ^^^
   = help: write it without quotes: `2`

error: expected a string, found `5`
  --> x.toml:9:8
   |
 9 | name = 5
   |        ^
   = help: write it in quotes: `\"5\"`

error: unknown key `cont`
  --> x.toml:13:1
   |
13 | cont = 2
   | ^^^^
   = help: did you mean `count`?

error: missing key `value`
  --> x.toml:15:8
   |
15 | chat = { harm = true }
   |        ^^^^^^^^^^^^^^^

error: expected a number, found `true`
  --> x.toml:15:17
   |
15 | chat = { harm = true }
   |                 ^^^^

9 problems in x.toml";
    assert_eq!(said(text, &[]), expected);
}

#[test]
fn syntax_errors_have_the_same_form() {
    assert_eq!(
        said("seed = 1\nuntil = 24h\n", &[]),
        "error: `24h` is not a value\n  --> x.toml:2:9\n   |\n 2 | until = 24h\n   |         ^^^\n   = help: text, durations and amounts stand in quotes: `\"24h\"`"
    );
    assert_eq!(
        said("seed = 1\nseed = 2\n", &[]),
        "error: the key `seed` is written twice\n  --> x.toml:2:1\n   |\n 2 | seed = 2\n   | ^^^^\n   = help: keep one of the two"
    );
    assert_eq!(
        said("a = [1, 2", &[]),
        "error: an array without its end\n  --> x.toml:1:10\n   |\n 1 | a = [1, 2\n   |          ^\n   = help: close it with `]`"
    );
    assert_eq!(
        said(&format!("a = {}{}", "[".repeat(90), "]".repeat(90)), &[]).lines().next(),
        Some("error: tables and lists nested too deeply")
    );
    assert_eq!(
        said("a = 1e999", &[]),
        "error: the float `1e999` is out of range\n  --> x.toml:1:5\n   |\n 1 | a = 1e999\n   |     ^^^^^"
    );
}

#[test]
fn settings_say_where_they_come_from() {
    let text = "seed = 1\nuntil = \"1h\"\n[[nodes]]\nname = \"fast\"\ncount = 1\n";
    assert_eq!(
        said(text, &["nodes[fast].count=3", "nodes[0].name=slow", "classes.chat={value=1,harm=2}"]),
        "all is well"
    );
    for (set, expected) in [
        (
            "demand.rat=0.8",
            "unknown key `rat`\n  --> command line `--set demand.rat=0.8`\n   = help: did you mean `rate`?",
        ),
        ("demand.rate=fast", "expected a number, found `\"fast\"`\n  --> command line `--set demand.rate=fast`"),
        (
            "nodes[1].count=3",
            "`nodes[1]` is out of range: `nodes` has 1 entry\n  --> command line `--set nodes[1].count=3`\n   = help: entries are counted from 0, so the last is `nodes[0]`",
        ),
        (
            "nodes[fats].count=3",
            "`nodes` has no entry named `fats`\n  --> command line `--set nodes[fats].count=3`\n   = help: did you mean `fast`?",
        ),
        ("seed.x=3", "`seed` is an integer and has no key `x`\n  --> command line `--set seed.x=3`"),
        ("seed[0]=3", "`seed` is an integer, not an array\n  --> command line `--set seed[0]=3`"),
        ("sede[0]=3", "there is no array `sede`\n  --> command line `--set sede[0]=3`"),
        ("extends=[]", "`extends` can be written in a file only\n  --> command line `--set extends=[]`"),
    ] {
        assert_eq!(said(text, &[set]), format!("error: {expected}"));
    }
    let both = said(text, &["nodes[1].count=3", "seed[0]=1"]);
    assert!(both.ends_with("\n\n2 problems in x.toml"), "{both}");
    assert_eq!(
        "demand.rate".parse::<Set>(),
        Err("`demand.rate` has no `=`; write a path and a value such as `demand.rate=0.8`".into())
    );
    assert_eq!("a..b=1".parse::<Set>(), Err("an empty key in the path `a..b`".into()));
}

#[test]
fn wide_lines_and_tabs_are_cut_to_fit() {
    assert_eq!(
        said_after_head("[demand]\n\trat\t= 1"),
        "error: unknown key `rat`\n  --> x.toml:4:2\n   |\n 4 |     rat    = 1\n   |     ^^^\n   = help: did you mean `rate`?"
    );
    let wide = format!("nodes = [{}{{ nmae = 1 }}, {}]", "{ name = \"a\", count = 1 }, ".repeat(9), "5, ".repeat(40));
    let said = said_after_head(&wide);
    let shown: Vec<&str> = said.lines().skip(3).take(2).collect();
    assert_eq!(
        shown,
        [
            " 3 | …unt = 1 }, { name = \"a\", count = 1 }, { nmae = 1 }, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, …",
            "   |                                          ^^^^",
        ]
    );
}
