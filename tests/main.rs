//! The one integration binary. Each module holds one promise of the project to its word.

mod suite {
    mod broken;
    mod new_rule;
    mod readme;
    mod study;
    mod theory;
    mod tidy;
}
