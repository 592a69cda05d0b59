//! Decisions: one folder per kind, one file per rule.
//!
//! A rule is its `Spec` (what the scenario says, immutable) and what it remembers is its `Memory` (plain data, kept by
//! the market). A rule sees values and its own draws and returns a choice; it never schedules, pays or changes the
//! market. To add a rule, write its file and add two adjacent lines to its kind: `mod` and an entry in `policies!`.

pub mod candidates;
pub mod chooser;
pub mod conduct;
pub mod demand;
pub mod input;
pub mod opinion;
pub mod pool;
pub mod pricing;
pub mod selection;
pub mod standing;
#[cfg(test)]
mod trial;
pub mod verdict;

use crate::domain::money::{LARGEST_FEE, Money};
use crate::engine::law::Law;
use crate::engine::mistake::Mistake;
use crate::engine::time::SimDuration;

/// What the market keeps beside a rule, because the rule looks at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The stakes of all listed parties, in a tree.
    pub stakes: bool,
    /// The weights of all listed parties in opinions, in a tree.
    pub opinions: bool,
    /// Where each client's last job ran.
    pub previous: bool,
    /// The surplus that each offer leaves the requester.
    pub surplus: bool,
}

impl Needs {
    /// Nothing but what every rule of its kind is shown.
    pub const NOTHING: Needs = Needs { stakes: false, opinions: false, previous: false, surplus: false };
}

/// What every rule says about itself: for `reliance rules`, the schema and the reference page, and for the scenario that
/// is checked before it runs.
pub trait Described {
    /// The name a scenario calls it by.
    const NAME: &'static str;
    /// What the rule does, in a sentence.
    const SUMMARY: &'static str;
    /// Where it comes from: a paper, a network's documents, or `assumed`.
    const SOURCE: &'static str;
    /// The rule's table as a scenario would write it (TOML, one inline table).
    const EXAMPLE: &'static str;
    /// What the market must keep for it.
    const NEEDS: Needs = Needs::NOTHING;

    /// The rule with every parameter at its default, or `None` where a parameter must be given.
    fn default_spec() -> Option<Self>
    where
        Self: Sized;

    /// The parameters that are amounts of money, by name. Each must lie from 0 to [`MOST`].
    fn amounts(&self) -> Vec<(&'static str, Money)> {
        Vec::new()
    }

    /// The parameters that are names of the scenario, by name.
    fn names(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }

    /// The parameters that are laws of time, by name; their values may be in files, which are read before [`check`].
    ///
    /// [`check`]: Described::check
    fn laws_mut(&mut self) -> Vec<(&'static str, &mut Law<SimDuration>)> {
        Vec::new()
    }

    /// What is wrong with the parameters taken together, or beyond their types. Amounts are looked at before.
    fn check(&self) -> Result<(), Mistake> {
        Ok(())
    }
}

/// The highest amount of a rule: a thousand million credits.
pub const MOST: Money = LARGEST_FEE;

/// What is wrong with an amount, if anything is.
pub fn check_amount(key: &'static str, amount: Money) -> Result<(), Mistake> {
    match amount {
        below if below < Money::ZERO => {
            Err(Mistake::new(key, format!("`{amount}` is below zero"), "write an amount of 0 or more"))
        }
        above if above > MOST => {
            Err(Mistake::new(key, format!("`{amount}` is beyond counting"), format!("write at most {MOST}")))
        }
        _ => Ok(()),
    }
}

/// What is wrong with the parameters of a rule, amounts first.
fn check<R: Described>(rule: &R) -> Result<(), Mistake> {
    rule.amounts().into_iter().try_for_each(|(key, amount)| check_amount(key, amount))?;
    rule.check()
}

/// One rule, as [`rules`] lists it.
#[derive(Clone, Debug)]
pub struct RuleNotes {
    /// The kind of decision.
    pub kind: &'static str,
    /// The name a scenario calls it by.
    pub name: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Its table, as a scenario would write it.
    pub example: &'static str,
    /// The JSON Schema of its table.
    pub schema: schemars::Schema,
}

/// Every rule of every kind, in the order of the lists.
pub fn rules() -> Vec<RuleNotes> {
    let kinds = [
        demand::ArrivalsTable::rules(),
        pool::PoolTable::rules(),
        chooser::ChooserTable::rules(),
        pricing::PricingTable::rules(),
        conduct::ConductTable::rules(),
        opinion::OpinionTable::rules(),
        selection::SelectionTable::rules(),
        verdict::VerdictTable::rules(),
        standing::StandingTable::rules(),
    ];
    kinds.into_iter().flatten().collect()
}

/// Declares a kind of decision from the list of its rules: the names, the scenario's table (`rule` beside one optional
/// table per rule), the chosen rule, the memory unless the kind has none, and the dispatch, one match per method.
///
/// A method that begins with `&mut memory` may change what the rule remembers, one with `&memory` reads it, and one
/// without either asks the rule alone (`&mut self` where the rule takes something in before the run).
macro_rules! policies {
    (
        kind $kind:literal: $Table:ident, $Chosen:ident, $Name:ident $(, $Memory:ident)?;
        rules { $($module:ident: $Variant:ident,)* }
        methods { $($methods:tt)* }
    ) => {
        #[doc = concat!("The names of the ", $kind, " rules.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum $Name {
            $(
                #[doc = concat!("See the module `", stringify!($module), "`.")]
                $Variant,
            )*
        }

        #[doc = concat!("The ", $kind, " rule of a scenario: its name, and its parameters in the table of that name.")]
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub struct $Table {
            /// Which rule decides.
            pub rule: $Name,
            $(
                #[doc = concat!("Parameters of the rule `", stringify!($module), "`.")]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $module: Option<$module::Spec>,
            )*
        }

        impl $Table {
            /// The rule of this name with every parameter at its default.
            pub fn named(rule: $Name) -> Self {
                $Table { rule, $($module: None,)* }
            }

            /// The chosen rule; `Err` names the table that must be given.
            pub fn chosen(&self) -> Result<$Chosen, &'static str> {
                match self.rule {
                    $($Name::$Variant => match &self.$module {
                        Some(spec) => Ok($Chosen::$Variant(spec.clone())),
                        None => <$module::Spec as $crate::policy::Described>::default_spec()
                            .map($Chosen::$Variant)
                            .ok_or(stringify!($module)),
                    },)*
                }
            }

            /// The laws of the chosen rule's table, if it is written, with the name of the rule.
            pub fn laws_mut(
                &mut self,
            ) -> (&'static str, Vec<(&'static str, &mut $crate::engine::law::Law<$crate::engine::time::SimDuration>)>) {
                match self.rule {
                    $($Name::$Variant => (
                        <$module::Spec as $crate::policy::Described>::NAME,
                        self.$module.as_mut().map(|spec| $crate::policy::Described::laws_mut(spec)).unwrap_or_default(),
                    ),)*
                }
            }

            /// What the market must keep for the chosen rule.
            pub fn needs(&self) -> $crate::policy::Needs {
                match self.rule {
                    $($Name::$Variant => <$module::Spec as $crate::policy::Described>::NEEDS,)*
                }
            }

            /// What each rule says about itself.
            pub fn rules() -> Vec<$crate::policy::RuleNotes> {
                vec![$($crate::policy::RuleNotes {
                    kind: $kind,
                    name: <$module::Spec as $crate::policy::Described>::NAME,
                    summary: <$module::Spec as $crate::policy::Described>::SUMMARY,
                    source: <$module::Spec as $crate::policy::Described>::SOURCE,
                    example: <$module::Spec as $crate::policy::Described>::EXAMPLE,
                    schema: schemars::schema_for!($module::Spec),
                },)*]
            }
        }

        #[doc = concat!("The chosen ", $kind, " rule with its parameters.")]
        #[derive(Clone, Debug)]
        pub enum $Chosen {
            $(
                #[doc = concat!("See the module `", stringify!($module), "`.")]
                $Variant($module::Spec),
            )*
        }

        impl $Chosen {
            /// The name a scenario calls the rule by.
            pub fn name(&self) -> &'static str {
                match self {
                    $($Chosen::$Variant(_) => <$module::Spec as $crate::policy::Described>::NAME,)*
                }
            }

            /// What the market must keep for the rule.
            pub fn needs(&self) -> $crate::policy::Needs {
                match self {
                    $($Chosen::$Variant(_) => <$module::Spec as $crate::policy::Described>::NEEDS,)*
                }
            }

            /// What is wrong with the rule's parameters, for the person who wrote the scenario.
            pub fn check(&self) -> Result<(), $crate::engine::mistake::Mistake> {
                match self {
                    $($Chosen::$Variant(spec) => $crate::policy::check(spec),)*
                }
            }

            /// The parameters that are amounts of money, by name.
            pub fn amounts(&self) -> Vec<(&'static str, $crate::domain::money::Money)> {
                match self {
                    $($Chosen::$Variant(spec) => $crate::policy::Described::amounts(spec),)*
                }
            }

            /// The parameters that are names of the scenario, by name.
            pub fn names(&self) -> Vec<(&'static str, &str)> {
                match self {
                    $($Chosen::$Variant(spec) => $crate::policy::Described::names(spec),)*
                }
            }
        }

        $crate::policy::policies!(@memory $kind $Chosen ($($Memory)?) [$($module: $Variant,)*]);
        $crate::policy::policies!(@methods $Chosen ($($Memory)?) [$($Variant,)*] $($methods)*);

        #[cfg(test)]
        mod described {
            /// Every rule builds from the example it documents.
            #[test]
            fn examples_build() {
                for rule in super::$Table::rules() {
                    let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
                    let table: super::$Table =
                        toml::from_str(&text).unwrap_or_else(|wrong| panic!("{}: {wrong}\n{text}", rule.name));
                    table.chosen().unwrap();
                    assert_eq!(serde_json::to_value(table.rule).unwrap(), rule.name);
                    assert!(!rule.summary.is_empty() && !rule.source.is_empty(), "{} is described", rule.name);
                }
            }

            /// Every amount of money of every rule is named as one, so that its range is checked; and every law of time, so
            /// that its file is read.
            #[test]
            fn amounts_and_laws_are_named() {
                for rule in super::$Table::rules() {
                    let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
                    let mut table: super::$Table = toml::from_str(&text).unwrap();
                    let chosen = table.chosen().unwrap();
                    let of = |kind: &str| $crate::policy::trial::named(rule.schema.as_value(), kind);
                    let keys = |mut keys: Vec<&str>| {
                        keys.sort_unstable();
                        keys.into_iter().map(str::to_owned).collect::<Vec<_>>()
                    };
                    let amounts = chosen.amounts().into_iter().map(|(key, _)| key).collect();
                    assert_eq!(keys(amounts), [of("Money"), of("Price")].concat(), "the amounts of {}", rule.name);
                    let (name, laws) = table.laws_mut();
                    assert_eq!((name, keys(laws.into_iter().map(|(key, _)| key).collect())), (rule.name, of("Law")));
                }
            }
        }
    };
    (@memory $kind:literal $Chosen:ident () $rules:tt) => {};
    (@memory $kind:literal $Chosen:ident ($Memory:ident) [$($module:ident: $Variant:ident,)*]) => {
        #[doc = concat!("What the ", $kind, " rule remembers.")]
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
        pub enum $Memory {
            $(
                #[doc = concat!("Of the rule `", stringify!($module), "`.")]
                $Variant(<$module::Spec as Rule>::Memory),
            )*
        }

        const _: () = assert!(size_of::<$Memory>() <= 80, "what a rule remembers is at most 72 bytes: nine counters of a party that learns");

        impl $Chosen {
            /// What the rule remembers before its first decision.
            pub fn memory(&self) -> $Memory {
                match self {
                    $($Chosen::$Variant(spec) => $Memory::$Variant(Rule::memory(spec)),)*
                }
            }

            /// Whether a memory is one of this rule, whatever its parameters are.
            pub fn remembers(&self, memory: &$Memory) -> bool {
                $(matches!((self, memory), ($Chosen::$Variant(_), $Memory::$Variant(_))))||*
            }
        }
    };
    (@methods $Chosen:ident $Memory:tt $variants:tt
        $($(#[$doc:meta])* fn $method:ident $params:tt -> $ret:ty;)*
    ) => {
        impl $Chosen {
            $($crate::policy::policies!(@method $Chosen $Memory $variants $(#[$doc])* fn $method $params -> $ret);)*
        }
    };
    (@method $Chosen:ident ($Memory:ident) $variants:tt
        $(#[$doc:meta])* fn $method:ident(&mut memory $(, $arg:ident: $ty:ty)* $(,)?) -> $ret:ty
    ) => {
        $(#[$doc])*
        #[inline]
        pub fn $method(&self, memory: &mut $Memory, $($arg: $ty),*) -> $ret {
            $crate::policy::policies!(@dispatch (self, memory) $Chosen $Memory $method $variants ($($arg),*))
        }
    };
    (@method $Chosen:ident ($Memory:ident) $variants:tt
        $(#[$doc:meta])* fn $method:ident(&memory $(, $arg:ident: $ty:ty)* $(,)?) -> $ret:ty
    ) => {
        $(#[$doc])*
        #[inline]
        pub fn $method(&self, memory: &$Memory, $($arg: $ty),*) -> $ret {
            $crate::policy::policies!(@dispatch (self, memory) $Chosen $Memory $method $variants ($($arg),*))
        }
    };
    (@method $Chosen:ident $Memory:tt $variants:tt
        $(#[$doc:meta])* fn $method:ident(&mut self $(, $arg:ident: $ty:ty)* $(,)?) -> $ret:ty
    ) => {
        $(#[$doc])*
        pub fn $method(&mut self, $($arg: $ty),*) -> $ret {
            $crate::policy::policies!(@ask self $Chosen $method $variants ($($arg),*))
        }
    };
    (@method $Chosen:ident $Memory:tt $variants:tt
        $(#[$doc:meta])* fn $method:ident($($arg:ident: $ty:ty),* $(,)?) -> $ret:ty
    ) => {
        $(#[$doc])*
        #[inline]
        pub fn $method(&self, $($arg: $ty),*) -> $ret {
            $crate::policy::policies!(@ask self $Chosen $method $variants ($($arg),*))
        }
    };
    // The arguments travel as one group: variants and arguments are of different number.
    (@dispatch ($this:expr, $memory:expr) $Chosen:ident $Memory:ident $method:ident [$($Variant:ident,)*] $args:tt) => {
        match ($this, $memory) {
            $(($Chosen::$Variant(spec), $Memory::$Variant(memory)) => {
                $crate::policy::policies!(@call $method (spec, memory) $args)
            })*
            #[allow(unreachable_patterns, reason = "a kind with one rule has no other pair")]
            _ => unreachable!("a memory goes with its rule"),
        }
    };
    (@ask $this:ident $Chosen:ident $method:ident [$($Variant:ident,)*] $args:tt) => {
        match $this {
            $($Chosen::$Variant(spec) => $crate::policy::policies!(@call $method (spec) $args),)*
        }
    };
    (@call $method:ident ($($first:ident),*) ($($arg:ident),*)) => {
        Rule::$method($($first,)* $($arg),*)
    };
}
pub(crate) use policies;
