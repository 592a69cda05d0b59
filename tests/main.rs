//! The one integration binary. Each module holds one promise of the project to its word.

mod suite {
    mod agreement;
    mod allocation;
    mod amend;
    mod amend_paths;
    #[cfg(all(feature = "chart", feature = "cli"))]
    mod before;
    mod broken;
    mod causes;
    mod chains;
    #[cfg(all(feature = "chart", feature = "cli"))]
    mod charts;
    #[cfg(all(feature = "chart", feature = "cli"))]
    mod charts_again;
    #[cfg(feature = "cli")]
    mod cli;
    mod comings;
    mod decisions;
    mod determinism;
    mod examples;
    mod forks;
    mod formula;
    #[cfg(all(unix, feature = "chart", feature = "cli"))]
    mod fuzz;
    mod glossary;
    mod golden;
    mod life;
    mod new_rule;
    #[cfg(feature = "cli")]
    mod pages;
    mod participation;
    mod probes;
    mod properties;
    mod readme;
    mod reliance;
    mod roster;
    mod schema;
    mod series;
    mod shocks;
    mod shocks_trust;
    mod study;
    mod study_frontiers;
    mod theory;
    mod tidy;
    mod trial;
    mod twins;
    mod verdicts;
}
