#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| wirecopy_fuzz::opened_as_index(bytes));
