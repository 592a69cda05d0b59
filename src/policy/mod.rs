//! Decisions: one folder per kind, one file per rule.
//!
//! A rule is its `Spec` (what the scenario says, immutable) and what it remembers is its `Memory` (plain data, kept by
//! the market). A rule sees values and its own draws and returns a choice; it never schedules, pays or changes the
//! market. To add a rule, write its file and add two adjacent lines to its kind: `mod` and an entry in `policies!`.

pub mod chooser;
pub mod conduct;
pub mod demand;
pub mod input;
pub mod opinion;
pub mod pool;
pub mod pricing;
pub mod selection;
pub mod verdict;

/// What every rule says about itself, for `reliance rules`, the schema and the reference page.
pub trait Described {
    /// The name a scenario calls it by.
    const NAME: &'static str;
    /// What the rule does, in a sentence.
    const SUMMARY: &'static str;
    /// Where it comes from: a paper, a network's documents, or `assumed`.
    const SOURCE: &'static str;
    /// The rule's table as a scenario would write it (TOML, one inline table).
    const EXAMPLE: &'static str;

    /// The rule with every parameter at its default, or `None` where a parameter must be given.
    fn unwritten() -> Option<Self>
    where
        Self: Sized;
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
    ];
    kinds.into_iter().flatten().collect()
}

/// Declares a kind of decision from the list of its rules: the names, the scenario's table (`rule` beside one optional
/// table per rule), the chosen rule, the memory, and the dispatch, one match per method.
macro_rules! policies {
    (
        kind $kind:literal: $Table:ident, $Chosen:ident, $Name:ident, $Memory:ident;
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
                        None => <$module::Spec as $crate::policy::Described>::unwritten()
                            .map($Chosen::$Variant)
                            .ok_or(stringify!($module)),
                    },)*
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

        #[doc = concat!("What the ", $kind, " rule remembers.")]
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
        pub enum $Memory {
            $(
                #[doc = concat!("Of the rule `", stringify!($module), "`.")]
                $Variant(<$module::Spec as Rule>::Memory),
            )*
        }

        const _: () = assert!(size_of::<$Memory>() <= 72, "what a rule remembers is at most 64 bytes");

        impl $Chosen {
            /// The name a scenario calls the rule by.
            pub fn name(&self) -> &'static str {
                match self {
                    $($Chosen::$Variant(_) => <$module::Spec as $crate::policy::Described>::NAME,)*
                }
            }

            /// What the rule remembers before its first decision.
            pub fn memory(&self) -> $Memory {
                match self {
                    $($Chosen::$Variant(spec) => $Memory::$Variant(Rule::memory(spec)),)*
                }
            }
        }

        $crate::policy::policies!(@methods $Chosen $Memory [$($Variant,)*] $($methods)*);

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
        }
    };
    (@methods $Chosen:ident $Memory:ident $variants:tt
        $($(#[$doc:meta])* fn $method:ident($($arg:ident: $ty:ty),* $(,)?) -> $ret:ty;)*
    ) => {
        impl $Chosen {
            $($crate::policy::policies!(@method $Chosen $Memory $variants
                $(#[$doc])* fn $method($($arg: $ty),*) -> $ret);)*
        }
    };
    (@method $Chosen:ident $Memory:ident [$($Variant:ident,)*]
        $(#[$doc:meta])* fn $method:ident($($arg:ident: $ty:ty),*) -> $ret:ty
    ) => {
        $(#[$doc])*
        #[inline]
        pub fn $method(&self, memory: &mut $Memory, $($arg: $ty),*) -> $ret {
            $crate::policy::policies!(@dispatch (self, memory) $Chosen $Memory $method [$($Variant,)*] ($($arg),*))
        }
    };
    // The arguments travel as one group: variants and arguments are of different number.
    (@dispatch ($this:expr, $memory:expr) $Chosen:ident $Memory:ident $method:ident [$($Variant:ident,)*] $args:tt) => {
        match ($this, $memory) {
            $(($Chosen::$Variant(spec), $Memory::$Variant(memory)) => {
                $crate::policy::policies!(@call $method spec memory $args)
            })*
            #[allow(unreachable_patterns, reason = "a kind with one rule has no other pair")]
            _ => unreachable!("a memory goes with its rule"),
        }
    };
    (@call $method:ident $spec:ident $memory:ident ($($arg:ident),*)) => {
        Rule::$method($spec, $memory, $($arg),*)
    };
}
pub(crate) use policies;
