#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| wirecopy_fuzz::cut_in_feed(bytes));
