//! How much memory the machine lets the program have.

use std::fs::read_to_string;

/// The least of the machine's memory, that of its control groups, and the limit of the process, in bytes. Only Linux says
/// so in files; nothing elsewhere.
pub(super) fn memory() -> Option<u64> {
    let text = |path: &str| read_to_string(path).unwrap_or_default();
    let groups = text("/proc/self/cgroup");
    let in_groups = files(&groups).into_iter().filter_map(|file| read_to_string(file).ok()?.trim().parse().ok());
    let limits = [total(&text("/proc/meminfo")), address_space(&text("/proc/self/limits"))];
    limits.into_iter().flatten().chain(in_groups).min()
}

/// All memory, in bytes: "MemTotal:       24683740 kB".
fn total(meminfo: &str) -> Option<u64> {
    let kilobytes = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    kilobytes.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The limit that `ulimit -v` sets, in bytes; nothing if there is none.
fn address_space(limits: &str) -> Option<u64> {
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    limit.split_whitespace().next()?.parse().ok()
}

/// The files that may hold a limit on the memory of the process' control groups: those of version 2, of the group and of
/// all above it, and that of version 1.
fn files(groups: &str) -> Vec<String> {
    let own = groups.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/").trim_end_matches('/');
    let ends = own.match_indices('/').map(|(at, _)| at).chain([own.len()]);
    let second = ends.map(|end| format!("/sys/fs/cgroup{}/memory.max", &own[..end]));
    second.chain(["/sys/fs/cgroup/memory/memory.limit_in_bytes".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_linux_writes_them() {
        let meminfo = "MemTotal:       24683740 kB\nMemFree:        16870000 kB\n";
        assert_eq!((total(meminfo), total("")), (Some(24_683_740 * 1024), None));
        let limits = |value: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units\n\
                 Max address space         {value}           unlimited            bytes\n"
            )
        };
        assert_eq!(address_space(&limits("4294967296")), Some(4 << 30));
        assert_eq!(address_space(&limits("unlimited")), None);
        assert_eq!(
            files("0::/user.slice/session-1.scope\n"),
            [
                "/sys/fs/cgroup/memory.max",
                "/sys/fs/cgroup/user.slice/memory.max",
                "/sys/fs/cgroup/user.slice/session-1.scope/memory.max",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes"
            ]
        );
        assert_eq!(files("0::/\n")[0], "/sys/fs/cgroup/memory.max");
        assert_eq!(files("").len(), 2);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn there_is_some_memory() {
        assert!(memory().expect("Linux says so") > 1 << 20);
    }
}
