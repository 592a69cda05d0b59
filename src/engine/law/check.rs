//! Which parameters belong to which law, and what they may be.

use super::forms::Form;
use super::{Law, LawName, Quantity};
use crate::engine::mistake::Mistake;
use crate::engine::time::SimDuration;
use crate::maths::normal_cdf;

/// The most values or means of a law.
pub const ENTRIES: usize = 1 << 20;

impl<Q: Quantity> Law<Q> {
    /// Everything wrong with this law: parameters that do not belong to it, that are missing, or that are out of range, or
    /// values that are still in their file.
    pub fn check(&self) -> Vec<Mistake> {
        let mut problems = self.check_written();
        if problems.is_empty() && self.file.is_some() {
            let message = format!("`file` of law `{}` is not read here", self.law.name());
            problems.push(Mistake::new("file", message, "give its `values`"));
        }
        problems
    }

    /// The same of what is written, whether or not its file has been read.
    pub fn check_written(&self) -> Vec<Mistake> {
        let problems = self.check_names();
        if problems.is_empty() { self.check_ranges() } else { problems }
    }

    /// The names of the parameters given.
    fn given(&self) -> Vec<&'static str> {
        let fields = [
            ("value", self.value.is_some()),
            ("mean", self.mean.is_some()),
            ("median", self.median.is_some()),
            ("mode", self.mode.is_some()),
            ("deviation", self.deviation.is_some()),
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("low", self.low.is_some()),
            ("high", self.high.is_some()),
            ("share", self.share.is_some()),
            ("sigma", self.sigma.is_some()),
            ("cv", self.cv.is_some()),
            ("shape", self.shape.is_some()),
            ("stages", self.stages.is_some()),
            ("means", self.means.is_some()),
            ("values", self.values.is_some()),
            ("weights", self.weights.is_some()),
            ("file", self.file.is_some()),
            ("column", self.column.is_some()),
            ("unit", self.unit.is_some()),
            ("scale", self.scale.is_some()),
        ];
        fields.into_iter().filter(|field| field.1).map(|field| field.0).collect()
    }

    fn check_names(&self) -> Vec<Mistake> {
        let (given, law) = (self.given(), self.law.name());
        let problem = |field, message| Mistake::new(field, message, self.law.takes());
        let forms = self.law.forms();
        let known = |name: &&str| forms.iter().any(|form| form.needs.contains(name) || form.also.contains(name));
        let (known, strange): (Vec<&str>, Vec<&str>) = given.into_iter().partition(known);
        let mut problems: Vec<Mistake> = strange
            .into_iter()
            .map(|field| problem(field, format!("`{field}` is no parameter of law `{law}`")))
            .collect();
        // The form meant is the one most of which is there.
        let there = |form: &&Form| form.needs.iter().filter(|name| known.contains(name)).count();
        let complete = |form: &&Form| there(form) == form.needs.len();
        let meant = forms.iter().find(complete).or_else(|| forms.iter().rev().max_by_key(there));
        let meant = meant.expect("every law has a form");
        for &field in meant.needs.iter().filter(|name| !known.contains(name)) {
            problems.push(problem(field, format!("law `{law}` lacks `{field}`")));
        }
        if complete(&meant) {
            let beside = meant.needs.join("` and `");
            let more = known.iter().filter(|name| !meant.needs.contains(name) && !meant.also.contains(name));
            match more.copied().collect::<Vec<&str>>()[..] {
                [] => {}
                [field] => problems.push(problem(field, format!("`{field}` is one too many beside `{beside}`"))),
                [field, ref others @ ..] => {
                    let message = format!("`{field}` and `{}` are too many beside `{beside}`", others.join("`, `"));
                    problems.push(problem(field, message));
                }
            }
        }
        problems
    }

    /// Parameters out of range, given that they are the right ones.
    fn check_ranges(&self) -> Vec<Mistake> {
        let mut found = Found { law: self.law.name(), problems: Vec::new() };
        let quantities = [
            ("value", self.value),
            ("mean", self.mean),
            ("median", self.median),
            ("mode", self.mode),
            ("deviation", self.deviation),
            ("min", self.min),
            ("max", self.max),
            ("low", self.low),
            ("high", self.high),
        ];
        for (field, quantity) in quantities {
            let positive = matches!(field, "median" | "deviation")
                || (field == "mean" && self.law != LawName::Normal)
                || (field == "min" && self.law == LawName::Pareto);
            let least = if positive { 0.0 } else { f64::MIN };
            found.within(field, quantity.map(Q::number), least, f64::MAX);
        }
        found.within("share", self.share, 0.0, 1.0);
        found.within("sigma", self.sigma, 0.0, 10.0);
        let balanced = self.law == LawName::Hyperexponential;
        found.within("cv", self.cv, f64::from(u8::from(balanced)), 1000.0);
        let least_shape = match self.law {
            LawName::Gamma => 1e-6,
            LawName::Weibull => 0.05,
            _ if self.mean.is_some() => 1.0 + 1e-9,
            _ => 0.01,
        };
        found.within("shape", self.shape, least_shape, 1e6);
        found.within("stages", self.stages.map(f64::from), 1.0, 1e6);
        found.list("means", &self.means, 0.0);
        found.list("values", &self.values, f64::MIN);
        found.list("weights", &self.weights, 0.0);
        found.within("scale", self.scale, 0.0, 1e18);
        if self.scale == Some(0.0) {
            found.say("scale", "makes nothing of every number", "leave it out to take the numbers as they are");
        }
        if self.unit == Some(SimDuration::ZERO) {
            found.say("unit", "is no time", "write for example `\"1s\"`");
        }
        if found.problems.is_empty() {
            self.check_together(&mut found);
        }
        found.problems
    }

    /// What holds between parameters, each in range by itself.
    fn check_together(&self, found: &mut Found) {
        let number = |quantity: Option<Q>| quantity.map(Q::number);
        let (min, mode, max) = (number(self.min), number(self.mode), number(self.max));
        match self.law {
            LawName::Uniform | LawName::Triangular if min > max => found.say("max", "is below `min`", "swap the two"),
            LawName::Triangular if mode < min || mode > max => {
                found.say("mode", "is not between `min` and `max`", "it is the likeliest value");
            }
            LawName::Pareto if max.is_some() && max <= min => {
                found.say("max", "is not above `min`", "leave it out for a tail without end");
            }
            LawName::Normal => self.check_normal(found),
            _ => {}
        }
        if let Some(weights) = &self.weights {
            let options = self.means.as_ref().or(self.values.as_ref()).map_or(0, Vec::len);
            if weights.len() != options {
                found.say("weights", &format!("are {} for {options}", weights.len()), "give one weight for each");
            } else if !(weights.iter().sum::<f64>() > 0.0 && weights.iter().sum::<f64>().is_finite()) {
                found.say("weights", "are all zero, or beyond counting", "at least one is above zero");
            }
        }
    }

    fn check_normal(&self, found: &mut Found) {
        let normal = self.normal();
        if self.cv.is_some() && normal.mean <= 0.0 {
            found.say("mean", "is not above zero, so `cv` means nothing", "give `deviation` instead of `cv`");
        } else if normal.min > normal.max {
            found.say("max", "is below `min`, which is zero unless given", "swap the two, or give `min`");
        } else if normal.share() < 1e-3 {
            let message = "is so far outside `min` (zero unless given) and `max` that less than a thousandth remains";
            found.say("mean", message, "widen the limits or move the mean between them");
        }
    }

    /// The normal this law means.
    pub(super) fn normal(&self) -> Normal {
        let number = |quantity: Option<Q>, otherwise| quantity.map_or(otherwise, Q::number);
        let mean = number(self.mean, 0.0);
        let deviation = self.cv.map_or(number(self.deviation, 0.0), |cv| cv * mean);
        Normal { mean, deviation, min: number(self.min, 0.0), max: number(self.max, f64::MAX) }
    }
}

/// A normal before truncation, and where it is cut.
pub(super) struct Normal {
    pub mean: f64,
    pub deviation: f64,
    pub min: f64,
    pub max: f64,
}

impl Normal {
    /// The probability of staying within the limits.
    fn share(&self) -> f64 {
        if self.deviation == 0.0 {
            return f64::from(u8::from(self.min <= self.mean && self.mean <= self.max));
        }
        normal_cdf((self.max - self.mean) / self.deviation) - normal_cdf((self.min - self.mean) / self.deviation)
    }
}

struct Found {
    law: &'static str,
    problems: Vec<Mistake>,
}

impl Found {
    fn say(&mut self, field: &'static str, message: &str, help: &str) {
        let message = format!("`{field}` of law `{}` {message}", self.law);
        self.problems.push(Mistake::new(field, message, help));
    }

    fn within(&mut self, field: &'static str, value: Option<f64>, least: f64, most: f64) {
        let Some(value) = value else { return };
        if !value.is_finite() {
            self.say(field, "is not a finite number", "give a number");
        } else if value < least {
            let help =
                if least == 0.0 { "it must not be negative".to_string() } else { format!("it is at least {least}") };
            self.say(field, "is too small", &help);
        } else if value > most {
            self.say(field, "is too large", &format!("it is at most {most}"));
        }
    }

    fn list<Q: Quantity>(&mut self, field: &'static str, list: &Option<Vec<Q>>, least: f64) {
        let Some(list) = list else { return };
        if list.is_empty() || list.len() > ENTRIES {
            self.say(field, &format!("has {} entries", list.len()), &format!("give between 1 and {ENTRIES}"));
        } else if list.iter().any(|entry| !entry.number().is_finite() || entry.number() < least) {
            self.say(field, "has an entry that is negative or not a finite number", "give numbers in range");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Mistake {
        let law: Law<f64> = toml::from_str(text).unwrap();
        law.check().into_iter().next().unwrap_or_else(|| panic!("{text} passes"))
    }

    fn said(text: &str, field: &str, message: &str, help: &str) {
        let problem = first(text);
        assert_eq!((problem.key, problem.message.as_str(), problem.help.as_str()), (field, message, help));
    }

    #[test]
    fn parameters_that_do_not_fit_are_said_with_their_remedy() {
        said(
            "law = \"exponential\"\nmean = 1\nmedian = 2",
            "median",
            "`median` is no parameter of law `exponential`",
            "`exponential` takes `mean`",
        );
        said(
            "law = \"gamma\"\nmean = 1",
            "cv",
            "law `gamma` lacks `cv`",
            "`gamma` takes `mean` and `cv`, or `mean` and `shape`",
        );
        said(
            "law = \"gamma\"\nmean = 1\ncv = 2\nshape = 3",
            "shape",
            "`shape` is one too many beside `mean` and `cv`",
            "`gamma` takes `mean` and `cv`, or `mean` and `shape`",
        );
        said(
            "law = \"hyperexponential\"\nmeans = [1]",
            "weights",
            "law `hyperexponential` lacks `weights`",
            "`hyperexponential` takes `mean` and `cv`, or `means` and `weights`",
        );
    }

    #[test]
    fn values_are_listed_or_in_a_file() {
        let takes =
            "`empirical` takes `values` (optionally `weights`), or `file` and `column` (optionally `unit` and `scale`)";
        let law = |rest: &str| format!("law = \"empirical\"\n{rest}");
        said(&law("file = \"a.csv\""), "column", "law `empirical` lacks `column`", takes);
        said(&law(""), "values", "law `empirical` lacks `values`", takes);
        let both = law("values = [1]\nfile = \"a.csv\"\ncolumn = \"b\"");
        said(&both, "file", "`file` and `column` are too many beside `values`", takes);
        let weighed = law("file = \"a.csv\"\ncolumn = \"b\"\nweights = [1]");
        said(&weighed, "weights", "`weights` is one too many beside `file` and `column`", takes);
        let unread = "file = \"a.csv\"\ncolumn = \"b\"\nunit = \"1min\"\nscale = 2";
        said(&law(unread), "file", "`file` of law `empirical` is not read here", "give its `values`");
        let written: Law<f64> = toml::from_str(&law(unread)).unwrap();
        assert_eq!(written.check_written(), []);
        let scaled = |scale: &str| law(&unread.replace("scale = 2", &format!("scale = {scale}")));
        said(&scaled("-1"), "scale", "`scale` of law `empirical` is too small", "it must not be negative");
        let nothing = "leave it out to take the numbers as they are";
        said(&scaled("0"), "scale", "`scale` of law `empirical` makes nothing of every number", nothing);
        said(
            &law(&unread.replace("1min", "0")),
            "unit",
            "`unit` of law `empirical` is no time",
            "write for example `\"1s\"`",
        );
        let foreign = "law = \"constant\"\nvalue = 1\nfile = \"a.csv\"";
        said(foreign, "file", "`file` is no parameter of law `constant`", "`constant` takes `value`");
    }

    #[test]
    fn values_out_of_range_are_said_with_their_remedy() {
        said(
            "law = \"either\"\nlow = 1\nhigh = 2\nshare = 1.5",
            "share",
            "`share` of law `either` is too large",
            "it is at most 1",
        );
        said(
            "law = \"exponential\"\nmean = -1",
            "mean",
            "`mean` of law `exponential` is too small",
            "it must not be negative",
        );
        said(
            "law = \"exponential\"\nmean = nan",
            "mean",
            "`mean` of law `exponential` is not a finite number",
            "give a number",
        );
        said(
            "law = \"hyperexponential\"\nmean = 1\ncv = 0.5",
            "cv",
            "`cv` of law `hyperexponential` is too small",
            "it is at least 1",
        );
        said("law = \"uniform\"\nmin = 2\nmax = 1", "max", "`max` of law `uniform` is below `min`", "swap the two");
        said(
            "law = \"empirical\"\nvalues = [1, 2]\nweights = [1]",
            "weights",
            "`weights` of law `empirical` are 1 for 2",
            "give one weight for each",
        );
        for text in [
            "law = \"pareto\"\nmean = 2\nshape = 1",
            "law = \"pareto\"\nmean = 2\nshape = 3\nmax = 9",
            "law = \"pareto\"\nmin = 2\nshape = 3\nmax = 2",
            "law = \"triangular\"\nmin = 1\nmode = 5\nmax = 3",
            "law = \"normal\"\nmean = -5\ndeviation = 1",
            "law = \"normal\"\nmean = -5\ncv = 1",
            "law = \"normal\"\nmean = -5\ndeviation = 0",
            "law = \"normal\"\nmean = 1\ndeviation = 1\nmax = -1",
            "law = \"empirical\"\nvalues = []",
            "law = \"empirical\"\nvalues = [1]\nweights = [0]",
            "law = \"erlang\"\nmean = 1\nstages = 0",
            "law = \"constant\"",
        ] {
            first(text);
        }
    }
}
