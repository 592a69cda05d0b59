//! The one integration binary. Each module holds one promise of the project to its word.

mod suite {
    mod new_rule;
    mod broken;
    mod readme;
    mod theory;
    mod tidy;
}
