//! Tests that need more than Rust. Where it is missing they show as ignored, with the reason.

/// Declares a test that needs something of the machine: `git`, `python3`, `strace`, `ipv6`,
/// `mount_namespaces`, `bubblewrap` or `recording_tools`.
///
/// ```text
/// harness::test_with! { python3,
///     fn a_python_client_is_served() { … }
/// }
/// ```
#[macro_export]
macro_rules! test_with {
    (git, $($test:tt)*) => { $crate::test_with_git! { $($test)* } };
    (python3, $($test:tt)*) => { $crate::test_with_python3! { $($test)* } };
    (strace, $($test:tt)*) => { $crate::test_with_strace! { $($test)* } };
    (ipv6, $($test:tt)*) => { $crate::test_with_ipv6! { $($test)* } };
    (mount_namespaces, $($test:tt)*) => { $crate::test_with_mount_namespaces! { $($test)* } };
    (bubblewrap, $($test:tt)*) => { $crate::test_with_bubblewrap! { $($test)* } };
    (recording_tools, $($test:tt)*) => { $crate::test_with_recording_tools! { $($test)* } };
}

macro_rules! declare {
    ($dollar:tt $($has:ident $name:ident $reason:literal;)*) => { $(
        #[cfg($has)]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $name {
            ($dollar($dollar test:tt)*) => { #[test] $dollar($dollar test)* };
        }

        #[cfg(not($has))]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $name {
            ($dollar($dollar test:tt)*) => { #[test] #[ignore = $reason] $dollar($dollar test)* };
        }
    )* };
}

declare! { $
    has_git test_with_git "git is not installed";
    has_python3 test_with_python3 "python3 is not installed";
    has_strace test_with_strace "strace is not installed";
    has_ipv6 test_with_ipv6 "this machine has no IPv6 loopback";
    has_mount_namespaces test_with_mount_namespaces "this user may not make a mount namespace";
    has_bubblewrap test_with_bubblewrap "bubblewrap is not installed, or this user may not make a jail";
    has_recording_tools test_with_recording_tools "needs network namespaces, ip, ps, python3, OpenBSD's nc, ss 6.1, strace 6.1 and tcpdump 4.99, as in Debian 12";
}
