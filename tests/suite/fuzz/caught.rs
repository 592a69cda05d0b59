//! Panics of the code under test become text, and stay off the terminal.

use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// What the last panic of this thread said, while one is awaited.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// What `work` gives, or what its panic said and where.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_awaited = SAID.with_borrow_mut(|said| {
                said.as_mut()
                    .map(|said| *said = format!("{panic}\n{}", own_frames(&Backtrace::force_capture())))
                    .is_some()
            });
            if !is_awaited {
                usual(panic);
            }
        }));
    });
    SAID.set(Some(String::new()));
    let done = catch_unwind(AssertUnwindSafe(work));
    let said = SAID.take().unwrap_or_default();
    done.map_err(|_| said)
}

/// The project's own functions on the way to a panic.
fn own_frames(trace: &Backtrace) -> String {
    let text = trace.to_string();
    let own = text.lines().filter(|line| line.contains("reliance::"));
    own.take(12).map(|line| format!("  {}\n", line.trim())).collect()
}
