//! The one integration binary. Each module holds one promise of the project to its word.

mod suite {
    mod broken;
    #[cfg(all(feature = "chart", feature = "cli"))]
    mod charts;
    mod new_rule;
    mod readme;
    mod theory;
    mod tidy;
}
