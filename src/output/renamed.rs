//! The names that columns had before format 2 of outputs. Readers of a folder ask for today's names alone; this is the one
//! place that knows the others.

/// The first format with today's names.
const SINCE: u32 = 2;

/// Table, name before, name today.
const COLUMNS: &[(&str, &str, &str)] = &[
    ("jobs", "index", "job_index"),
    ("jobs", "requesters", "requester_group"),
    ("jobs", "right", "is_right"),
    ("jobs", "wrong", "wrong_kind"),
    ("jobs", "alive_without_compute", "is_placeable_without_compute"),
    ("jobs", "alive_without_coordination", "is_placeable_without_coordination"),
    ("jobs", "alive_without_latency", "is_placeable_without_latency"),
    ("jobs", "alive_without_verification", "is_placeable_without_verification"),
    ("jobs", "alive_without_distrust", "is_placeable_without_distrust"),
    ("series", "up", "nodes_up"),
    ("series", "listed", "nodes_listed"),
    ("nodes", "group", "party_group"),
    ("nodes", "asks", "ask_price"),
    ("nodes", "served", "attempts_answered"),
    ("nodes", "failed", "attempts_failed"),
    ("nodes", "up", "is_up"),
    ("validators", "validator", "checker"),
    ("validators", "group", "party_group"),
    ("validators", "checked", "checks"),
    ("validators", "up", "is_up"),
    ("checks", "index", "job_index"),
    ("checks", "check", "check_index"),
    ("checks", "by", "checker"),
    ("checks", "drawn_ns", "asked_ns"),
    ("checks", "answered_ns", "voted_ns"),
    ("checks", "looked", "has_looked"),
    ("checks", "alarm", "is_alarm"),
    ("intervals", "method", "interval_method"),
    ("means", "failed", "runs_failed"),
    ("frontier", "failed", "runs_failed"),
    ("differences", "baseline", "baseline_point"),
    ("differences_by_class", "baseline", "baseline_point"),
];

/// The ends of an interval in the table `frontier`, after the name of the axis that was searched: before, today.
const ENDS: [(&str, &str); 2] = [("_lower", "_low"), ("_upper", "_high")];

/// How names of measures began: before, today.
const MEASURES: (&str, &str) = ("alive_without_", "placeable_without_");

/// Today's names of the columns of a table that was written in a format, in their order.
pub fn columns(format: u32, table: &str, written: &[String]) -> Vec<String> {
    let today = |name: &String| {
        if format >= SINCE {
            return name.clone();
        }
        if let Some((.., today)) = COLUMNS.iter().find(|(of, before, _)| *of == table && before == name) {
            return (*today).to_string();
        }
        for (before, today) in ENDS {
            // An axis may have such a name of its own; then there is no axis of the shorter name.
            if let Some(axis) = name.strip_suffix(before).filter(|axis| table == "frontier" && has(written, axis)) {
                return format!("{axis}{today}");
            }
        }
        measure(format, name)
    };
    written.iter().map(today).collect()
}

/// Today's text of a measure, or of a formula of measures, that was written in a format.
pub fn measure(format: u32, text: &str) -> String {
    let (before, today) = MEASURES;
    if format >= SINCE { text.to_string() } else { text.replace(before, today) }
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today(format: u32, table: &str, written: &[&str]) -> Vec<String> {
        columns(format, table, &written.iter().map(|name| name.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn names_of_the_first_format_are_known_by_their_table() {
        assert_eq!(today(1, "nodes", &["node", "group", "up"]), ["node", "party_group", "is_up"]);
        assert_eq!(today(1, "series", &["up", "failed"]), ["nodes_up", "failed"]);
        assert_eq!(today(2, "nodes", &["group"]), ["group"], "a column of that name in today's format is another");
    }

    #[test]
    fn measures_keep_what_stands_around_their_names() {
        assert_eq!(today(1, "means", &["chat_alive_without_compute_mean"]), ["chat_placeable_without_compute_mean"]);
        assert_eq!(measure(1, "x = *.alive_without_latency / *.jobs"), "x = *.placeable_without_latency / *.jobs");
    }

    #[test]
    fn only_the_axis_that_was_searched_has_ends() {
        let written = ["bid_lower", "price", "price_lower", "price_upper", "failed"];
        assert_eq!(today(1, "frontier", &written), ["bid_lower", "price", "price_low", "price_high", "runs_failed"]);
        assert_eq!(today(1, "means", &["price", "price_lower"]), ["price", "price_lower"]);
    }
}
